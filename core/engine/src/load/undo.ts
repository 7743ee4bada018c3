import type { DponeError, Receipt, Sink, SinkLoad } from '@dpone/sdk';
import type { OpenProcess } from '../plan/open-process.js';
import { errorOf, type PackageRecords } from './package-record.js';
import { removeQuarantine } from './quarantine.js';

export interface UndoCall {
  readonly open: OpenProcess;
  readonly sink: Sink;
  readonly records: PackageRecords;
  readonly runId: string;
  readonly loadId: string;
  /** Undefined where staging could not be made. */
  readonly staging: SinkLoad | undefined;
  /** True once finalize was begun: then only the receipt knows how it ended. */
  readonly finalizing: boolean;
}

/**
 * Leaves nothing of a load that failed. Resolves with the receipt where it took effect all the same (the answer to a
 * commit can get lost), and with null where it did not. What cannot be cleaned now stays open, and the next load of the
 * target ends it by its receipt: undefined, as how it ended is not known.
 */
export async function undoLoad(call: UndoCall, error: DponeError): Promise<Receipt | null | undefined> {
  const { sink, records, loadId, open } = call;
  try {
    if (call.finalizing || call.staging === undefined) await sink.recover(loadId);
    const receipt = call.finalizing ? await sink.receipt(loadId) : null;
    if (receipt !== null) return receipt;
    await removeQuarantine(open.host.workdir, call.runId, loadId);
    await call.staging?.drop();
    const status = error.code === 'DPONE_CANCELLED' ? 'cancelled' : 'failed';
    await records.end(loadId, { status, artifact_uri: null, error: errorOf(error) });
    return null;
  } catch (second) {
    open.context.log.warn(
      `load ${loadId} could not be cleaned up; the next load of the target does it: ${String(second)}`,
    );
    return undefined;
  }
}
