import { expect } from 'chai';
import { join } from 'node:path';
import { explain, loadManifest } from '@dpone/engine';
import { FIXTURES, loadText, single } from './workspace.js';

describe('explaining a value', () => {
  const landing = () => loadManifest('landing.yaml', { workdir: join(FIXTURES, 'batch'), env: {} });

  it('tells file and line, and what the value replaced', async () => {
    const [why] = await explain(await landing(), 'items', ['sink.strategy.mode']);
    expect(why).to.deep.include({ value: 'incremental_merge', origin: 'manifest', place: 'landing.yaml:34:30' });
    expect(why!.replaced).to.deep.equal([{ value: 'full_refresh', place: 'landing.yaml:21:22', origin: 'manifest' }]);
    expect(why!.about).to.contain('load strategy');
  });

  it('tells convention, registry variables, naming, the engine itself and defaults apart', async () => {
    const manifest = await landing();
    const of = async (path: string) => (await explain(manifest, 'items', [path]))[0]!;
    expect(await of('sink.options.technical_columns')).to.deep.include({
      origin: 'convention',
      place: 'convention landing_raw_v1',
    });
    expect(await of('sink.table.name')).to.deep.include({ origin: 'naming', value: 'public__order_items' });
    expect((await of('sink.table.name')).template).to.contain('src_table|dpone_snake');
    expect(await of('source.table.schema')).to.deep.include({ origin: 'built-in', value: 'public' });
    expect(await of('engine.lock_timeout')).to.deep.include({
      origin: 'default',
      value: 60,
      place: null,
      exists: true,
    });
    expect(await of('sink.options.lineage')).to.deep.include({ origin: 'default', value: 'minimal' });
    expect(await of('sink.strateggy.mode')).to.deep.include({
      exists: false,
      origin: 'none',
      suggestion: 'sink.strategy.mode',
    });
    expect(await of('depends_on[0]')).to.deep.include({ value: 'base.yaml' });
  });

  it('shows references and whether they are set, and masks what is secret', async () => {
    const manifest = await loadText(
      single('', '  options: {token: abc123, note: "${A:-x}${B}"}\n').replace('shop.duckdb', 'pg://u:hunter2@h/db'),
      { env: { B: '1' } },
    );
    const all = await explain(manifest, null);
    expect(JSON.stringify(all)).not.to.match(/hunter2|abc123/);
    expect(all.find((why) => why.path === 'sink.options.token')!.value).to.equal('***');
    expect(all.find((why) => why.path === 'sink.options.note')).to.deep.include({
      value: '${A:-x}${B}',
      variables: [
        { name: 'A', set: false },
        { name: 'B', set: true },
      ],
    });
  });
});
