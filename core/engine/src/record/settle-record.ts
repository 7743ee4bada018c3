import type { Receipt } from '@dpone/sdk';
import type { EngineHost } from '../host.js';
import { runRecords, type ProcessRecord } from './run-record.js';

const OPEN: ReadonlySet<string> = new Set(['running', 'interrupted']);

/** Ends the record of a process whose run was killed, by the receipt of its load: there, it passed; absent, it never was. */
export async function settleRecord(
  host: Pick<EngineHost, 'workdir' | 'log'>,
  load: { readonly runId: string; readonly process: string; readonly loadId: string },
  receipt: Receipt | null,
): Promise<void> {
  try {
    const record = await runRecords.readProcess(host.workdir, load.runId, load.process);
    if (record === null || record.load_id !== load.loadId || !OPEN.has(record.result.status)) return;
    await runRecords.writeProcess(host.workdir, settledRecord(record, receipt));
  } catch (cause) {
    host.log.warn(`the record of run ${load.runId} could not be ended: ${String(cause)}`);
  }
}

/** What the record of a killed process says once its load is known to be in the target, or not. */
export function settledRecord(record: ProcessRecord, receipt: Receipt | null): ProcessRecord {
  if (receipt === null) return { ...record, passed: false, result: { ...record.result, status: 'interrupted' } };
  const { state } = receipt.detail as { readonly state?: ProcessRecord['state'] };
  return {
    ...record,
    passed: true,
    state: state ?? record.state,
    warnings: [...record.warnings, 'the run was killed after its commit'],
    result: {
      ...record.result,
      status: 'success',
      inserted_rows: receipt.inserted,
      updated_rows: receipt.updated,
      deleted_rows: receipt.deleted,
      rejected_rows: receipt.rowsRejected,
      final_rows: receipt.finalRows,
      extracted_rows: receipt.rowsStaged + receipt.rowsRejected,
    },
  };
}
