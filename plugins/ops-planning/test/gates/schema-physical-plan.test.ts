import { conformance, expectError } from '@dpone/testkit';
import { expect } from 'chai';
import { schemaPhysicalPlan } from '@dpone/ops-planning';
import { folder, type Folder } from '../support/folder.js';

describe('schema physical-plan', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'schema-physical-plan',
    definition: schemaPhysicalPlan,
    green: async ({ workdir }) => {
      const { writeFile } = await import('node:fs/promises');
      await writeFile(`${workdir}/s.json`, JSON.stringify([{ name: 'id', type: 'int' }]));
      return { input: { source: 's.json' }, evidence: ['s.json'] };
    },
  }))
    it(c.name, c.run);

  let space: Folder;
  beforeEach(async () => {
    space = await folder();
  });
  afterEach(() => space.remove());
  const MANIFEST = `
source:
  type: postgres
  options: {columns: {'a"b': bigint, amt: "numeric(40,20)", ts: timestamptz, doc: jsonb}}
sink:
  type: sqlserver
  table: {schema: dw, name: 'or"ders'}
  options:
    physical_design:
      columns: {doc: {target_type: {clickhouse: "String CODEC(ZSTD)"}}}
      indexes: {primary_key: ['a"b']}
      storage:
        clickhouse: {engine: MergeTree, partition_by: toYYYYMM(ts), order_by: [ts]}
        mssql: {compression: page, clustered_columnstore: true}
        bigquery: {partition_by: ts, clustering: ['a\`b']}
`;
  const plan = async (given: object = {}, manifest = MANIFEST) => {
    await space.put('m.yml', manifest);
    return space.run(schemaPhysicalPlan, { manifest: 'm.yml', ...given });
  };

  it('quotes names as each system does', async () => {
    expect((await plan({ sink: 'postgres' })).ddl).to.eql([
      'CREATE TABLE "dw"."or""ders" (\n  "a""b" bigint NULL,\n  "amt" numeric(40,20) NULL,\n  "ts" timestamptz NULL,\n  "doc" jsonb NULL\n);',
      'CREATE INDEX CONCURRENTLY "ix_dw_or_ders_a_b" ON "dw"."or""ders" ("a""b");',
    ]);
    expect((await plan({ sink: 'bigquery' })).ddl).to.eql([
      'CREATE TABLE `dw.or"ders` (\n  `a"b` INT64,\n  `amt` BIGNUMERIC,\n  `ts` TIMESTAMP,\n  `doc` JSON\n)\nPARTITION BY DATE(`ts`)\nCLUSTER BY `a``b`;',
    ]);
    expect((await plan({ sink: 'clickhouse' })).ddl).to.eql([
      'CREATE TABLE `dw`.`or"ders` (\n  `a"b` Int64,\n  `amt` Decimal(40,20),\n  `ts` DateTime64(6, \'UTC\'),\n  `doc` String CODEC(ZSTD)\n)\nENGINE = MergeTree\nPARTITION BY toYYYYMM(ts)\nORDER BY (`ts`);',
    ]);
  });

  it('takes the system of the manifest, and names what would hold the table for long', async () => {
    const report = await plan();
    expect(report.sink_type).to.equal('mssql');
    expect(report.ddl.map((sql) => sql.split(' ').slice(0, 3).join(' '))).to.eql([
      'CREATE TABLE [dw].[or"ders]',
      'ALTER TABLE [dw].[or"ders]',
      'CREATE INDEX [ix_dw_or_ders_a_b]',
      'CREATE CLUSTERED COLUMNSTORE',
    ]);
    expect(report.risks).to.have.length(1);
    expect((await plan({}, MANIFEST.replace('columns: {doc', 'apply: safe_window\n      columns: {doc'))).risks).to.eql(
      [],
    );
  });

  it('makes no statement where physical design is off', async () => {
    expect(
      (
        await plan(
          {},
          MANIFEST.replace('columns: {doc', 'mode: off\n      columns: {doc').replace('mode: off', "mode: 'off'"),
        )
      ).ddl,
    ).to.eql([]);
  });

  for (const [what, from, to] of [
    ['an engine', 'engine: MergeTree', 'engine: "MergeTree; DROP TABLE x"'],
    ['a partition', 'partition_by: toYYYYMM(ts)', 'partition_by: "ts /* */"'],
    ['a type', 'String CODEC(ZSTD)', 'String); DROP TABLE x; --'],
  ] as const)
    it(`refuses ${what} that is more than one`, () =>
      expectError(() => plan({ sink: 'clickhouse' }, MANIFEST.replace(from, to)), ['DPONE_MANIFEST_INVALID']));
});
