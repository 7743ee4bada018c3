import type { Behaviour, ConformanceCase } from './behaviour.js';

/** A behaviour that a system is known not to show. It fails once the system does show it, so that none outlives its reason. */
export interface Waiver {
  /** The behaviour's id. */
  readonly behaviour: string;
  /** Why, and where it is documented: at least a sentence. */
  readonly reason: string;
}

/** The shortest reason that says something. */
const REASON_LENGTH = 20;

/** The cases of the behaviours that apply, with the waived ones turned round. */
export function withWaivers<S>(
  scenario: S,
  behaviours: readonly Behaviour<S>[],
  waivers: readonly Waiver[],
): ConformanceCase[] {
  const applying = behaviours.filter((b) => b.applies === undefined || b.applies(scenario));
  const unknown = waivers.filter((w) => !applying.some((b) => b.id === w.behaviour));
  return [
    ...applying.map((b) => {
      const waiver = waivers.find((w) => w.behaviour === b.id);
      return waiver === undefined
        ? { behaviour: b.id, name: b.title, run: () => b.run(scenario) }
        : {
            behaviour: b.id,
            name: `waived: ${b.title} (${waiver.reason})`,
            run: () => stillNeeded(b, scenario, waiver),
          };
    }),
    ...unknown.map((w) => ({
      behaviour: w.behaviour,
      name: `waiver of ${w.behaviour}`,
      run: () => Promise.reject(new Error(`No behaviour ${w.behaviour} applies to this system: remove the waiver.`)),
    })),
  ];
}

async function stillNeeded<S>(behaviour: Behaviour<S>, scenario: S, waiver: Waiver): Promise<void> {
  if (waiver.reason.trim().length < REASON_LENGTH)
    throw new Error(`The waiver of ${behaviour.id} needs a reason of at least ${REASON_LENGTH} characters.`);
  try {
    await behaviour.run(scenario);
  } catch {
    return;
  }
  throw new Error(`The waiver of ${behaviour.id} is stale: the system shows the behaviour. Remove the waiver.`);
}
