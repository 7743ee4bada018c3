import { isDponeError, stableJson, type Sink, type Source } from '@dpone/sdk';
import { planLoad, type LoadPlan } from '../plan/load-plan.js';
import type { OpenProcess } from '../plan/open-process.js';
import type { StateAccess } from '../plan/state-access.js';

export interface LoadSides {
  readonly open: OpenProcess;
  readonly source: Source;
  readonly sink: Sink;
  readonly access: StateAccess;
}

export interface EarlyPlan {
  readonly plan: LoadPlan;
  /** The newest load of the target when the plan was made. */
  readonly newest: string | null;
}

/**
 * Plans before the lock is taken, so that what is wrong with a manifest, a schema or a lane is refused before anything
 * is written. Undefined where the target can only be looked at by the holder of its lock.
 */
export async function planEarly(sides: LoadSides): Promise<EarlyPlan | undefined> {
  try {
    const newest = await newestLoad(sides.sink);
    return { plan: await plan(sides), newest };
  } catch (error) {
    if (isDponeError(error) && error.code === 'DPONE_TARGET_LOCKED') return undefined;
    throw error;
  }
}

/** The early plan where it still holds under the lock; a new one where another load, or a recovery, came between. */
export async function planUnderLock(
  sides: LoadSides,
  early: EarlyPlan | undefined,
  recovered: number,
): Promise<LoadPlan> {
  if (early === undefined) return plan(sides);
  if (recovered === 0 && (await stillHolds(sides, early))) return early.plan;
  await early.plan.read.close();
  return plan(sides);
}

const plan = ({ open, source, sink, access }: LoadSides): Promise<LoadPlan> => planLoad(open, source, sink, access);

const newestLoad = async (sink: Sink): Promise<string | null> => (await sink.history(1))[0]?.loadId ?? null;

async function stillHolds({ sink, access }: LoadSides, early: EarlyPlan): Promise<boolean> {
  if ((await newestLoad(sink)) !== early.newest) return false;
  const now = { state: await access.get(), schema: (await sink.inspect()).schema };
  return stableJson(now) === stableJson({ state: early.plan.stateBefore, schema: early.plan.target.schema });
}
