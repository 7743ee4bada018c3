import { expect } from 'chai';
import { errorOf, loadText, processOf, single } from './workspace.js';

const strategy = (text: string): string => `  strategy: ${text}\n`;

describe('what a manifest comes to', () => {
  it('takes unique_key from source.options, then the strategy, then sink.options, in every spelling', async () => {
    const all = await processOf(
      single(
        '',
        '  strategy: {mode: incremental_merge, unique_key: b}\n  options: {unique_key: c}\n',
        '    unique_key: "a, x, a"\n',
      ),
    );
    expect(all.sink.strategy.uniqueKey).to.deep.equal(['a', 'x']);
    expect(all.warnings[0]).to.contain('unique_key is given more than once and differs: a, x is taken');
    const two = await processOf(
      single('', '  strategy: {mode: incremental_merge, unique_key: [b]}\n  options: {unique_key: c}\n'),
    );
    expect(two.sink.strategy.uniqueKey).to.deep.equal(['b']);
    const one = await processOf(single('', '  options: {unique_key: c}\n'));
    expect(one.sink.strategy.uniqueKey).to.deep.equal(['c']);
    expect(one.warnings).to.deep.equal([]);
    for (const process of [all, two, one]) expect(process.sink.options).to.deep.equal({});
  });

  const autos: readonly (readonly [options: string, key: string, mode: string])[] = [
    ['', '', 'full_refresh'],
    ['    incremental_column: at\n', '', 'incremental_append'],
    ['    incremental_column: at\n', 'id', 'incremental_merge'],
    ['    cdc_enabled: yes\n', 'id', 'cdc_apply'],
    ['    cdc_enabled: true\n', '', 'full_refresh'],
    ['    partition_column: day\n    estimated_rows: 1000000\n    changed_percent: 5\n', 'id', 'partition_replace'],
    ['    partition_column: day\n    estimated_rows: 999999\n    changed_percent: 5\n', 'id', 'incremental_merge'],
  ];
  for (const [options, key, mode] of autos)
    it(`mode auto with ${options.trim().replaceAll(/\s+/g, ' ') || 'nothing'} and key "${key}" is ${mode}, with the reason`, async () => {
      const process = await processOf(
        single('', strategy(`{mode: auto, unique_key: "${key}"}`).replace(', unique_key: ""', ''), options),
      );
      expect(process.sink.strategy.mode).to.equal(mode);
      expect(process.sink.strategy.reason?.message).to.match(/\w+ \w+/);
    });

  it('reads cursors, their synonyms and the look-back', async () => {
    const cursor = async (options: string) => (await processOf(single('', '', options))).source.cursor;
    expect(await cursor('    incremental_strategy: pg_xmin\n')).to.deep.equal({ kind: 'xmin' });
    expect(await cursor('    incremental_column: at\n    lookback_days: 2\n')).to.deep.equal({
      kind: 'column',
      column: 'at',
      lookbackDays: 2,
    });
    expect(await cursor('    incremental_strategy: column_cursor\n    incremental_column: at\n')).to.deep.equal({
      kind: 'column',
      column: 'at',
    });
    expect(await cursor('')).to.equal(undefined);
  });

  const conflicts: readonly (readonly [text: string, fragment: string])[] = [
    [single('', '', '    incremental_strategy: xmin\n    incremental_column: at\n'), 'exclude each other'],
    [single('', '', '    incremental_strategy: column\n'), 'needs incremental_column'],
    [single('', '  connection_id: a\n'), 'connection and connection_id exclude each other'],
    [single('', '  connection_type: env\n'), 'connection_type needs connection_id'],
    [single('quality: {checks: [{type: not_null}]}\n'), 'not_null needs column'],
    [single('quality: {checks: [{type: accepted_values, column: a}]}\n'), 'needs values'],
    [single('quality: {checks: [{type: max_null_ratio, column: a, value: 2}]}\n'), 'from 0 to 1'],
    [single('quality: {checks: [{type: min_rows, mode: quarantine}]}\n'), 'not quarantine'],
    [single('quality: {checks: [{type: freshness, column: at, max_age: soon}]}\n'), 'needs max_age'],
    [single('quality: {checks: [{type: volume}]}\n'), 'needs min_ratio'],
    [single('quality: {checks: [{type: volume, min_ratio: 2, max_ratio: 1}]}\n'), 'min_ratio above'],
    [single('quality: {checks: [{type: range, column: a, min: 2, max: 1}]}\n'), 'not below its max'],
    [single('quality: {checks: [{type: length, column: a, min: x}]}\n'), 'whole numbers'],
    [single('quality: {checks: [{type: pattern, column: a, pattern: "a(?=b)"}]}\n'), 'looks around'],
  ];
  for (const [text, fragment] of conflicts)
    it(`refuses: ${fragment}`, async () => {
      const error = await errorOf(loadText(text));
      expect(error.code).to.equal('DPONE_OPTION_CONFLICT');
      expect(error.message).to.contain(fragment);
      expect(error.where).to.match(/^m\.yml:\d+/);
    });

  it('reads quality rules; a skipped one is none, and what is not acted on is said', async () => {
    const process = await processOf(
      single(`quality:
  checks:
    - {type: not_null, columns: [a, b]}
    - {type: unique, column: id, mode: quarantine}
    - {type: accepted_values, column: c, values: [x, null, 1], mode: warn}
    - {type: min_rows}
    - {type: max_null_ratio, column: d, value: 0.5}
    - {type: min_rows, mode: skip}
    - {type: checksum}
    - {type: range, column: e, min: 1, max: 9.5}
    - {type: pattern, column: f, pattern: '^[A-Z]{2}$', mode: quarantine}
    - {type: volume, min_ratio: 0.5}
    - {type: freshness, column: at, max_age: 36h}
`),
    );
    expect(process.quality).to.deep.equal([
      { check: 'not_null', columns: ['a', 'b'], on: 'fail', index: 0 },
      { check: 'unique', columns: ['id'], on: 'quarantine', index: 1 },
      { check: 'accepted_values', columns: ['c'], on: 'warn', values: ['x', null, 1], index: 2 },
      { check: 'min_rows', columns: [], on: 'fail', value: 1, index: 3 },
      { check: 'max_null_ratio', columns: ['d'], on: 'fail', value: 0.5, index: 4 },
      { check: 'range', columns: ['e'], on: 'fail', min: 1, max: 9.5, index: 7 },
      { check: 'pattern', columns: ['f'], on: 'quarantine', pattern: '^[A-Z]{2}$', index: 8 },
      { check: 'volume', columns: [], on: 'fail', volume: { window: 10, minLoads: 3, minRatio: 0.5 }, index: 9 },
      { check: 'freshness', columns: ['at'], on: 'fail', maxAgeSeconds: 129_600, index: 10 },
    ]);
    expect(process.ignored).to.deep.equal(['quality.checks[6]']);
    expect(process.warnings).to.deep.equal([
      'm.yml:18:7: the check checksum is accepted and not acted on by this version',
    ]);
  });

  it('says of every accepted key that it is not acted on, and nothing of one that is off', async () => {
    const process = await processOf(
      single(
        'transforms: [{name: x}]\nreconciliation: true\ntech_schema: tech\nbigquery_proxy: {proxy_enable: true}\nobservability: {a: 1}\nperformance: {a: 1}\ncertification: {a: 1}\nx-note: 1\n',
        '  options:\n    physical_design: {mode: auto}\n    type_inference: {enabled: true}\n    normalization: {nested: true}\n    with_dedup: false\n    schema_evolution: {on_breaking: ignore, tables: evolve, ledger_path: x}\n    lineage: {preset: standard, features: {identity: true}}\n',
        '    partitioning: {column: id, adaptive: {enabled: true}}\n',
      ),
    );
    expect(process.ignored).to.deep.equal([
      'transforms',
      'reconciliation',
      'tech_schema',
      'bigquery_proxy',
      'performance',
      'certification',
      'x-note',
      'observability.a',
      'source.options.partitioning.adaptive',
      'sink.options.physical_design',
      'sink.options.type_inference',
      'sink.options.normalization',
      'sink.options.lineage.features',
    ]);
    expect(process.warnings).to.have.length(process.ignored.length);
    expect(process.warnings[0]).to.equal('m.yml:18:1: transforms is accepted and not acted on by this version');
    expect(process.lineage).to.deep.equal({ enabled: true, preset: 'standard' });
  });

  it('splits options: what the engine reads never reaches a plugin, on either side', async () => {
    const process = await processOf(
      single(
        '',
        '  options: {exclude_columns: "a, b", threads: 2, columns: [{name: id, type: int64}]}\n',
        '    lineage: off\n    delimiter: ;\n',
      ),
    );
    expect(process.source.options).to.deep.equal({ path: 'data/*.csv', delimiter: ';' });
    expect(process.sink.options).to.deep.equal({ threads: 2 });
    expect(process.source).to.deep.include({ excludeColumns: ['a', 'b'], columns: [{ name: 'id', type: 'int64' }] });
    expect(process.lineage.enabled).to.equal(false);
  });

  it('reads partitioning in its older spellings, and says so', async () => {
    const process = await processOf(
      single(
        '',
        '',
        '    partition_column: id\n    lower_bound: 1\n    upper_bound: 9\n    partition_count: 3\n    partition_workers: 2\n',
      ),
    );
    expect(process.source.partitioning).to.deep.equal({
      column: 'id',
      bounds: { lower: 1, upper: 9 },
      numPartitions: 3,
      maxPartitions: 3,
      exportWorkers: 2,
      loadWorkers: 2,
    });
    expect(process.warnings.join()).to.contain('partition_count is an older spelling of partitioning.num_partitions');
  });

  it('keeps state in the target, also where the manifest names the same system and connection', async () => {
    const state = async (text: string) =>
      (
        await processOf(
          single(`state: ${text}\n`).replace('connection: shop.duckdb', 'connection_id: dwh\n  connection_type: env'),
        )
      ).state;
    expect((await processOf(single())).state).to.deep.equal({ type: 'target', options: {} });
    expect(await state('{type: duckdb, connection_type: env, connection_id: dwh}')).to.deep.equal({
      type: 'target',
      options: {},
    });
    expect(await state('{type: duckdb, connection_id: other}')).to.deep.equal({
      type: 'duckdb',
      connection: { kind: 'secret', provider: 'env', id: 'other', options: {} },
      options: {},
    });
    expect(await state('{type: file, path: .state}')).to.deep.equal({ type: 'file', options: { path: '.state' } });
  });

  it('lets the contract of the options win over that of the top level', async () => {
    const process = await processOf(
      single(
        'schema_contract: {enforcement: warn, columns: {a: {type: x}}}\n',
        '  options: {schema_contract: {columns: {b: {logical_type: decimal, precision: 12, scale: 2, nullable: no}}}}\n',
      ),
    );
    expect(process.schemaContract).to.deep.equal({
      enforcement: 'strict',
      columns: { b: { type: 'decimal', precision: 12, scale: 2, nullable: false } },
    });
  });

  it('lets lineage win over technical_columns, and says so', async () => {
    const of = async (options: string) => processOf(single('', `  options: {${options}}\n`));
    expect((await of('technical_columns: forbidden')).lineage.enabled).to.equal(false);
    expect((await of('include_technical_columns: no')).lineage.enabled).to.equal(false);
    const both = await of('technical_columns: forbidden, lineage: standard');
    expect(both.lineage).to.deep.equal({ enabled: true, preset: 'standard' });
    expect(both.warnings.join()).to.contain('lineage wins');
  });

  it('marks a target that the manifest does not name, for sinks that need a name', async () => {
    const process = await processOf(single().replace('  table: raw.orders\n', ''));
    expect(process.sink).to.deep.include({ table: { name: 'orders' }, tableIsDefault: true });
    expect((await processOf(single())).sink).not.to.have.property('tableIsDefault');
  });

  it('takes a connection as a map in params', async () => {
    const process = await processOf(
      single().replace(
        'connection: shop.duckdb',
        'connection_type: params\n  connection_id: {host: h, password: "${PW}"}',
      ),
      { env: { PW: 'p"w' } },
    );
    expect(process.sink.connection).to.deep.equal({
      kind: 'secret',
      provider: 'params',
      id: '{"host":"h","password":"${PW}"}',
      options: {},
    });
  });
});
