import type { Json, Receipt, Sink } from '@dpone/sdk';
import { SchemaLedger } from '../evolution/schema-ledger.js';
import type { OpenProcess } from '../plan/open-process.js';
import type { StateAccess } from '../plan/state-access.js';
import { settleRecord } from '../record/settle-record.js';
import type { PackageRecords } from './package-record.js';
import { removeQuarantine } from './quarantine.js';

export interface RecoverCall {
  readonly open: OpenProcess;
  readonly sink: Sink;
  readonly access: StateAccess;
  readonly records: PackageRecords;
}

/**
 * Ends every load that an earlier process left open, by its receipt: there, its package is committed; absent, it never
 * was. Needs the lock. Resolves with one line a load.
 */
export async function recoverLoads(call: RecoverCall): Promise<string[]> {
  const staged = (await call.sink.openLoads()).map((load) => load.loadId);
  for (const loadId of staged) await call.sink.recover(loadId);
  // A load killed before staging was made, or after a swap took it, left only its package behind.
  const left = [...new Set([...staged, ...(await call.records.open())])].toSorted();
  const lines: string[] = [];
  for (const loadId of left) lines.push(await settle(loadId, call));
  return lines;
}

async function settle(loadId: string, call: RecoverCall): Promise<string> {
  const receipt = await call.sink.receipt(loadId);
  const record = await call.records.read(loadId);
  const { host } = call.open;
  if (record !== null) await settleRecord(host, { runId: record.run_id, process: record.process, loadId }, receipt);
  if (receipt === null) {
    if (record !== null) await removeQuarantine(host.workdir, record.run_id, loadId);
    await call.records.end(loadId, {
      status: 'failed',
      artifact_uri: null,
      error: { code: 'DPONE_CANCELLED', message: 'the process ended before the commit; the load was undone' },
    });
    return `load ${loadId} was interrupted before its commit and is undone`;
  }
  await settleState(receipt, call.access);
  await new SchemaLedger(host.workdir, call.open.spec).recordApplied(receipt, {
    changes: changesOf(receipt),
    at: receipt.committedAt,
  });
  await call.records.end(loadId, {
    status: 'committed',
    rows_staged: receipt.rowsStaged,
    rows_loaded: receipt.inserted + receipt.updated,
    state_after: stateOf(receipt)?.after ?? null,
    error: null,
  });
  return `load ${loadId} had committed and is closed`;
}

const changesOf = ({ detail }: Receipt): readonly string[] =>
  (detail as { readonly schema_changes?: readonly string[] } | null)?.schema_changes ?? [];

interface ReceiptState {
  readonly key: string;
  readonly before_load_id: string | null;
  readonly after: Json;
  readonly changed: boolean;
}

const stateOf = (receipt: Receipt): ReceiptState | undefined =>
  (receipt.detail as { readonly state?: ReceiptState } | null)?.state;

/** A state store outside the target is written after the commit; a process that died between the two left that undone. */
async function settleState(receipt: Receipt, access: StateAccess): Promise<void> {
  const state = stateOf(receipt);
  if (state === undefined || !state.changed || state.key !== access.key) return;
  const stored = await access.get();
  if ((stored?.loadId ?? null) === state.before_load_id)
    await access.put({ state: state.after, loadId: receipt.loadId }, state.before_load_id);
}
