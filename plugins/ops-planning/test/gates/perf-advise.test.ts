import { conformance, expectError } from '@dpone/testkit';
import { expect } from 'chai';
import { perfAdvise } from '@dpone/ops-planning';
import { folder, type Folder } from '../support/folder.js';

describe('perf advise', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'perf-advise',
    definition: perfAdvise,
    green: async ({ workdir }) => {
      const { writeFile } = await import('node:fs/promises');
      await writeFile(`${workdir}/m.yml`, '{"source": {"type": "postgres"}, "sink": {"type": "mssql"}}');
      return { input: { manifest: 'm.yml' }, evidence: ['m.yml'] };
    },
  }))
    it(c.name, c.run);

  let space: Folder;
  beforeEach(async () => {
    space = await folder();
  });
  afterEach(() => space.remove());
  const codes = async (source: string, sink: string, strategy = '{}', options = '{}'): Promise<string[]> => {
    await space.put(
      'm.yml',
      `source: {type: ${source}, options: ${options}}\nsink: {type: ${sink}, strategy: ${strategy}}\n`,
    );
    return (await space.run(perfAdvise, { manifest: 'm.yml' })).recommendations.map(({ code }) => code);
  };

  it('recommends by what the load is, in one order, and always something', async () => {
    expect(await codes('postgres', 'mssql')).to.eql(['postgres_to_mssql_bcp']);
    expect(
      await codes('mssql', 'clickhouse', '{mode: incremental_merge, unique_key: id}', '{estimated_rows: 1000000}'),
    ).to.eql(['mssql_to_clickhouse_direct_tsv', 'parallel_partitioning', 'clickhouse_replace_shadow']);
    expect(await codes('rest', 'kafka')).to.eql(['kafka_delivery_tuning']);
    expect(await codes('rest', 'postgres')).to.eql(['baseline_batching']);
    expect(await codes('rest', 'postgres', '{}', '{estimated_rows: 2000000, partition_column: id}')).to.eql([
      'baseline_batching',
    ]);
  });

  it('refuses a selector that fits nothing', async () => {
    await space.put('m.yml', 'name: orders\nsource: {type: rest}\nsink: {type: postgres}\n');
    await space.run(perfAdvise, { manifest: 'm.yml', selector: 'orders' });
    await expectError(() => space.run(perfAdvise, { manifest: 'm.yml', selector: 'x' }), ['DPONE_SELECTOR']);
    await expectError(() => space.run(perfAdvise, { manifest: 'none.yml' }), ['DPONE_FILE_NOT_FOUND']);
  });
});
