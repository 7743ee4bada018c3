import { isoTimestamp, stableJson, type GateContext, type LoadedRows, type ProcessRef } from '@dpone/sdk';
import { findProcess } from './find-process.js';
import type { LedgerEntry } from './ledger.js';
import type { QuarantineEntry } from './read-quarantine.js';
import { releaseRows } from './release-rows.js';

export interface ReplayCall {
  readonly dir: string;
  readonly runId: string;
  /** Where the rows go, for all of them; else each goes where the record of its run says. */
  readonly process: ProcessRef | undefined;
  readonly existing: 'keep' | 'replace';
}

/** Rows that go the same way. */
interface Group {
  readonly process: ProcessRef | undefined;
  readonly entries: QuarantineEntry[];
}

/** What was done with a group of rows. */
export interface Replayed {
  readonly manifest: string | null;
  readonly selector: string | null;
  readonly rows: number;
  readonly released_to: string;
  /** Null where no process is known: the file is then what a load is to be pointed at. */
  readonly load: LoadedRows | null;
}

/** Text that could not be split into columns is no row that a load could take. */
export const isRow = ({ row }: QuarantineEntry): boolean =>
  !(Object.keys(row).length === 1 && typeof row['raw'] === 'string');

/** Replays rows; `done` is told of each group that went well before the next one is begun. */
export async function replayRows(
  call: ReplayCall,
  entries: readonly QuarantineEntry[],
  ctx: GateContext,
  done: (entries: readonly LedgerEntry[]) => Promise<void>,
): Promise<Replayed[]> {
  const replayed: Replayed[] = [];
  for (const { process, entries: some } of await groupsOf(call, entries, ctx.cwd)) {
    const path = await releaseRows(ctx.cwd, call.dir, call.runId, some);
    const load =
      process === undefined ? null : await (await ctx.host()).loadRows(process, path, { existing: call.existing });
    replayed.push({
      manifest: process?.manifest ?? null,
      selector: process?.selector ?? null,
      rows: some.length,
      released_to: path,
      load,
    });
    if (load?.passed === false) continue;
    const replayed_at = isoTimestamp(ctx.clock.now());
    const load_id = load?.load_id ?? null;
    await done(some.map(({ quarantine_id }) => ({ quarantine_id, replayed_at, released_to: path, load_id })));
  }
  return replayed;
}

async function groupsOf(call: ReplayCall, entries: readonly QuarantineEntry[], cwd: string): Promise<Group[]> {
  const groups = new Map<string, Group>();
  const known = new Map<string, ProcessRef | undefined>();
  for (const entry of entries) {
    if (call.process === undefined && !known.has(entry.load_id))
      known.set(entry.load_id, await findProcess(cwd, call.runId, entry.load_id));
    const process = call.process ?? known.get(entry.load_id);
    if (process !== undefined && !isRow(entry)) continue;
    const name = process === undefined ? '' : stableJson(process, 0);
    const group = groups.get(name) ?? { process, entries: [] };
    groups.set(name, group);
    group.entries.push(entry);
  }
  return [...groups.values()];
}
