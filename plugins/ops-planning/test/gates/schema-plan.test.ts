import { conformance, expectError } from '@dpone/testkit';
import { expect } from 'chai';
import { schemaPlan } from '@dpone/ops-planning';
import { folder, type Folder } from '../support/folder.js';

describe('schema plan', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'schema-plan',
    definition: schemaPlan,
    green: async ({ workdir }) => {
      const { writeFile } = await import('node:fs/promises');
      await writeFile(`${workdir}/s.json`, JSON.stringify([{ name: 'id', dtype: 'int' }]));
      await writeFile(`${workdir}/t.json`, JSON.stringify([{ name: 'id', dtype: 'int' }]));
      return { input: { source: 's.json', target: 't.json', table: 'dbo.orders' }, evidence: ['s.json', 't.json'] };
    },
  }))
    it(c.name, c.run);

  let space: Folder;
  beforeEach(async () => {
    space = await folder();
  });
  afterEach(() => space.remove());
  const plan = async (source: unknown, target: unknown, given: object = {}) => {
    await space.put('s.json', source);
    await space.put('t.json', target);
    return space.run(schemaPlan, { source: 's.json', target: 't.json', table: 'dbo.orders', ...given });
  };

  it('needs no change where the target is wider, and a widening where the source is', async () => {
    const report = await plan(
      [
        { name: 'id', dtype: 'int' },
        { name: 'amt', dtype: 'numeric(18,4)' },
      ],
      [
        { name: 'ID', dtype: 'bigint' },
        { name: 'amt', dtype: 'numeric(10,2)' },
      ],
      { dialect: 'postgres' },
    );
    expect(report.changes.map(({ change_type, column }) => `${change_type} ${column}`)).to.eql(['type_widen amt']);
    expect(report.ddl).to.eql(['ALTER TABLE "dbo"."orders" ALTER COLUMN "amt" TYPE numeric(18,4)']);
  });

  it('routes a changed type to a column beside it, maps it on the next plan, and tells a conflict', async () => {
    const source = [{ name: 'v', dtype: 'text' }];
    const given = { on_type_change: 'new_column' };
    const first = await plan(source, [{ name: 'v', dtype: 'int' }], given);
    expect(first).to.deep.include({ column_mapping: { v: '__dpone__nc__v' }, has_breaking_changes: false });
    expect(first.ddl).to.eql(['ALTER TABLE [dbo].[orders] ADD [__dpone__nc__v] nvarchar(max) NULL']);
    const there = [
      { name: 'v', dtype: 'int' },
      { name: '__dpone__nc__v', dtype: 'text' },
    ];
    const next = await plan(source, there, given);
    expect(next.changes.map(({ change_type }) => change_type)).to.eql(['map_to_generated_column']);
    expect(next.ddl).to.eql([]);
    there[1]!.dtype = 'date';
    const conflict = await plan(source, there, given);
    expect(conflict.changes[0]).to.include({ change_type: 'generated_column_conflict', breaking: true });
    expect(conflict.column_mapping).to.eql({});
  });

  it('keeps every digit and says what may be empty, in the list by decision', async () => {
    const report = await plan(
      [
        { name: 'amt', dtype: 'numeric(18,4)' },
        { name: 'new', dtype: 'int', nullable: true },
      ],
      [{ name: 'amt', dtype: 'numeric(10,2)' }],
      { dialect: 'clickhouse' },
    );
    expect(report.statements.map(({ decision, sql }) => [decision, sql])).to.eql([
      ['defer', 'ALTER TABLE `dbo`.`orders` MODIFY COLUMN `amt` Nullable(Decimal(18, 4))'],
      ['apply', 'ALTER TABLE `dbo`.`orders` ADD COLUMN `new` Nullable(Int32)'],
    ]);
  });

  it('sets timeouts before each statement, and follows the mode of DDL', async () => {
    const change = [[{ name: 'n', dtype: 'int' }], []] as const;
    const action = async (given: object) => (await plan(...change, given)).online_schema_evolution.actions[0]!;
    expect(
      (await action({ dialect: 'postgres', lock_timeout_seconds: 5, statement_timeout_seconds: 60 })).ddl.slice(0, 2),
    ).to.eql(["SET lock_timeout = '5s'", "SET statement_timeout = '60s'"]);
    expect((await action({ lock_timeout_seconds: 5 })).ddl[0]).to.equal('SET LOCK_TIMEOUT 5000');
    expect((await action({ ddl_mode: 'manual_approval' })).decision).to.equal('manual_approval');
    expect((await action({ ddl_mode: 'plan_only' })).decision).to.equal('defer');
  });

  it('is red for a breaking change only where that is asked for', async () => {
    const drop = [[], [{ name: 'gone', dtype: 'int' }]] as const;
    expect(await plan(...drop)).to.include({ passed: true, has_breaking_changes: true });
    expect((await plan(...drop, { fail_on_breaking: true })).blockers).to.eql(['schema.breaking:drop_column:gone']);
    expect(await plan(...drop, { fail_on_breaking: true, allow_drop: true })).to.include({ passed: true });
    expect(schemaPlan.redExit).to.equal(2);
  });

  it('warns where the source may be empty and the target may not', async () => {
    const report = await plan([{ name: 'id', dtype: 'int' }], [{ name: 'id', dtype: 'int', nullable: false }]);
    expect(report.warnings).to.eql(['id may be empty at the source and not in the target']);
  });

  it('quotes whatever a name is', async () => {
    const report = await plan([{ name: 'a]; DROP TABLE x --', dtype: 'int' }], []);
    expect(report.ddl).to.eql(['ALTER TABLE [dbo].[orders] ADD [a]]; DROP TABLE x --] int NULL']);
  });

  for (const [what, source] of [
    ['no list', {}],
    ['a column without a name', [{ dtype: 'int' }]],
    ['a column without a type', [{ name: 'a' }]],
    ['a type that is more than one', [{ name: 'a', dtype: 'int; DROP TABLE x' }]],
    ['nullable as a text', [{ name: 'a', dtype: 'int', nullable: 'yes' }]],
    [
      'a name twice',
      [
        { name: 'a', dtype: 'int' },
        { name: 'A', dtype: 'int' },
      ],
    ],
    ['no JSON', '['],
  ] as const)
    it(`refuses ${what}`, () => expectError(() => plan(source, []), ['DPONE_INPUT_INVALID']));

  it('refuses a negative timeout', () =>
    expectError(() => plan([], [], { lock_timeout_seconds: -1 }), ['DPONE_USAGE']));
});
