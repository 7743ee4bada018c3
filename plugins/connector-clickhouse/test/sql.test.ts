import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Column, FinalizeStep, LoadProgram, SchemaChange } from '@dpone/sdk';
import { expect } from 'chai';
import { catchUpAll } from '../dist/cluster.js';
import { designOf } from '../dist/design.js';
import { explainLoad } from '../dist/finalize.js';
import { createMeta } from '../dist/meta-sql.js';
import { loadTables, metaNames } from '../dist/names.js';
import { sinkOptions } from '../dist/options.js';
import { createStaging, insertArriving } from '../dist/staging-sql.js';
import { fromNative, fromParquet, fromPgText } from '../dist/stage-columns.js';
import type { TableFacts } from '../dist/table-facts.js';
import { columnType } from '../dist/types.js';

const GOLDEN = fileURLToPath(new URL('../test/golden/statements.sql', import.meta.url));
const target = { schema: 'mart', name: 'orders' };
const LOAD = '01JDP0NE00GOLDEN0000000001';

const column = (name: string, type: Column['type'], nullable = true): Column => ({ name, type, nullable });
const COLUMNS: readonly Column[] = [
  column('id', { kind: 'int64' }, false),
  column('note', { kind: 'string' }),
  column('raw', { kind: 'bytes' }),
  column('amount', { kind: 'decimal', precision: 12, scale: 2 }),
  column('day', { kind: 'date' }),
  column('at', { kind: 'timestamp', precision: 6, tz: false }),
  column('paid_at', { kind: 'timestamp', precision: 6, tz: true }),
];

const native = (c: Column): Column => {
  const type = columnType(c);
  return { ...c, native: { system: 'clickhouse', type: 'type' in type ? type.type : '' } };
};

const FACTS: TableFacts = {
  columns: COLUMNS.map(native),
  engine: 'MergeTree',
  engineFull: 'MergeTree PARTITION BY day ORDER BY id SETTINGS index_granularity = 8192',
  sortingKey: 'id',
  primaryKey: 'id',
  partitionKey: 'day',
  uuid: '1ce8dc49-4387-417e-89a7-bae951abeeb9',
  readers: [],
  unreadable: new Map(),
  keyColumns: ['id'],
};

const REPLICATED: TableFacts = { ...FACTS, engine: 'ReplicatedMergeTree' };

const program = (steps: readonly FinalizeStep[], changes: readonly SchemaChange[] = []): LoadProgram => ({
  load: { loadId: LOAD, runId: 'r', process: 'p', target, startedAt: '2026-01-01T00:00:00.000Z', fence: 1 },
  columns: COLUMNS,
  changes,
  steps,
  receipt: {
    loadId: LOAD,
    runId: 'r',
    process: 'p',
    target: 'mart.orders',
    strategy: 'case',
    fence: 1,
    rowsStaged: 0,
    rowsRejected: 0,
    startedAt: '2026-01-01T00:00:00.000Z',
    detail: null,
  },
  state: null,
});

const VERSIONS = {
  op: 'add_versions',
  key: ['id'],
  effective: 'paid_at',
  compare: ['note', 'at'],
  from: '__dpone__valid_from_at',
  to: '__dpone__valid_to_at',
  current: '__dpone__is_current',
  absent: 'keep',
} as const;

const ENVELOPE = {
  operation: 'op',
  order: 'seq',
  columns: ['op', 'seq'],
  upserts: ['insert', 'update'],
  deletes: ['delete'],
  truncates: ['truncate'],
} as const;

const EVENTS = {
  op: 'apply_events',
  key: ['id'],
  envelope: { ...ENVELOPE, unchanged: 'unchanged', oldKey: 'old_key', columns: ['op', 'seq', 'unchanged', 'old_key'] },
  seq: '__dpone__seq',
  deletes: 'mark',
} as const;

/** The framework's columns that a step names. */
const FRAMEWORK: Readonly<Record<string, readonly Column[]>> = {
  add_versions: [
    column('__dpone__valid_from_at', { kind: 'timestamp', precision: 6, tz: true }, false),
    column('__dpone__valid_to_at', { kind: 'timestamp', precision: 6, tz: true }),
    column('__dpone__is_current', { kind: 'bool' }, false),
  ],
  apply_events: [
    column('__dpone__seq', { kind: 'int64' }),
    column('__dpone__deleted_at', { kind: 'timestamp', precision: 6, tz: true }),
  ],
};

const STEPS: Readonly<Record<string, FinalizeStep>> = {
  'full refresh': { op: 'replace_all', by: 'swap' },
  append: { op: 'append' },
  'append of new keys': { op: 'append', unlessKey: ['id'] },
  'merge by a key': { op: 'merge', key: ['id'], by: 'delete_insert' },
  'merge by a key that can be NULL': { op: 'merge', key: ['id', 'note'], by: 'delete_insert' },
  'delete of rows': { op: 'delete', where: { op: 'lt', column: 'day', value: '2026-01-01' } },
  'whole partitions': { op: 'replace_partitions', column: 'day', native: 'auto' },
  'rows of the values of a column': { op: 'replace_partitions', column: 'note', native: 'never' },
  'rows that are absent': { op: 'remove_absent', key: ['id'], how: 'delete' },
  'rows that are absent, marked': { op: 'remove_absent', key: ['id'], how: 'mark' },
  'merge of what differs': { op: 'merge', key: ['id'], by: 'upsert', unlessSame: ['note', 'at'] },
  'versions since the load': { ...VERSIONS, effective: null, absent: 'end' },
  'versions since a time of their own': VERSIONS,
  'events that remove': { ...EVENTS, envelope: ENVELOPE, deletes: 'apply' },
  'events that mark': EVENTS,
};

function statements(): string {
  const parts: string[] = [];
  const say = (title: string, lines: readonly string[]) =>
    parts.push(`-- ${title}\n${lines.map((l) => `${l};`).join('\n')}`);
  const plain = { tables: loadTables(LOAD, target), design: designOf(sinkOptions.parse({})), replacing: false };
  const cluster = {
    ...plain,
    design: designOf(
      sinkOptions.parse({
        engine: 'ReplicatedReplacingMergeTree',
        order_by: ['id', 'toDate(at)'],
        partition_by: 'toYYYYMM(day)',
        cluster: 'main',
        table_settings: { storage_policy: 'hot_cold' },
      }),
    ),
  };
  const create: SchemaChange[] = [{ kind: 'create_table', schema: { columns: COLUMNS } }];
  for (const [title, step] of Object.entries(STEPS)) {
    const more = FRAMEWORK[step.op] ?? [];
    const facts = { ...FACTS, columns: [...FACTS.columns, ...more.map(native)] };
    say(title, explainLoad({ ...program([step]), columns: [...COLUMNS, ...more] }, facts, plain));
  }
  say('first load', explainLoad(program([{ op: 'append' }], create), null, plain));
  say('first load on a cluster', explainLoad(program([{ op: 'append' }], create), null, cluster));
  for (const title of ['full refresh', 'append', 'merge by a key', 'merge of what differs', 'whole partitions'])
    say(`${title} on a cluster`, explainLoad(program([STEPS[title]!]), REPLICATED, cluster));
  say(
    'full refresh in a database without EXCHANGE',
    explainLoad(program([STEPS['full refresh']!]), { ...FACTS, uuid: '00000000-0000-0000-0000-000000000000' }, plain),
  );
  say(
    'merge into a ReplacingMergeTree',
    explainLoad(program([STEPS['merge by a key']!]), FACTS, { ...plain, replacing: true }),
  );
  say(
    'changes of the schema',
    explainLoad(
      program(
        [{ op: 'append' }],
        [
          { kind: 'add_column', column: column('place', { kind: 'json' }) },
          {
            kind: 'widen_column',
            column: column('amount', { kind: 'decimal', precision: 20, scale: 4 }),
            from: { kind: 'decimal', precision: 12, scale: 2 },
          },
          { kind: 'drop_not_null', column: 'id' },
        ],
      ),
      FACTS,
      plain,
    ),
  );
  const spec = { columns: COLUMNS.map(native), framework: [], badRows: 'fail' } as const;
  const { load } = program([]);
  const parquet = fromParquet(COLUMNS.slice(0, 2), COLUMNS.slice(0, 2), true);
  const two = { ...spec, columns: spec.columns.slice(0, 2) };
  const url = 'https://lake.s3.eu-central-1.amazonaws.com/raw/a.parquet';
  for (const keys of [null, { accessKeyId: 'KEY', secretAccessKey: "SEC'RET", sessionToken: 'TOKEN' }])
    say(`an object that the server reads, ${keys === null ? 'open to everyone' : 'signed for'}`, [
      insertArriving(plain.tables.rows, parquet, { s3: { url, keys } }, load, two, '2026-01-01T00:00:00.000Z'),
    ]);
  say('staging like the target', createStaging(plain.tables, load, spec, FACTS, plain.design));
  say('staging like the target on a cluster', createStaging(plain.tables, load, spec, REPLICATED, cluster.design));
  say('staging of a first load on a cluster', createStaging(plain.tables, load, spec, null, cluster.design));
  say('before the checks on a cluster', catchUpAll(cluster.design, plain.tables.rows));
  say('tables of dpone', createMeta(metaNames(target), plain.design));
  say('tables of dpone on a cluster', createMeta(metaNames(target), cluster.design));
  for (const [title, arriving] of Object.entries({
    'text of Postgres': fromPgText(COLUMNS, spec.columns, true),
    'text of Postgres, a server before 26': fromPgText(COLUMNS, spec.columns, false),
    parquet: fromParquet(COLUMNS, spec.columns, true),
    native: fromNative(spec.columns, spec.columns, true),
  }))
    say(title, [arriving.structure, ...arriving.values, ...arriving.refuses.map((r) => `${r.when} -- ${r.says}`)]);
  return `${parts.join('\n\n')}\n`;
}

describe('the statements of a load into ClickHouse', () => {
  it('are those of the golden file', () => {
    const said = statements();
    if (process.env['DPONE_WRITE_GOLDEN'] !== undefined) writeFileSync(GOLDEN, said);
    expect(said, 'DPONE_WRITE_GOLDEN=1 writes it anew').to.equal(readFileSync(GOLDEN, 'utf8'));
  });
});
