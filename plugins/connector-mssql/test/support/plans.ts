import type { Column, FinalizeStep, FrameworkColumn, LoadProgram, LoadRef, SchemaChange } from '@dpone/sdk';
import { stagingNames } from '../../dist/names.js';
import type { StagingPlan } from '../../dist/staging-sql.js';
import type { ColumnFacts, TableFacts } from '../../dist/target.js';
import { columnType } from '../../dist/types.js';

export const TARGET = { schema: 'mart', name: "Order's" };

export const LOAD: LoadRef = {
  loadId: '01JDP0NE00TESTK1T000000001',
  runId: '01JDP0NE00TESTK1T000001001',
  process: 'orders',
  target: TARGET,
  startedAt: '2026-03-01T12:34:56.789Z',
  fence: 3,
};

const column = (name: string, type: Column['type'], nullable = true): Column => ({ name, type, nullable });

export const COLUMNS: readonly Column[] = [
  column('id', { kind: 'int64' }, false),
  column('customer', { kind: 'string', length: 50 }),
  column('amount', { kind: 'decimal', precision: 12, scale: 2 }),
  column('a]b', { kind: 'timestamp', precision: 7, tz: true }),
];

export const FRAMEWORK: readonly FrameworkColumn[] = [
  { name: '__dpone__load_id', type: { kind: 'string' }, nullable: true, value: 'load_id' },
  {
    name: '__dpone__loaded_at',
    type: { kind: 'timestamp', precision: 6, tz: true },
    nullable: true,
    value: 'loaded_at',
  },
  { name: '__dpone__row_hash', type: { kind: 'string' }, nullable: true, value: 'row_hash' },
];

const fact = (name: string, native: string, more: Partial<ColumnFacts> = {}): ColumnFacts => ({
  name,
  native,
  nullable: true,
  identity: false,
  generated: false,
  collation: native.includes('char') ? 'Latin1_General_CI_AS' : null,
  ...more,
});

/** The target as it is, of the same columns; `more` says what else it is. */
export const factsOf = (more: Partial<TableFacts> = {}): TableFacts => ({
  kind: 'table',
  columns: [
    fact('id', 'bigint', { nullable: false }),
    fact('customer', 'nvarchar(50)'),
    fact('amount', 'decimal(12,2)'),
    fact('a]b', 'datetimeoffset(7)'),
    fact('__dpone__load_id', 'nvarchar(64)'),
    fact('__dpone__loaded_at', 'datetimeoffset(6)'),
    fact('__dpone__row_hash', 'nvarchar(64)'),
  ],
  primaryKey: [],
  attached: [],
  ...more,
});

export const changedColumn = (facts: TableFacts, name: string, change: Partial<ColumnFacts>): TableFacts => ({
  ...facts,
  columns: facts.columns.map((c) => (c.name === name ? { ...c, ...change } : c)),
});

export const planOf = (facts: TableFacts | null, stagingSchema?: string): StagingPlan => ({
  names: stagingNames(LOAD.loadId, TARGET, stagingSchema),
  load: LOAD,
  spec: { columns: COLUMNS, framework: FRAMEWORK, badRows: 'fail' },
  facts,
  typeOf: (c) => {
    const type = columnType(c);
    if ('refused' in type) throw new Error(type.refused);
    return type.type;
  },
  collation: undefined,
  now: '2026-03-01T12:35:00.000Z',
});

export const programOf = (steps: readonly FinalizeStep[], changes: readonly SchemaChange[] = []): LoadProgram => ({
  load: LOAD,
  columns: [...COLUMNS, ...FRAMEWORK.map(({ name, type, nullable }) => ({ name, type, nullable }))],
  changes,
  steps,
  receipt: {
    loadId: LOAD.loadId,
    runId: LOAD.runId,
    process: LOAD.process,
    target: "mart.Order's",
    strategy: 'full_refresh',
    fence: LOAD.fence,
    rowsStaged: 3,
    rowsRejected: 0,
    startedAt: LOAD.startedAt,
    detail: { note: "it's" },
  },
  state: { key: 'orders/dbo.orders', state: { at: '7' } },
});
