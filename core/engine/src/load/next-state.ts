import { stableJson, type Json, type SinkLoad } from '@dpone/sdk';
import type { LoadPlan } from '../plan/load-plan.js';
import { storeState } from '../plan/state-key.js';
import { readCursor } from '../plan/strategy.js';

/** The state that the load leaves, or undefined where it leaves the state as it is. */
export async function nextState(plan: LoadPlan, staging: SinkLoad): Promise<Json | undefined> {
  const { advance } = plan.read;
  const cursor = readCursor(plan.open, plan.strategy, plan.stateBefore?.state ?? null);
  if (cursor === undefined || advance.kind === 'none') return undefined;
  if (advance.kind === 'value') return changed(plan, storeState(cursor, advance.state));
  const at = plan.read.schema.columns.findIndex((c) => c.name.toLowerCase() === advance.column.toLowerCase());
  const largest = await staging.max(plan.staging.columns[at]?.name ?? advance.column);
  return largest === null ? undefined : changed(plan, storeState(cursor, largest));
}

const changed = (plan: LoadPlan, state: Json): Json | undefined =>
  stableJson(state) === stableJson(plan.stateBefore?.state ?? null) ? undefined : state;
