import type { AddVersionsStep, Column } from '@dpone/sdk';
import { applySteps, type Row } from '@dpone/testkit';

/** What a load does to the target, said without anything of dpone. */
export interface StrategyModel {
  /** `sink.strategy` less its mode. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The source is one file of its rows as they are, or a file a load of what changed. */
  readonly reads: 'rows' | 'changes';
  /** Keys of `source.options`. */
  readonly source?: Readonly<Record<string, unknown>>;
  /** Columns of the target besides the source's. */
  readonly adds?: readonly Column[];
  /** The target after a load of the source's rows, or of the changes; `columns` are the source's. */
  readonly apply: (target: readonly Row[], read: readonly Row[], columns: readonly Column[]) => readonly Row[];
  /** What is compared of a target's rows. Default: all of their columns. */
  readonly shown?: (rows: readonly Row[]) => readonly Row[];
  /** Throws where the target's rows cannot be right, whatever the model says. */
  readonly judge?: (rows: readonly Row[]) => void;
}

const KEY = { unique_key: 'id' };
const BY_VERSION = { incremental_column: 'version' };
const INSTANT: Column['type'] = { kind: 'timestamp', precision: 6, tz: true };
const column = (name: string, type: Column['type']): Column => ({ name, type, nullable: true });

const ids = (rows: readonly Row[]): ReadonlySet<unknown> => new Set(rows.map((row) => row['id']));
const upsert = (target: readonly Row[], read: readonly Row[]): readonly Row[] => {
  const fresh = ids(read);
  return [...target.filter((row) => !fresh.has(row['id'])), ...read];
};
const newest = (rows: readonly Row[]): bigint =>
  rows.map((row) => row['version'] as bigint).reduce((max, version) => (version > max ? version : max), 0n);

const FROM = '__dpone__valid_from_at';
const TO = '__dpone__valid_to_at';
const CURRENT = '__dpone__is_current';
const VERSIONS: readonly Column[] = [column(FROM, INSTANT), column(TO, INSTANT), column(CURRENT, { kind: 'bool' })];
const DELETED = column('__dpone__deleted_at', INSTANT);

/** By the id of the strategy, or `<id> <variant>`. */
export const STRATEGY_MODELS: Readonly<Record<string, StrategyModel>> = {
  full_refresh: { options: {}, reads: 'rows', apply: (_, read) => read },
  incremental_append: {
    options: {},
    reads: 'rows',
    source: BY_VERSION,
    apply: (target, read) => [...target, ...read.filter((row) => (row['version'] as bigint) > newest(target))],
  },
  incremental_merge: {
    options: KEY,
    reads: 'rows',
    source: BY_VERSION,
    apply: (target, read) =>
      upsert(
        target,
        read.filter((row) => (row['version'] as bigint) >= newest(target)),
      ),
  },
  replace: {
    options: { window: { column: 'grp', from: 2, to: 4 } },
    reads: 'rows',
    apply: (target, read) => {
      const inside = (row: Row): boolean => (row['grp'] as bigint) >= 2n && (row['grp'] as bigint) < 4n;
      return [...target.filter((row) => !inside(row)), ...read.filter(inside)];
    },
  },
  partition_replace: {
    options: { partition: { column: 'grp' } },
    reads: 'rows',
    apply: (target, read) => {
      const groups = new Set(read.map((row) => row['grp']));
      return [...target.filter((row) => !groups.has(row['grp'])), ...read];
    },
  },
  snapshot_diff: { options: KEY, reads: 'rows', apply: (_, read) => read },
  'snapshot_diff soft': {
    options: { ...KEY, diff: { delete_policy: 'soft_delete' } },
    reads: 'rows',
    adds: [DELETED],
    apply: (target, read) => {
      const gone = target.filter((row) => !ids(read).has(row['id']));
      return [...gone.map((row) => ({ ...row, [DELETED.name]: 'gone' })), ...read];
    },
    shown: (rows) =>
      rows.map((row) => ({ ...row, [DELETED.name]: (row[DELETED.name] ?? null) === null ? null : 'gone' })),
  },
  scd2: {
    options: { ...KEY, scd2: { delete_policy: 'expire' } },
    reads: 'rows',
    adds: VERSIONS,
    apply: (target, read) => {
      const current = new Map(target.filter((row) => row[CURRENT] === true).map((row) => [row['id'], row]));
      const fresh = read.filter((row) => current.get(row['id'])?.['version'] !== row['version']);
      const ends = new Set([...ids(fresh), ...[...current.keys()].filter((id) => !ids(read).has(id))]);
      return [
        ...target.map((row) => (ends.has(row['id']) ? { ...row, [CURRENT]: false } : row)),
        ...fresh.map((row) => ({ ...row, [CURRENT]: true })),
      ];
    },
    // When a load ran is not the model's to know; that the times make a history is.
    shown: (rows) => rows.map((row) => ({ ...row, [FROM]: null, [TO]: null })),
    judge: expectHistory,
  },
  'scd2 by time': {
    options: { ...KEY, scd2: { effective_column: 'changed_at' } },
    reads: 'changes',
    adds: VERSIONS,
    apply: (target, read, columns) => {
      const held = read.filter((row) => row['op'] !== 'delete');
      const step: AddVersionsStep = {
        op: 'add_versions',
        key: ['id'],
        effective: 'changed_at',
        compare: columns.map((c) => c.name).filter((name) => name !== 'id' && name !== 'changed_at'),
        from: FROM,
        to: TO,
        current: CURRENT,
        absent: 'keep',
      };
      return applySteps([step], target, held, [...columns, ...VERSIONS]).rows;
    },
    judge: expectHistory,
  },
  cdc_apply: {
    options: { ...KEY, cdc: { operation_column: 'op', order_column: 'seq' } },
    reads: 'changes',
    apply: (target, read) => applyEvents(target, read),
  },
};

/** The rows that are left when events are applied one after the other. */
function applyEvents(target: readonly Row[], events: readonly Row[]): readonly Row[] {
  const rows = new Map(target.map((row) => [row['id'], row]));
  for (const { op, ...row } of events)
    if (op === 'delete') rows.delete(row['id']);
    else rows.set(row['id'], row);
  return [...rows.values()];
}

/** Instants as texts that sort by time: a fraction may have any number of digits. */
const sortable = (instant: unknown): string => {
  const [seconds, fraction = ''] = String(instant).replace(/Z$/, '').split('.');
  return `${seconds}.${fraction.padEnd(9, '0')}`;
};

/** Throws where versions of a key overlap, leave a gap without an end, or more than the last is current. */
export function expectHistory(rows: readonly Row[]): void {
  for (const id of ids(rows)) {
    const versions = rows
      .filter((row) => row['id'] === id)
      .toSorted((a, b) => (sortable(a[FROM]) < sortable(b[FROM]) ? -1 : 1));
    for (const [i, version] of versions.entries()) {
      const [from, to, next] = [version[FROM], version[TO], versions[i + 1]?.[FROM]] as (string | null | undefined)[];
      const last = next === undefined;
      const right =
        typeof from === 'string' &&
        (to === null ? last : sortable(from) < sortable(to) && (last || sortable(to) <= sortable(next)));
      if (!right || version[CURRENT] !== (to === null))
        throw new Error(
          `the versions of ${String(id)} are no history: ${versions.map((v) => `${String(v[FROM])}..${String(v[TO])} ${String(v[CURRENT])}`).join(', ')}`,
        );
    }
  }
}
