import { expect } from 'chai';
import { loadManifest, validateManifest } from '@dpone/engine';
import { join } from 'node:path';
import { errorOf, FIXTURES, loadText, Workspace } from './workspace.js';

const batch = (more: string, tables = '[a]', defaults = ''): string => `
kind: dpone.batch.v1
naming: {process_name: "{{ src_schema }}_{{ src_table }}", sink_table: "{{ src_table|dpone_snake }}"}
defaults:
  source: {type: files, options: {path: "{{ src_table }}.csv"}}
  sink: {type: duckdb, connection: x.duckdb}
${defaults}schemas:
  s:
    tables: ${tables}
${more}`;

describe('the batch form', () => {
  it('keeps the type of a lone expression, and renders text elsewhere', async () => {
    const manifest = await loadText(
      batch(
        'vars: {n: 3, l: [1, 2], t: "{{ n }}"}\n',
        '[{table: a, overrides: {sink: {options: {n: "{{ t }}", l: "{{ l }}", s: "{{ n }}x", none: "{{ None }}"}}}}]',
      ),
    );
    expect(manifest.processes[0]!.sink.options).to.deep.equal({ n: 3, l: [1, 2], s: '3x', none: null });
  });

  it('answers to the id of a table, else to schema.table', async () => {
    const manifest = await loadText(batch('', '[a, {table: b, id: bee}]'));
    expect(manifest.processes.map(({ name, selector }) => [name, selector])).to.deep.equal([
      ['s_a', 's.a'],
      ['s_b', 'bee'],
    ]);
  });

  it('gives a source without tables none that was not written', async () => {
    const [process] = (await loadText(batch(''))).processes;
    expect(process!.source.table).to.deep.equal({ schema: 's', name: 'a' });
    expect(process!.source.tableIsDefault).to.equal(true);
    expect(process!.places).not.to.have.property('source.table');
  });

  it('shares quality, contract and accepted blocks of the top level', async () => {
    const manifest = await loadText(
      batch(
        'quality: {checks: [{type: not_null, column: id}]}\nobservability: {a: 1}\nmeta: {owner: me}\n',
        '[a, {table: b, overrides: {quality: {checks: []}}}]',
      ),
    );
    expect(manifest.processes.map((process) => process.quality.length)).to.deep.equal([1, 0]);
    expect(manifest.processes[0]!.ignored).to.deep.equal(['observability.a']);
  });

  const wrong: readonly (readonly [what: string, text: string, code: string, fragment: string, where?: string])[] = [
    [
      'an undefined variable',
      batch('', '[a]', '  description: "x {{ nothing }}"\n'),
      'DPONE_MANIFEST_TEMPLATE',
      'the variable nothing is not defined',
      'm.yml:7:16 (description)',
    ],
    [
      'an undefined variable in a filter',
      batch('', '[a]', '  description: "{{ nothing|upper }}"\n'),
      'DPONE_MANIFEST_TEMPLATE',
      'nothing is not defined',
    ],
    [
      'an undefined variable in a condition',
      batch('', '[a]', '  description: "{% if nothing %}x{% endif %}"\n'),
      'DPONE_MANIFEST_TEMPLATE',
      'nothing is not defined',
    ],
    [
      'a reach for the program',
      batch('', '[a]', `  description: "{{ src_table['constr' ~ 'uctor'] }}"\n`),
      'DPONE_MANIFEST_TEMPLATE',
      '',
    ],
    ['variables in a circle', batch('vars: {a: "{{ b }}", b: "x{{ a }}"}\n'), 'DPONE_MANIFEST_TEMPLATE', 'not settled'],
    ['a reserved variable', batch('vars: {src_table: x}\n'), 'DPONE_MANIFEST_INVALID', 'src_table is set by dpone'],
    [
      'two processes of one name',
      batch('', '[a, {table: A, id: x, naming: {process_name: s_a}}]'),
      'DPONE_MANIFEST_INVALID',
      'two processes are named s_a: s.a and x',
    ],
    [
      'one selector twice',
      batch('', '[a, {table: b, id: s.a}]'),
      'DPONE_MANIFEST_INVALID',
      'two tables answer to the selector "s.a"',
    ],
    ['no name', batch('', '[{table: a, naming: {process_name: ""}}]'), 'DPONE_MANIFEST_INVALID', 'name is missing'],
    ['no tables', batch('', '[]'), 'DPONE_MANIFEST_INVALID', 'schemas.s.tables must name at least one table'],
    [
      'an unknown key of the frame',
      batch('naminng: {}\n'),
      'DPONE_MANIFEST_UNKNOWN_KEY',
      'did you mean "naming"?',
      'm.yml:10:1',
    ],
    [
      'an unknown key of a table',
      batch('', '[{table: a, overides: {}}]'),
      'DPONE_MANIFEST_UNKNOWN_KEY',
      'did you mean "overrides"?',
    ],
    [
      'an unknown key in defaults, once for all tables',
      batch('', '[a, b, c]', '  sinc: {}\n'),
      'DPONE_MANIFEST_UNKNOWN_KEY',
      '"sinc" is no known key; did you mean "sink"?',
      'm.yml:7:3',
    ],
    [
      'a key of the single form',
      batch('source: {type: files}\n'),
      'DPONE_MANIFEST_UNKNOWN_KEY',
      'it belongs to defaults',
    ],
    [
      'an unknown convention',
      batch('convention: landing_raw_v2\n'),
      'DPONE_MANIFEST_INVALID',
      'did you mean "landing_raw_v1"?',
    ],
    ['a convention that is not there', batch('convention: conv.yml\n'), 'DPONE_FILE_NOT_FOUND', 'conv.yml'],
    ['a registry without a system', batch('registry: r.yml\n'), 'DPONE_FILE_NOT_FOUND', 'r.yml'],
  ];
  for (const [what, text, code, fragment, where] of wrong)
    it(`refuses ${what}`, async () => {
      const error = await errorOf(loadText(text));
      expect(error.code).to.equal(code);
      expect(error.message).to.contain(fragment);
      if (where !== undefined) expect(error.where).to.equal(where);
      if (what.includes('once')) expect(error.message).not.to.contain('also');
    });

  it('lays files of conventions under the manifest, the later over the earlier', async () => {
    const workspace = await Workspace.make({
      'conv/a.yml': 'vars: {who: a, only_a: 1}\nnaming: {task_group: "{{ who }}"}\n',
      'conv/b.yml': 'vars: {who: b}\n',
      'sub/m.yml': batch(
        'conventions: [../conv/a.yml, ../conv/b.yml]\nvars: {x: "{{ only_a }}"}\n',
        '[{table: a, overrides: {description: "{{ x }}{{ manifest_stem }}{{ env_code }}"}}]',
      ),
    });
    try {
      const [process] = (await workspace.load('sub/m.yml', { env: { ENV_CODE: 'prod' } })).processes;
      expect(process).to.deep.include({ taskGroup: 'b', description: '1mprod', manifest: 'sub/m.yml' });
    } finally {
      await workspace.clean();
    }
  });

  it('takes registries from the manifest, the call and DPONE_SOURCES_REGISTRY, exact before wild, later before earlier', async () => {
    const text = batch(
      'vars: {src_system: Shop, src_database: main}\n',
      '[{table: a, overrides: {description: "{{ host }}/{{ zone }}"}}]',
    );
    const workspace = await Workspace.make({
      'wild.yml': 'sources: [{code: shop, host: wild, zone: w}]\n',
      'exact.yml': '[{src_system: shop, src_database: MAIN, vars: {host: exact}, zone: e}]\n',
      'm.yml': text,
    });
    try {
      const describe = async (registryPaths: string[], env = {}) =>
        (await workspace.load('m.yml', { registryPaths, env })).processes[0]!.description;
      expect(await describe(['exact.yml', 'wild.yml'])).to.equal('exact/e');
      expect(await describe(['wild.yml'])).to.equal('wild/w');
      expect(await describe([], { DPONE_SOURCES_REGISTRY: 'wild.yml, exact.yml' })).to.equal('exact/e');
      await workspace.clean();
    } finally {
      await workspace.clean();
    }
  });

  it('keeps secret variables as references until they are used', async () => {
    const text = batch('vars: {db: "${DB}", password: "${PW}"}\n', '[a]', '').replace(
      'connection: x.duckdb',
      'connection: "{{ db }}?p={{ password }}"',
    );
    const [process] = (await loadText(text, { env: { DB: 'shop', PW: 'hunter2' } })).processes;
    expect(process!.sink.connection).to.deep.equal({ kind: 'inline', value: 'shop?p=${PW}' });
  });

  it('holds names, labels and descriptions against the rules of the convention', async () => {
    const landing = await validateManifest('landing.yaml', { workdir: join(FIXTURES, 'batch'), env: {} });
    expect(landing.issues).to.deep.equal([]);
    // One schema of the fixture gives itself another layer than the convention's.
    expect(landing.naming.map((issue) => [issue.code, issue.selector])).to.deep.equal([
      ['NAMING_DATASET_PATTERN', 'sales_orders'],
    ]);
    const workspace = await Workspace.make({
      'm.yml': `kind: dpone.batch.v1
convention: landing_raw_v1
vars: {src_system: shop, src_database: main}
defaults:
  source: {type: postgres}
  sink: {type: mssql, table: {schema: Wrong}, options: {technical_columns: forbidden}}
schemas: {s: {tables: [t]}}
`,
    });
    try {
      const { naming } = await validateManifest('m.yml', { workdir: workspace.path, env: {} });
      expect(naming.map((issue) => [issue.severity, issue.code])).to.deep.equal([
        ['ERROR', 'NAMING_DATASET_PATTERN'],
        ['ERROR', 'META_LABEL_VALUE_FORBIDDEN'],
        ...Array<string[]>(4).fill(['ERROR', 'META_DESCRIPTION_FORBIDDEN_REGEX']),
        ['ERROR', 'TECHNICAL_COLUMNS_DISABLED'],
      ]);
    } finally {
      await workspace.clean();
    }
  });

  it('loads a manifest outside of the project by its whole path', async () => {
    const path = join(FIXTURES, 'batch', 'landing.yaml');
    const manifest = await loadManifest(path, { workdir: join(FIXTURES, 'forms'), env: {} });
    expect(manifest.file).to.equal(path);
  });
});
