import { conformance, expectError } from '@dpone/testkit';
import { expect } from 'chai';
import { strategyAdvise } from '@dpone/ops-planning';
import { folder, type Folder } from '../support/folder.js';

describe('strategy advise', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'strategy-advise',
    definition: strategyAdvise,
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
  const decide = async (manifest: string, given: object = {}) => {
    await space.put('m.yml', manifest);
    return (await space.run(strategyAdvise, { manifest: 'm.yml', ...given })).decision;
  };
  const simple = (sink: string, strategy: string, options = '{}'): string =>
    `source: {type: postgres, options: ${options}}\nsink: {type: ${sink}, strategy: ${strategy}}\n`;

  for (const [what, manifest, given, strategy, reason] of [
    [
      'changes that the source tells, with a key',
      simple('mssql', '{unique_key: id}'),
      { cdc_available: true },
      'cdc_apply',
      'cdc_available',
    ],
    ['changes without a key', simple('mssql', '{}'), { cdc_available: true }, 'full_refresh', 'portable_full_refresh'],
    [
      'a large change of a partitioned table',
      simple('mssql', '{unique_key: id}', '{partition_column: d}'),
      { estimated_rows: 1_000_000, changed_percent: 0.05 },
      'partition_replace',
      'partition_replace_large_delta',
    ],
    [
      'a smaller one',
      simple('mssql', '{unique_key: [id]}', '{partition_column: d}'),
      { estimated_rows: 999_999, changed_percent: 0.9 },
      'incremental_merge',
      'unique_key_upsert',
    ],
    ['a cursor', simple('postgres', '{}', '{incremental_column: at}'), {}, 'incremental_append', 'cursor_append'],
    ['nothing', simple('postgres', '{}'), {}, 'full_refresh', 'portable_full_refresh'],
    ['what was asked for', simple('kafka', '{mode: full_refresh}'), {}, 'full_refresh', 'explicit_strategy'],
  ] as const)
    it(`advises ${strategy} for ${what}`, async () => {
      const decision = await decide(manifest, given);
      expect(decision.strategy_mode).to.equal(strategy);
      expect(decision.reasons.map(({ code }) => code)).to.eql([reason]);
    });

  it('knows what a topic cannot do', async () => {
    const decision = await decide(simple('kafka', '{mode: partition_replace}'));
    expect(decision).to.include({ strategy_mode: 'incremental_merge', merge_policy: 'event_upsert' });
    expect(decision.warnings.map(({ code }) => code)).to.eql(['partition_replace_not_supported']);
    expect(decision.safety_gates.map(({ code }) => code)).to.include('unique_key_required');
  });

  it('sizes batches by rows, and workers by partitions', async () => {
    const batch = async (rows: number, options = '{}') => {
      const { adaptive_batching: b } = await decide(simple('postgres', '{}', options), { estimated_rows: rows });
      return [b.enabled, b.initial_batch_size, b.parallel_workers];
    };
    expect(await batch(999_999)).to.eql([false, 10_000, 1]);
    expect(await batch(1_000_000)).to.eql([true, 50_000, 1]);
    expect(await batch(10_000_000)).to.eql([true, 100_000, 2]);
    expect(await batch(10_000_000, '{partitioning: {column: id}}')).to.eql([true, 100_000, 4]);
  });

  it('tells no secret of the manifest', async () => {
    await space.put(
      'm.yml',
      'source: {type: mssql}\nsink: {type: clickhouse, options: {clickhouse_bulk: {http: {user: u, password: hunter2}}}}\n',
    );
    const report = await space.run(strategyAdvise, { manifest: 'm.yml' });
    expect(JSON.stringify(report)).to.include('"user":"u","password":"***"').and.not.to.include('hunter2');
  });

  it('reads the defaults of a batch manifest, and the overrides of a table', async () => {
    const batch = `
kind: dpone.batch.v1
defaults:
  source: {type: postgres, options: {batch_size: 10}}
  sink: {type: mssql, strategy: {mode: incremental_merge, unique_key: id}}
schemas:
  public:
    defaults: {sink: {strategy: {mode: full_refresh}}}
    tables: [orders, {table: events, id: ev, overrides: {sink: {type: kafka}}}]
`;
    expect(await decide(batch)).to.include({
      source_type: 'postgres',
      sink_type: 'mssql',
      strategy_mode: 'incremental_merge',
    });
    expect(await decide(batch, { selector: 'public.orders' })).to.include({
      sink_type: 'mssql',
      strategy_mode: 'full_refresh',
    });
    expect(await decide(batch, { selector: 'ev' })).to.include({ sink_type: 'kafka' });
    const error = await expectError(() => decide(batch, { selector: 'public.events' }), ['DPONE_SELECTOR']);
    expect(error.remedy).to.include('public.orders, ev');
  });

  for (const [what, manifest] of [
    ['no YAML', 'a: [b'],
    ['a list', '- a'],
    ['a manifest without a sink', 'source: {type: postgres}'],
    ['nothing', ''],
  ] as const)
    it(`refuses ${what}`, () =>
      expectError(() => decide(manifest), ['DPONE_MANIFEST_SYNTAX', 'DPONE_MANIFEST_INVALID']));

  it('shows nothing of a line that is no YAML', async () => {
    const error = await expectError(() => decide('password: hunter2\n a: [b'));
    expect(error.message).not.to.include('hunter2');
  });

  it('refuses a share that is none', () =>
    expectError(() => decide(simple('mssql', '{}'), { changed_percent: 20 }), ['DPONE_USAGE']));
});
