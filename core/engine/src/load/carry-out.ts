import { fail, type LaneData, type SinkLoad, type Unit, type UnitResult } from '@dpone/sdk';
import type { Route } from '../plan/lanes.js';
import type { LoadPlan } from '../plan/load-plan.js';
import { parallelOf } from '../plan/open-read.js';
import { routeData } from './route-data.js';
import type { UnreadRows } from './unread-rows.js';

export type UnitProgress = (partition: number, rows: number, bytes: number) => void;

/** Stages one partition and compares what was staged with what the source says it sent. */
export async function carryOutUnit(
  plan: LoadPlan,
  unit: Unit,
  staging: SinkLoad,
  onProgress: UnitProgress,
  unread: Pick<UnreadRows, 'add'>,
): Promise<UnitResult> {
  const { index } = unit.partition;
  const { context } = plan.open;
  const given = asPlanned(await plan.read.data(unit.partition, unit.lane), plan);
  let kept = 0;
  const keep: Parameters<typeof routeData>[4] = async (rows) => {
    kept += rows.length;
    await unread.add(rows);
  };
  const routed = await routeData(given, routeOf(unit), context, `${unit.load.loadId}-${index}`, keep);
  try {
    const result = await staging.stage(routed.data, index, (rows, bytes) => onProgress(index, rows, bytes));
    const sent = await routed.sent();
    const met = result.rows + result.rejected;
    if (sent !== undefined && sent !== met)
      throw fail('DPONE_COUNT_MISMATCH', `partition ${index}: the source sent ${sent} rows, ${met} arrived`);
    onProgress(index, result.rows, result.bytes ?? 0);
    return { ...result, rejected: result.rejected + kept, partition: index };
  } finally {
    await routed.close();
  }
}

/** Text whose types were guessed is read as what the plan made of the guess; other data says its own types. */
function asPlanned(data: LaneData, plan: LoadPlan): LaneData {
  if (data.transport === 'rows') return data;
  const columns = data.schema.columns.map((column, i) => {
    const staged = plan.staging.columns[i];
    return column.inferred === true && staged !== undefined ? { ...column, type: staged.type } : column;
  });
  return { ...data, schema: { ...data.schema, columns } };
}

/** The units of a load: one a partition, plain JSON. */
export function unitsOf(plan: LoadPlan, load: Unit['load']): Unit[] {
  const { spec, chunk } = plan.open;
  const { from, into, codec } = plan.lanes.route;
  const direct = !codec && from.id === into.id && from.transport === into.transport;
  return plan.read.partitions.map((partition) => ({
    load,
    manifest: spec.manifest,
    process: spec.name,
    partition,
    ...(chunk === undefined ? {} : { chunk }),
    streams: parallelOf(plan.open),
    lane: from,
    ...(direct ? {} : { into: { lane: into, codec } }),
  }));
}

const routeOf = (unit: Unit): Route => ({
  from: unit.lane,
  into: unit.into?.lane ?? unit.lane,
  codec: unit.into?.codec ?? false,
});
