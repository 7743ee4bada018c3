import type { Row } from '@dpone/testkit';
import type { Story } from './fixture.js';
import type { Memory } from './system.js';

/** What a strategy does, said in a line and apart from its code: the expectation of the square. */
export interface Model {
  /** Keys of `sink.strategy` besides `mode`. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly reads: 'whole' | 'increment';
  /** True where a row that comes again does no harm: a table is then read from the last version on, not past it. */
  readonly matches: boolean;
  readonly apply: (target: readonly Row[], read: readonly Row[]) => readonly Row[];
  /** Which rows of the source are read. Default: all. */
  readonly takes?: (row: Row) => boolean;
  /** Systems between which it is tried; all where absent. */
  readonly between?: readonly string[];
}

/** Whether the square tries a strategy between two systems. */
export const tried = (mode: string, source: string, sink: string): boolean =>
  [source, sink].every((id) => MODELS[mode]!.between?.includes(id) ?? true);

const upsert = (target: readonly Row[], read: readonly Row[]): readonly Row[] => [
  ...new Map([...target, ...read].map((row) => [row['id'], row])).values(),
];

/** What changes rows in place was written system by system. */
const IN_PLACE = ['postgres', 'duckdb', 'clickhouse', 'mssql'];
const versionOf = (row: Row): number => Number(row['version']);

/** By the id of the strategy. */
export const MODELS: Readonly<Record<string, Model>> = {
  full_refresh: { options: {}, reads: 'whole', matches: false, apply: (_, read) => read },
  incremental_append: {
    options: {},
    reads: 'increment',
    matches: false,
    apply: (target, read) => [...target, ...read],
  },
  incremental_merge: { options: { unique_key: 'id' }, reads: 'increment', matches: true, apply: upsert },
  replace: {
    options: { window: { column: 'version', from: 50 } },
    reads: 'whole',
    matches: false,
    takes: (row) => versionOf(row) >= 50,
    apply: (target, read) => [...target.filter((row) => versionOf(row) < 50), ...read],
    between: IN_PLACE,
  },
  partition_replace: {
    options: { partition: { column: 'version', max_partitions_per_run: 1_000_000 } },
    reads: 'whole',
    matches: false,
    apply: (target, read) => {
      const replaced = new Set(read.map(versionOf));
      return [...target.filter((row) => !replaced.has(versionOf(row))), ...read];
    },
    between: IN_PLACE,
  },
  snapshot_diff: {
    options: { unique_key: 'id' },
    reads: 'whole',
    matches: true,
    apply: (_, read) => read,
    between: IN_PLACE,
  },
  scd2: {
    options: { unique_key: 'id' },
    reads: 'whole',
    matches: true,
    apply: (target, read) => {
      const known = new Set(target.map((row) => `${String(row['id'])} ${versionOf(row)}`));
      return [...target, ...read.filter((row) => !known.has(`${String(row['id'])} ${versionOf(row)}`))];
    },
    between: IN_PLACE,
  },
  // Chunks of an inner strategy, with tests of their own.
  backfill: { options: {}, reads: 'whole', matches: false, apply: (_, read) => read, between: [] },
  // How much they read is the source's affair: test/strategies tries them.
  cdc_apply: { options: {}, reads: 'increment', matches: true, apply: upsert, between: [] },
  xmin: { options: {}, reads: 'increment', matches: true, apply: upsert, between: [] },
};

/** What a load reads, and what it leaves in the target. */
export interface Expected {
  readonly read: readonly Row[];
  readonly target: readonly Row[];
}

/** The load of what the source holds at first, the one after it changed, and one more. */
export function expected(model: Model, memory: Memory, story: Story): readonly Expected[] {
  const fresh = [...story.changed, ...story.added];
  const later = [...remembered(memory, story), ...fresh];
  const second = model.reads === 'whole' ? later : memory === 'table' ? since(model, story.first, later) : fresh;
  const third = model.reads === 'whole' ? later : memory === 'table' ? since(model, later, later) : [];
  const loads: Expected[] = [];
  for (const all of [story.first, second, third]) {
    const read = all.filter(model.takes ?? (() => true));
    loads.push({ read, target: model.apply(loads.at(-1)?.target ?? [], read) });
  }
  return loads;
}

/** Rows past the last version that was seen, or from it on. */
function since({ matches }: Model, seen: readonly Row[], now: readonly Row[]): readonly Row[] {
  const last = Math.max(...seen.map((row) => Number(row['version'])));
  return now.filter((row) => (matches ? Number(row['version']) >= last : Number(row['version']) > last));
}

/** Rows of the first round that a source of such a memory still shows in the second. */
function remembered(memory: Memory, { first, changed, deleted }: Story): readonly Row[] {
  if (memory === 'log') return first;
  const gone = new Set((memory === 'table' ? [...deleted, ...changed] : deleted).map((row) => row['id']));
  return first.filter((row) => !gone.has(row['id']));
}
