import type { CanonicalType, Column, EventEnvelope, FinalizeStep, FrameworkColumn } from '@dpone/sdk';
import type { Row } from '../../fixtures/fixture.js';
import type { Course, CourseBatch } from './following.js';

const INSTANT: CanonicalType = { kind: 'timestamp', precision: 6, tz: true };
const column = (name: string, type: CanonicalType, nullable: boolean = true): Column => ({ name, type, nullable });
const framework = (name: string, type: CanonicalType, value: FrameworkColumn['value']): FrameworkColumn => ({
  ...column(name, type),
  value,
});

export const ITEM_COLUMNS: readonly Column[] = [
  column('id', { kind: 'int64' }, false),
  column('name', { kind: 'string' }),
  column('amount', { kind: 'decimal', precision: 12, scale: 2 }),
  column('doc', { kind: 'json' }),
];
const VALUES = ['name', 'amount', 'doc'];

type Holds = (column: Column) => boolean;
type Batches = readonly CourseBatch[];

const deletedAt = framework('__dpone__deleted_at', INSTANT, 'null');

/** Only rows that differ are written; what staging lacks is removed or marked. */
export function convergingCourse(
  holds: Holds,
  by: 'upsert' | 'delete_insert',
  how: 'delete' | 'mark',
  batches: Batches,
): Course {
  const unlessSame = [
    ...held(ITEM_COLUMNS, holds)
      .slice(1)
      .map((c) => c.name),
    ...(how === 'mark' ? [deletedAt.name] : []),
  ];
  const steps: FinalizeStep[] = [
    { op: 'merge', key: ['id'], by, unlessSame },
    { op: 'remove_absent', key: ['id'], how },
  ];
  return course(holds, ITEM_COLUMNS, { steps, batches, counted: true, framework: how === 'mark' ? [deletedAt] : [] });
}

/** Rows become versions: since the load's time, or since their column `since`. */
export function versionsCourse(
  holds: Holds,
  effective: 'since' | null,
  absent: 'end' | 'keep',
  batches: Batches,
): Course {
  const columns = effective === null ? ITEM_COLUMNS : [...ITEM_COLUMNS, column('since', INSTANT)];
  const step: FinalizeStep = {
    op: 'add_versions',
    key: ['id'],
    effective,
    compare: held(columns, holds)
      .map((c) => c.name)
      .filter((name) => VALUES.includes(name)),
    from: '__dpone__valid_from_at',
    to: '__dpone__valid_to_at',
    current: '__dpone__is_current',
    absent,
  };
  return course(holds, columns, {
    steps: [step],
    batches,
    counted: false,
    framework: [
      framework('__dpone__valid_from_at', INSTANT, 'loaded_at'),
      framework('__dpone__valid_to_at', INSTANT, 'null'),
      framework('__dpone__is_current', { kind: 'bool' }, 'true'),
    ],
  });
}

const ENVELOPE: EventEnvelope = {
  operation: '_op',
  order: '_seq',
  unchanged: '_unchanged',
  oldKey: '_old_key',
  columns: ['_op', '_seq', '_unchanged', '_old_key', '_at'],
  upserts: ['insert', 'update', 'read'],
  deletes: ['delete'],
  truncates: ['truncate'],
};

const EVENT_COLUMNS: readonly Column[] = [
  column('_op', { kind: 'string' }, false),
  column('_seq', { kind: 'int64' }, false),
  column('_unchanged', { kind: 'string' }),
  column('_old_key', { kind: 'string' }),
  column('_at', INSTANT),
];

/** Change events become the table that they tell of. */
export function eventsCourse(holds: Holds, deletes: 'apply' | 'mark' | 'ignore', batches: Batches): Course {
  const columns = [...ITEM_COLUMNS.map((c) => ({ ...c, nullable: true })), ...EVENT_COLUMNS];
  const seq = framework('__dpone__seq', { kind: 'int64' }, 'null');
  return {
    ...course(holds, columns, {
      steps: [{ op: 'apply_events', key: ['id'], envelope: ENVELOPE, seq: seq.name, deletes }],
      batches,
      counted: true,
      framework: [seq, ...(deletes === 'mark' ? [deletedAt] : [])],
    }),
    envelope: ENVELOPE.columns,
  };
}

const held = (columns: readonly Column[], holds: Holds): Column[] => columns.filter(holds);

function course(holds: Holds, columns: readonly Column[], rest: Omit<Course, 'columns'>): Course {
  const kept = held(columns, holds);
  const row = (given: Row): Row => Object.fromEntries(kept.map((c) => [c.name, given[c.name] ?? null]));
  return { ...rest, columns: kept, batches: rest.batches.map((b) => ({ ...b, rows: b.rows.map(row) })) };
}
