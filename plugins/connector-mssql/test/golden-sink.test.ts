import type { Column, FinalizeStep, SchemaChange, StagingCheck } from '@dpone/sdk';
import { brokenBy, countTogether, repeatedKeys, repeatedRows } from '../dist/checks-sql.js';
import { explainProgram } from '../dist/finalize-sql.js';
import { lockResource } from '../dist/lock.js';
import { maxSql } from '../dist/max-sql.js';
import {
  applock,
  assertFence,
  compareAndSetState,
  createMeta,
  insertReceipt,
  selectReceipts,
  selectStates,
  upsertState,
} from '../dist/meta-sql.js';
import { metaNames } from '../dist/names.js';
import { restoreStatements } from '../dist/rollback.js';
import { rightsSql } from '../dist/sink-check.js';
import { createStaging, dropStaging, hashStatement, markShared } from '../dist/staging-sql.js';
import { expectGolden } from './support/golden.js';
import { changedColumn, factsOf, LOAD, planOf, programOf, TARGET } from './support/plans.js';

const created = (): SchemaChange => ({ kind: 'create_table', schema: { columns: programOf([]).columns } });
const VERSIONS = {
  op: 'add_versions',
  key: ['id'],
  effective: 'a]b',
  compare: ['customer', 'amount'],
  from: '__dpone__valid_from_at',
  to: '__dpone__valid_to_at',
  current: '__dpone__is_current',
  absent: 'keep',
} as const;
const EVENTS = {
  op: 'apply_events',
  key: ['id'],
  envelope: {
    operation: 'op',
    order: 'seq',
    columns: ['op', 'seq'],
    upserts: ['insert', 'update'],
    deletes: ['delete'],
    truncates: ['truncate'],
  },
  seq: '__dpone__seq',
  deletes: 'apply',
} as const;
/** The framework's columns that a step names. */
const NAMED: Readonly<Record<string, readonly Column[]>> = {
  add_versions: [
    { name: '__dpone__valid_from_at', type: { kind: 'timestamp', precision: 6, tz: true }, nullable: false },
    { name: '__dpone__valid_to_at', type: { kind: 'timestamp', precision: 6, tz: true }, nullable: true },
    { name: '__dpone__is_current', type: { kind: 'bool' }, nullable: false },
  ],
  apply_events: [{ name: '__dpone__seq', type: { kind: 'int64' }, nullable: true }],
};
const swap: FinalizeStep = { op: 'replace_all', by: 'swap' };
const PK = { primaryKey: ['id'], attached: ['indexes or keys'] };

describe('the statements of the mssql sink are those that were reviewed', () => {
  const meta = metaNames(TARGET);
  it('tables of its own, lock, fence, receipt and state', () => {
    const { receipt, state } = programOf([]);
    const counts = { inserted: 3, updated: 0, deleted: 0, finalRows: null };
    expectGolden('meta', [
      ...createMeta(meta),
      applock(lockResource("mart.Order's"), 'Session', 0),
      assertFence(meta, "mart.Order's", 3, LOAD.loadId),
      insertReceipt(meta, receipt, counts, LOAD.startedAt),
      ...upsertState(meta, state!, LOAD.loadId, LOAD.startedAt),
      ...[null, "by another's"].map((before) =>
        compareAndSetState(meta, { ...state!, loadId: LOAD.loadId }, before, LOAD.startedAt),
      ),
      selectReceipts(meta, "l.target = N'x'", 10),
      selectStates(meta, '1 = 1'),
    ]);
  });

  it('staging', () => {
    const fresh = planOf(null, 'stage');
    expectGolden('staging-new', [
      ...createStaging({ ...fresh, collation: 'Latin1_General_100_BIN2' }),
      ...hashStatement(fresh),
    ]);
    const known = planOf(changedColumn(factsOf(PK), 'customer', { native: 'varchar(50)' }));
    expectGolden('staging-existing', [
      ...createStaging(known),
      markShared(known.names, LOAD),
      ...dropStaging(known.names),
    ]);
  });

  const explained: readonly [string, FinalizeStep[], Parameters<typeof planOf>[0], SchemaChange[]?, boolean?][] = [
    ['full-refresh-new', [swap], null, [created()]],
    ['full-refresh-swapped', [swap], factsOf()],
    ['full-refresh-truncated', [swap], factsOf(PK)],
    ['full-refresh-deleted', [swap], factsOf({ attached: ['foreign keys of other tables'] })],
    ['append', [{ op: 'append' }], factsOf()],
    ['append-new-keys', [{ op: 'append', unlessKey: ['id'] }], factsOf()],
    ['merge-upsert', [{ op: 'merge', key: ['customer', 'id'], by: 'upsert' }], factsOf(PK)],
    ['merge-delete-insert', [{ op: 'merge', key: ['id'], by: 'delete_insert' }], factsOf(PK)],
    [
      'merge-identity',
      [{ op: 'merge', key: ['id'], by: 'upsert' }],
      changedColumn(factsOf(), 'id', { identity: true }),
    ],
    ['code-page', [{ op: 'append' }], changedColumn(factsOf(), 'customer', { native: 'varchar(50)' })],
    ['delete', [{ op: 'delete', where: { op: 'ge', column: 'amount', value: '10.005' } }], factsOf()],
    ['replace-partitions', [{ op: 'replace_partitions', column: 'customer', native: 'auto' }], factsOf()],
    ['remove-absent', [{ op: 'remove_absent', key: ['id'], how: 'delete' }], factsOf()],
    ['mark-absent', [{ op: 'remove_absent', key: ['id'], how: 'mark' }], factsOf()],
    [
      'merge-changed',
      [{ op: 'merge', key: ['id'], by: 'upsert', unlessSame: ['customer', 'amount', 'a]b'] }],
      changedColumn(factsOf(), 'customer', { native: 'varchar(50)' }),
    ],
    ['merge-changed-deleted', [{ op: 'merge', key: ['id'], by: 'delete_insert', unlessSame: ['amount'] }], factsOf()],
    ['versions', [{ ...VERSIONS, effective: null, absent: 'end' }], factsOf()],
    ['versions-effective', [VERSIONS], factsOf()],
    ['events-applied', [EVENTS], factsOf()],
    [
      'events-marked',
      [
        {
          ...EVENTS,
          envelope: { ...EVENTS.envelope, unchanged: 'left', oldKey: 'was', columns: ['op', 'seq', 'left', 'was'] },
          deletes: 'mark',
        },
      ],
      factsOf(),
    ],
    ['keep-backup', [{ op: 'append' }], factsOf(), [], true],
    [
      'schema-changes',
      [{ op: 'append' }],
      factsOf(),
      [
        { kind: 'add_column', column: { name: 'note', type: { kind: 'string' }, nullable: true } },
        {
          kind: 'widen_column',
          column: { name: 'customer', type: { kind: 'string', length: 80 }, nullable: true },
          from: { kind: 'string', length: 50 },
        },
        { kind: 'drop_not_null', column: 'id' },
      ],
    ],
    ['rename-column', [swap], factsOf(), [{ kind: 'rename_column', from: "o'ld]", to: 'a]b' }]],
  ];
  for (const [name, steps, facts, changes, keepBackup] of explained)
    it(name, () => {
      const program = programOf(steps, changes);
      const more = steps.flatMap((step) => NAMED[step.op] ?? []);
      const all = { ...program, columns: [...program.columns, ...more] };
      expectGolden(name, explainProgram(all, planOf(facts), keepBackup ?? false));
    });

  it('makes a table of types that staging has not', () => {
    const program = programOf([swap]);
    const columns = program.columns.map((c) =>
      c.name === 'customer' ? { ...c, native: { system: 'mssql', type: 'varchar(50)' } } : c,
    );
    const made = { ...program, changes: [{ kind: 'create_table', schema: { columns } } as const] };
    expectGolden('full-refresh-made', explainProgram(made, planOf(null), false));
  });

  it('changes columns within limits, which end with the statement', () => {
    const note = { name: 'note', type: { kind: 'string' }, nullable: true } as const;
    const changes = [{ kind: 'drop_column', column: "o'ld]" } as const, { kind: 'add_column', column: note } as const];
    const program = { ...programOf([{ op: 'append' }], changes), limits: { lockSeconds: 5 } };
    expectGolden('drop-column', explainProgram(program, planOf(factsOf()), false));
  });

  it('swaps from another schema', () => {
    expectGolden('full-refresh-transferred', explainProgram(programOf([swap]), planOf(factsOf(), 'stage'), false));
  });

  it('undoes a load', () => {
    const kept = { table: { schema: 'mart', name: `Order's__dpone_backup_${LOAD.loadId}` }, loadId: LOAD.loadId };
    const identity = changedColumn(factsOf(PK), 'id', { identity: true });
    expectGolden('rollback', [
      ...restoreStatements(TARGET, kept, { target: identity, backup: factsOf() }),
      '-- where the target is gone',
      ...restoreStatements(TARGET, kept, { target: null, backup: factsOf() }),
    ]);
  });

  it('checks, the largest value, rights', () => {
    const checks: StagingCheck[] = [
      { id: 'a', on: 'fail', kind: 'not_null', column: 'id' },
      { id: 'b', on: 'fail', kind: 'accepted_values', column: 'customer', values: ['x', null, "it's"] },
      {
        id: 'c',
        on: 'fail',
        kind: 'predicate',
        predicate: { op: 'not', predicate: { op: 'gt', column: 'amount', value: 1 } },
      },
      { id: 'd', on: 'fail', kind: 'max_null_ratio', column: 'amount', ratio: 0.1 },
      { id: 'e', on: 'fail', kind: 'min_rows', rows: 1 },
      { id: 'f', on: 'fail', kind: 'length', column: 'customer', min: 1, max: 20 },
      {
        id: 'g',
        on: 'fail',
        kind: 'count',
        counted: { what: 'broken', rule: { kind: 'not_null', column: 'amount' } },
        unit: 'percent',
        within: [{ max: 5 }],
      },
    ];
    const { names } = planOf(null);
    const unique: StagingCheck = { id: 'u', on: 'quarantine', kind: 'unique', columns: ['id', 'a]b'] };
    const max = (name: string, type: string): string =>
      maxSql({ name, column: { name, type: { kind: 'string' }, nullable: true }, type, names }, true);
    expectGolden('checks', [
      countTogether(names.rows, checks),
      repeatedKeys(names.rows, ['id', 'a]b']),
      repeatedRows(names.rows, ['id', 'a]b']),
      `DELETE t FROM ${names.rows} AS t WHERE ${brokenBy(unique, names.rows)!}`,
      max('a"b', 'datetime2(7)'),
      max('customer', 'nvarchar(50)'),
      max('key', 'uniqueidentifier'),
      rightsSql(TARGET, 'stage'),
    ]);
  });
});
