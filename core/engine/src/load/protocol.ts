import { fail, type FinalizeResult, type Json, type LoadRef, type RejectedRow, type SinkLoad } from '@dpone/sdk';
import { noteChanges } from '../evolution/note-changes.js';
import { SchemaLedger } from '../evolution/schema-ledger.js';
import { describeChange } from '../plan/difference.js';
import { lineageOf } from '../record/lineage.js';
import { routeName } from '../plan/lanes.js';
import type { LoadPlan } from '../plan/load-plan.js';
import { planResult } from '../plan/plan-result.js';
import { loadProgram } from '../plan/program.js';
import type { QualityOutcome } from '../quality/outcome.js';
import type { ProtocolStep } from '../results.js';
import { checkLoad, type Checked } from './check.js';
import { loadError, sourceCause } from './load-error.js';
import { nextState } from './next-state.js';
import type { PackageRecords } from './package-record.js';
import { writeQuarantine } from './quarantine.js';
import { stageLoad } from './stage.js';
import type { Teller } from './teller.js';
import type { LoadTrace } from './trace.js';
import { undoLoad } from './undo.js';
import { UnreadRows } from './unread-rows.js';
import type { Work } from './work.js';

export interface ProtocolCall {
  readonly plan: LoadPlan;
  readonly load: LoadRef;
  readonly records: PackageRecords;
  readonly teller: Teller;
  readonly work: Work;
  readonly trace: LoadTrace;
  /** True where a load that finds nothing new leaves no trace of itself: one of many that follow a source. */
  readonly onlyNews: boolean;
  /** Which chunk of a backfill it is. */
  readonly chunk?: string;
  /** Carries finalize out when it is this load's turn to change the target. Default: at once. */
  readonly finalizing?: <T>(finalize: () => Promise<T>) => Promise<T>;
}

/** The protocol from the package's start to staging's end, under the lock. Throws with the target unchanged, or not at all. */
export async function carryOutLoad(call: ProtocolCall): Promise<void> {
  const { plan, load, trace, teller, records } = call;
  trace.lane = plan.hasData ? routeName(plan.lanes.route) : null;
  trace.schemaChanges = plan.changes.map(describeChange);
  trace.lineage = plan.hasData ? lineageOf(plan) : null;
  trace.warnings.push(...plan.warnings);
  const before = plan.stateBefore?.state ?? null;
  trace.state = { key: plan.access.key, before, after: before };
  await teller.tell({ type: 'planned', process: load.process, plan: planResult(plan, load) });
  await noteChanges(plan, trace);
  if (!plan.hasData) {
    if (!call.onlyNews) await check(call, undefined, 0);
    trace.committed = nothing(plan, 0);
    return;
  }
  await records.start(load, call.chunk);
  trace.package = records.pathOf(load.loadId);
  const progress: Progress = { staging: undefined, finalizing: false, stateAfter: undefined };
  const committed = await changeTarget(call, progress);
  trace.committed = committed ?? nothing(plan, null);
  if (committed !== undefined) await settle(call, progress);
}

const nothing = (plan: LoadPlan, unknown: 0 | null): FinalizeResult => ({
  inserted: 0,
  updated: 0,
  deleted: 0,
  finalRows: plan.target.rows ?? unknown,
});

/** What a failure must know to undo the load. */
interface Progress {
  staging: SinkLoad | undefined;
  finalizing: boolean;
  stateAfter: Json | undefined;
}

/** Undefined where there is nothing to change, and nothing to say about it. */
async function changeTarget(call: ProtocolCall, progress: Progress): Promise<FinalizeResult | undefined> {
  const { plan, load, work, records, trace } = call;
  try {
    return await stageAndFinalize(call, progress);
  } catch (thrown) {
    const error = loadError(thrown, work);
    const { open, sink } = plan;
    const receipt = await undoLoad({ open, sink, records, runId: load.runId, loadId: load.loadId, ...progress }, error);
    if (receipt === null || receipt === undefined) {
      trace.quarantine = null;
      if (receipt === null) await settleSource(call, 'undone');
      throw error;
    }
    trace.warnings.push(`the commit was answered with an error, but it is in the target: ${error.message}`);
    return receipt;
  }
}

async function stageAndFinalize(call: ProtocolCall, progress: Progress): Promise<FinalizeResult | undefined> {
  const { plan, load, records, teller, work, trace } = call;
  const reach = async (step: ProtocolStep): Promise<void> => {
    work.signal.throwIfAborted();
    await teller.step(step);
    work.signal.throwIfAborted();
  };
  await reach('package.started');
  const staging = await plan.sink.begin(load, plan.staging);
  progress.staging = staging;
  await reach('stage.created');
  const unread = new UnreadRows(plan.open.context, load.loadId);
  const counts = await stageLoad(plan, load, staging, teller, work, unread).catch(async (thrown: unknown) => {
    throw await sourceCause(plan.read, thrown);
  });
  await plan.read.verify();
  trace.extracted = counts.staged + counts.rejected;
  trace.bytes = counts.bytes;
  if (call.onlyNews && trace.extracted === 0 && (await changesNothing(plan, staging))) {
    await forget(call, staging);
    return undefined;
  }
  await records.update(load.loadId, { status: 'staged', rows_staged: counts.staged });
  await reach('stage.written');

  const checked = await check(call, staging, trace.extracted);
  const left = await staging.count();
  if (left !== counts.staged - checked.setAside)
    throw fail(
      'DPONE_COUNT_MISMATCH',
      `${counts.staged} rows were staged and ${checked.setAside} set aside, ${left} are left`,
    );
  trace.schemaChanges.push(...checked.changes.map(describeChange));
  trace.rejected = counts.rejected + checked.setAside;
  if (trace.rejected > 0) await keepRejected(call, unread.and(staging.rejected()));
  progress.stateAfter = await nextState(plan, staging);
  const facts = {
    rowsStaged: left,
    rowsRejected: trace.rejected,
    stateAfter: progress.stateAfter,
    changes: checked.changes,
    newest: checked.newest,
    ...(counts.identity === undefined ? {} : { identity: counts.identity }),
  };
  await reach('stage.checked');
  await teller.tell({ type: 'progress', process: load.process, phase: 'finalize', rows: left, bytes: counts.bytes });
  const finalize = (): Promise<FinalizeResult> => {
    progress.finalizing = true;
    return staging.finalize(loadProgram(plan, load, facts));
  };
  return call.finalizing === undefined ? finalize() : call.finalizing(finalize);
}

/** Holds the load against its rules; what they come to is in the trace, also where a red one ends the load. */
function check({ plan, trace }: ProtocolCall, staging: SinkLoad | undefined, rows: number): Promise<Checked> {
  const now = plan.open.host.clock.now();
  return checkLoad({
    plan,
    staging,
    rows,
    now,
    note: (outcomes) => {
      trace.quality = [...outcomes];
      const told = outcomes.filter(({ verdict }) => verdict === 'warned' || verdict === 'not_evaluated');
      trace.warnings.push(...told.map((outcome) => `quality: ${sentence(outcome)}`));
    },
  });
}

const sentence = ({ id, verdict, message = '' }: QualityOutcome): string =>
  verdict === 'warned' && message.startsWith(`${id}:`)
    ? message
    : `${id}${verdict === 'warned' ? '' : ' is not evaluated'}: ${message}`;

/** Whether an increment without rows would leave nothing but a receipt. */
const changesNothing = async (plan: LoadPlan, staging: SinkLoad): Promise<boolean> =>
  plan.target.exists && plan.changes.length === 0 && (await nextState(plan, staging)) === undefined;

/** Takes back that there was a load. */
async function forget(call: ProtocolCall, staging: SinkLoad): Promise<void> {
  const { load, records, trace } = call;
  await staging.drop();
  await records.forget(load.loadId);
  trace.package = null;
  await settleSource(call, 'undone');
}

async function keepRejected(call: ProtocolCall, rows: AsyncIterable<RejectedRow>): Promise<void> {
  const { plan, load, records, trace } = call;
  const { host, context } = plan.open;
  const written = await writeQuarantine({
    workdir: host.workdir,
    tempDir: await context.tempDir(),
    runId: load.runId,
    loadId: load.loadId,
    rows,
    clock: host.clock,
  });
  trace.quarantine = written.path;
  await records.update(load.loadId, { artifact_uri: written.path });
  if (written.rows !== trace.rejected)
    throw fail('DPONE_COUNT_MISMATCH', `${trace.rejected} rows were rejected, the sink handed over ${written.rows}`);
}

/** After the commit: nothing here can undo it, and what fails here is done by the next load. */
async function settle(call: ProtocolCall, progress: Progress): Promise<void> {
  const { plan, load, records, teller, trace } = call;
  const committed = trace.committed!;
  if (progress.stateAfter !== undefined) {
    const { access, stateBefore } = plan;
    await access.put({ state: progress.stateAfter, loadId: load.loadId }, stateBefore?.loadId ?? null);
    trace.state = { key: access.key, before: stateBefore?.state ?? null, after: progress.stateAfter };
  }
  await settleSource(call, 'committed');
  try {
    await new SchemaLedger(plan.open.host.workdir, plan.open.spec).recordApplied(load, {
      changes: trace.schemaChanges,
      at: plan.open.host.clock.now().toISOString(),
    });
    await records.end(load.loadId, {
      status: 'committed',
      rows_loaded: committed.inserted + committed.updated,
      state_after: trace.state?.after ?? null,
    });
    await teller.step('package.committed');
    await progress.staging?.drop();
    await teller.step('stage.dropped');
  } catch (error) {
    trace.warnings.push(`the load is committed; what follows it failed and is left to the next load: ${String(error)}`);
  }
}

async function settleSource({ plan, trace }: ProtocolCall, outcome: 'committed' | 'undone'): Promise<void> {
  try {
    await plan.read.settled?.(outcome);
  } catch (error) {
    trace.warnings.push(`the load is ${outcome}; what the source does then failed: ${String(error)}`);
  }
}
