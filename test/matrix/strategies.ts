import type { Row } from '@dpone/testkit';
import { applyEvents, eventsOf } from './events.js';
import { rowsAfter, type Story } from './fixture.js';
import type { Memory, System } from './system.js';

/** What a strategy does, said in a line and apart from its code: the expectation of the square. */
export interface Model {
  /** Keys of `sink.strategy` besides `mode`. */
  readonly options: Readonly<Record<string, unknown>>;
  /**
   * `own`: what is new where the source knows that by itself, else everything; `changes`: what the source itself says was
   * changed.
   */
  readonly reads: 'whole' | 'increment' | 'own' | 'changes';
  /** True where a row that comes again does no harm: a table is then read from the last version on, not past it. */
  readonly matches: boolean;
  readonly apply: (target: readonly Row[], read: readonly Row[]) => readonly Row[];
  /** Which rows of the source are read. Default: all. */
  readonly takes?: (row: Row) => boolean;
  /** True where it reads events: the log of the source, or a table that holds them. */
  readonly events?: true;
  /** True where each key may be there once: a log, which keeps all that a key ever was, is cleared and written anew. */
  readonly snapshot?: true;
  /** Systems from which it is tried; all where absent. */
  readonly from?: readonly string[];
  /** Systems into which it is tried; all where absent. */
  readonly into?: readonly string[];
}

/** Whether the square tries a strategy between two systems. */
export const tried = (mode: string, source: string, sink: string): boolean =>
  (MODELS[mode]!.from?.includes(source) ?? true) && (MODELS[mode]!.into?.includes(sink) ?? true);

const upsert = (target: readonly Row[], read: readonly Row[]): readonly Row[] => [
  ...new Map([...target, ...read].map((row) => [row['id'], row])).values(),
];

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
  },
  partition_replace: {
    options: { partition: { column: 'version', max_partitions_per_run: 1_000_000 } },
    reads: 'own',
    matches: false,
    apply: (target, read) => {
      const replaced = new Set(read.map(versionOf));
      return [...target.filter((row) => !replaced.has(versionOf(row))), ...read];
    },
  },
  snapshot_diff: {
    options: { unique_key: 'id' },
    reads: 'whole',
    matches: true,
    apply: (_, read) => read,
    snapshot: true,
  },
  scd2: {
    options: { unique_key: 'id' },
    reads: 'own',
    matches: true,
    apply: (target, read) => {
      const known = new Set(target.map((row) => `${String(row['id'])} ${versionOf(row)}`));
      return [...target, ...read.filter((row) => !known.has(`${String(row['id'])} ${versionOf(row)}`))];
    },
  },
  // Chunks of an inner strategy, with tests of their own.
  backfill: { options: {}, reads: 'whole', matches: false, apply: (_, read) => read, into: [] },
  cdc_apply: { options: { unique_key: 'id' }, reads: 'increment', matches: false, apply: applyEvents, events: true },
  xmin: { options: { unique_key: 'id' }, reads: 'changes', matches: true, apply: upsert, from: ['postgres'] },
};

/** Whether a source that knows what is new shows no more than that to such a strategy. */
export const readsNews = ({ reads }: Model, { memory }: Pick<System, 'memory'>): boolean =>
  reads === 'increment' || reads === 'changes' || (reads === 'own' && memory !== 'table');

/** Whether the strategy reads a log that is cleared and written anew, not the one that grows. */
export const readsRenewed = ({ snapshot }: Model, { memory }: Pick<System, 'memory'>): boolean =>
  snapshot === true && memory === 'log';

/** What a load reads, and what it leaves in the target. */
export interface Expected {
  readonly read: readonly Row[];
  readonly target: readonly Row[];
}

/** The load of what the source holds at first, the one after it changed, and one more. */
export function expected(model: Model, source: System, told: Story): readonly Expected[] {
  const loads: Expected[] = [];
  const memory = readsRenewed(model, source) ? 'table' : source.memory;
  for (const all of model.events === true ? eventReads(model, source, told) : reads(model, memory, told)) {
    const read = all.filter(model.takes ?? (() => true));
    loads.push({ read, target: model.apply(loads.at(-1)?.target ?? [], read) });
  }
  return loads;
}

function reads(model: Model, memory: Memory, story: Story): readonly (readonly Row[])[] {
  const fresh = [...story.changed, ...story.added];
  const later = memory === 'log' ? [...story.first, ...fresh] : rowsAfter(story);
  if (!readsNews(model, { memory })) return [story.first, later, later];
  if (model.reads === 'changes' || memory !== 'table') return [story.first, fresh, []];
  return [story.first, since(model, story.first, later), since(model, later, later)];
}

function eventReads(model: Model, source: System, told: Story): readonly (readonly Row[])[] {
  const { held, logged } = eventsOf(told);
  return source.log === true ? [held.first, logged, []] : reads(model, source.memory, held);
}

/** Rows past the last version that was seen, or from it on. */
function since({ matches }: Model, seen: readonly Row[], now: readonly Row[]): readonly Row[] {
  const last = Math.max(...seen.map((row) => Number(row['version'])));
  return now.filter((row) => (matches ? Number(row['version']) >= last : Number(row['version']) > last));
}
