import { codecDefinitions } from '../codec-service.js';
import { planLanes, type LaneInput, type LanePlan } from './lanes.js';
import type { OpenProcess } from './open-process.js';

/** Codecs are looked at only where no native way is: to look is to import the plugins that provide them. */
export async function chooseLanes(open: OpenProcess, input: Omit<LaneInput, 'codecs'>): Promise<LanePlan> {
  let direct: LanePlan | undefined;
  try {
    direct = planLanes({ ...input, codecs: [] });
    const { from, into } = direct.route;
    if (from.transport === into.transport && (into.transport === 'pull' || into.transport === 'push')) return direct;
  } catch {
    // Without codecs there is no way; with them there may be, and if not, the next call says so in full.
  }
  const codecs = (await codecDefinitions(open.host)).map(([, { reads, writes }]) => ({ reads, writes }));
  return planLanes({ ...input, codecs });
}
