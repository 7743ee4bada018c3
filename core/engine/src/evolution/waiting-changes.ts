import type { SchemaChange, Sink, TargetInfo } from '@dpone/sdk';
import type { EngineHost } from '../host.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import type { ExpandContract } from './expand-contract.js';
import { schemaChangeId, SchemaLedger } from './schema-ledger.js';

/** Why a change waits, and whether an approval releases it. */
export interface Wait {
  /** `ddl_mode: plan_only`, as it may stand in brackets. */
  readonly why: string;
  readonly approval: boolean;
}

export type WaitOf = (change: SchemaChange) => Wait | undefined;

export interface WaitingInput {
  readonly host: EngineHost;
  readonly spec: ProcessSpec;
  readonly sink: Sink;
  readonly target: TargetInfo;
  readonly plan: ExpandContract | undefined;
}

/** Which changes of an existing table have to wait, by the policy, the clock, the table's size and what is approved. Reads only. */
export async function waitingChanges({ host, spec, sink, target, plan }: WaitingInput): Promise<WaitOf> {
  const { ddlMode, window, onSchemaChange, blocksOnline, maxTableRows } = spec.schemaEvolution;
  const released = await releasedChanges(host, spec, plan);
  const closed = ddlMode === 'safe_window' && !isWithin(host.clock.now(), window!);
  const large = maxTableRows !== undefined && target.exists && (await exceeds(sink, target, maxTableRows));
  const approval = (why: string): Wait => ({ why, approval: true });
  return (change) => {
    if (ddlMode === 'plan_only') return { why: 'ddl_mode: plan_only', approval: false };
    if (closed) return { why: 'ddl_mode: safe_window', approval: false };
    if (released(change)) return undefined;
    if (onSchemaChange === 'disable_pipeline') return approval('on_schema_change: disable_pipeline');
    if (plan?.covers(change) === true) return approval(`a step of ${plan.path}`);
    if (ddlMode === 'manual_approval') return approval('ddl_mode: manual_approval');
    if (ddlMode === 'online' && !blocksOnline && change.kind === 'widen_column')
      return approval('allow_blocking_online: false');
    return large ? approval(`the table has more than ${maxTableRows} rows`) : undefined;
  };
}

async function releasedChanges(
  host: EngineHost,
  spec: ProcessSpec,
  plan: ExpandContract | undefined,
): Promise<(change: SchemaChange) => boolean> {
  const { ddlMode, onSchemaChange, blocksOnline, maxTableRows } = spec.schemaEvolution;
  const asks = ddlMode === 'manual_approval' || onSchemaChange === 'disable_pipeline' || !blocksOnline;
  if (!asks && plan === undefined && maxTableRows === undefined) return () => false;
  const { ids, checksums } = await new SchemaLedger(host.workdir, spec).approved();
  return (change) =>
    ids.has(schemaChangeId(spec, change)) || (plan !== undefined && checksums.has(plan.sha256) && plan.covers(change));
}

/** A sink that does not know how many rows it has is taken for a large one. */
const exceeds = async (sink: Sink, { rows }: TargetInfo, most: number): Promise<boolean> =>
  rows === undefined ? ((await sink.exceeds?.(most)) ?? true) : rows > most;

/** A window that ends before it begins reaches over midnight. */
function isWithin(now: Date, { from, to }: { readonly from: number; readonly to: number }): boolean {
  const minute = now.getUTCHours() * 60 + now.getUTCMinutes();
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}
