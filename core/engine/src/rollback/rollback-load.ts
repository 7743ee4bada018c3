import type { LoadRef, Receipt, RollbackProgram, RollbackReport } from '@dpone/sdk';
import { ulid } from 'ulid';
import { holdLock } from '../load/lock.js';
import { errorOf, packageRecords, type PackageRecords } from '../load/package-record.js';
import { loadError } from '../load/load-error.js';
import { recoverLoads } from '../load/recover.js';
import { startWork, type Work } from '../load/work.js';
import type { RunOptions } from '../options.js';
import { targetName } from '../plan/program.js';
import { stateAccess } from '../plan/state-access.js';
import { judgeRollback, ROLLBACK, type Judged, type RollbackCall, type RollbackTarget } from './judge-rollback.js';

export interface RollbackOptions extends Pick<RunOptions, 'signal' | 'runId' | 'lockTimeoutMs'> {
  /** Do it; without, it is only shown. */
  readonly yes?: boolean;
}

/**
 * Undoes the newest load of a target from the backup that its sink kept: the table and the state are what they were
 * before it. A load of its own: under the lock, behind the fence, with a receipt and a package, so that a kill at any
 * point is settled by the next run as that of any load is.
 */
export async function rollbackLoad(
  target: RollbackTarget,
  loadId: string,
  options: RollbackOptions = {},
): Promise<RollbackReport> {
  const access = await stateAccess(target.open, target.sink);
  const call: RollbackCall = { ...target, loadId, access, options };
  return options.yes === true ? underLock(call) : reportOf(call, await judgeRollback(call), []);
}

async function underLock(call: RollbackCall): Promise<RollbackReport> {
  const { host, spec, sink, open, access, options } = call;
  const work = startWork(options.signal);
  const rollbackId = ulid(host.clock.now().getTime());
  const waitMs = options.lockTimeoutMs ?? spec.engine.lockTimeoutSeconds * 1000;
  const lock = await holdLock(sink, rollbackId, waitMs, work, open.context.log);
  try {
    const records = packageRecords(host.workdir, spec, host.clock);
    const recovered = await recoverLoads({ open, sink, access, records });
    const judged = await judgeRollback(call);
    if (judged.blockers.length > 0) return reportOf(call, judged, recovered);
    const load: LoadRef = {
      loadId: rollbackId,
      runId: options.runId ?? rollbackId,
      process: spec.name,
      target: spec.sink.table,
      startedAt: host.clock.now().toISOString(),
      fence: lock.fence,
    };
    work.signal.throwIfAborted();
    const changed = await carryOut(call, judged, load, records, work);
    return {
      ...reportOf(call, judged, recovered),
      executed: true,
      rollback_load_id: rollbackId,
      rows_restored: changed.inserted,
      rows_removed: changed.deleted,
    };
  } catch (thrown) {
    throw loadError(thrown, work);
  } finally {
    await lock.release();
    work.close();
  }
}

type Counts = Pick<Receipt, 'inserted' | 'deleted'>;

async function carryOut(
  call: RollbackCall,
  judged: Judged,
  load: LoadRef,
  records: PackageRecords,
  work: Work,
): Promise<Counts> {
  const { sink, access } = call;
  await records.start(load);
  const changed = await sink.rollback!.restore(programOf(call, judged, load)).catch(async (error: unknown) => {
    // The answer to a commit can get lost: only the receipt knows.
    const receipt = await sink.receipt(load.loadId).catch(() => undefined);
    if (receipt === null) await records.end(load.loadId, { status: 'failed', error: errorOf(loadError(error, work)) });
    if (receipt === null || receipt === undefined) throw error;
    return receipt;
  });
  const { state } = judged;
  if (state !== null) await access.put({ state: state.after, loadId: load.loadId }, call.loadId);
  await records.end(load.loadId, {
    status: 'committed',
    rows_loaded: changed.inserted,
    state_after: state?.after ?? null,
  });
  return changed;
}

function programOf(call: RollbackCall, { state, backup }: Judged, load: LoadRef): RollbackProgram {
  const { access, loadId } = call;
  return {
    load,
    undoes: loadId,
    receipt: {
      loadId: load.loadId,
      runId: load.runId,
      process: load.process,
      target: targetName(load.target),
      strategy: ROLLBACK,
      fence: load.fence,
      rowsStaged: backup?.rows ?? 0,
      rowsRejected: 0,
      startedAt: load.startedAt,
      detail: {
        rollback_of: loadId,
        backup: backup === null ? null : { table: backup.table, rows: backup.rows },
        // As a load's, so that a store outside the target is settled after a kill as after a load's.
        ...(state === null ? {} : { state: { ...state, before_load_id: loadId, changed: true } }),
      },
    },
    state: state === null || !access.inTarget ? null : { key: state.key, state: state.after },
  };
}

function reportOf({ spec, loadId }: RollbackCall, judged: Judged, recovered: readonly string[]): RollbackReport {
  const { backup, blockers, warnings, state } = judged;
  return {
    process: spec.name,
    target: targetName(spec.sink.table),
    load_id: loadId,
    backup: backup === null ? null : { table: backup.table, rows: backup.rows },
    blockers,
    warnings: [...recovered, ...warnings],
    statements: backup?.statements ?? [],
    executed: false,
    rollback_load_id: null,
    rows_restored: null,
    rows_removed: null,
    state,
  };
}
