import type { Json, Receipt, RollbackReport, Sink, SinkBackup } from '@dpone/sdk';
import type { EngineHost } from '../host.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import type { OpenProcess } from '../plan/open-process.js';
import type { StateAccess } from '../plan/state-access.js';
import type { RollbackOptions } from './rollback-load.js';

/** The strategy in the receipt of a rollback. */
export const ROLLBACK = 'rollback';

/** A target that is open. */
export interface RollbackTarget {
  readonly host: EngineHost;
  readonly spec: ProcessSpec;
  readonly sink: Sink;
  readonly open: OpenProcess;
}

/** What a rollback is asked for. */
export interface RollbackCall extends RollbackTarget {
  readonly loadId: string;
  readonly access: StateAccess;
  readonly options: RollbackOptions;
}

export interface Judged {
  readonly blockers: readonly string[];
  readonly warnings: readonly string[];
  readonly backup: SinkBackup | null;
  readonly state: RollbackReport['state'];
}

/** What a load's receipt says of the state and the backup. */
interface LoadDetail {
  readonly state?: {
    readonly key: string;
    readonly before: Json;
    readonly after: Json;
    readonly before_load_id: string | null;
    readonly changed: boolean;
  };
  readonly backup?: { readonly table: string; readonly rows: number } | null;
  readonly rollback_of?: string;
  /** As `describeChange` says them. */
  readonly schema_changes?: readonly string[];
}

/** Whether a load can be undone: by its receipt, by what came after it, by what was kept. Reads only. */
export async function judgeRollback(call: RollbackCall): Promise<Judged> {
  const { sink, spec, loadId } = call;
  const none = { warnings: [], backup: null, state: null };
  if (sink.rollback === undefined) return { ...none, blockers: [`rollback.not_supported:${spec.sink.type}`] };
  const receipt = await sink.receipt(loadId);
  if (receipt === null) return { ...none, blockers: ['rollback.receipt_missing'] };
  const [newest] = await sink.history(1);
  const detail = receipt.detail as LoadDetail | null;
  const blockers: string[] = [];
  if (receipt.strategy === ROLLBACK) blockers.push('rollback.is_a_rollback');
  else if (newest === undefined || newest.target !== receipt.target) blockers.push('rollback.other_target');
  else if (newest.loadId !== loadId) blockers.push(newerLoad(newest, loadId));
  for (const open of call.options.yes === true ? [] : await sink.openLoads())
    blockers.push(`rollback.open_load:${open.loadId}`);
  const backup = await sink.rollback.backup(loadId);
  if (backup === null) blockers.push('rollback.backup_missing');
  else if (backup.rows !== (detail?.backup?.rows ?? -1)) blockers.push('rollback.backup_changed');
  // Rows go back into the table that is there: what it calls otherwise now, or has no more, has no place in it.
  for (const change of detail?.schema_changes ?? [])
    if (/^(drop|rename) column /.test(change)) blockers.push(`rollback.column_gone:${change}`);
  const state = await judgeState(call, detail, blockers);
  return { blockers, warnings: await lostRows(sink, receipt), backup, state };
}

function newerLoad(newest: Receipt, loadId: string): string {
  const undone = newest.strategy === ROLLBACK && (newest.detail as LoadDetail | null)?.rollback_of === loadId;
  return undone ? 'rollback.already_rolled_back' : `rollback.newer_load:${newest.loadId}`;
}

async function judgeState(
  { open, access, loadId }: RollbackCall,
  detail: LoadDetail | null,
  blockers: string[],
): Promise<RollbackReport['state']> {
  const state = detail?.state;
  if (state === undefined || !state.changed) return null;
  // The source has thrown away what it was told is loaded.
  if (open.spec.source.cursor?.kind === 'cdc') blockers.push('rollback.state_not_rewindable');
  if (state.key !== access.key) blockers.push('rollback.state_of_other_source');
  else if ((await access.get())?.loadId !== loadId) blockers.push('rollback.state_changed');
  return { key: state.key, before: state.after, after: state.before };
}

/** Rows that others wrote since the load go aside with what the load made. */
async function lostRows(sink: Sink, receipt: Receipt): Promise<string[]> {
  const { rows } = await sink.inspect();
  if (rows === undefined || receipt.finalRows === null || rows === receipt.finalRows) return [];
  return [`the load left ${receipt.finalRows} rows, the target has ${rows}: somebody else has written to it since`];
}
