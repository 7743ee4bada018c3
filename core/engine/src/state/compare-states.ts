import { isJsonObject, type Json, type Receipt } from '@dpone/sdk';
import type { EngineHost } from '../host.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import type { RunOptions } from '../options.js';
import { withState, type OpenSides } from './open-sides.js';

/** `dpone state compare --format json`: the reference system's keys, and ours. */
export interface StateComparison {
  readonly operation: 'compare';
  readonly left: string;
  readonly right: string;
  /** Where the left one is kept. */
  readonly backend: string;
  readonly equal: boolean;
  readonly differences: readonly StateDifference[];
}

export interface StateDifference {
  /** `value.files["a.csv"]` as a list of keys: `["value", "files", "a.csv"]`. */
  readonly path: readonly string[];
  /** Null where it is not there. */
  readonly left: Json;
  readonly right: Json;
}

/** Differences that are told; a list of taken files may differ in each. */
const MOST_DIFFERENCES = 100;
/** Receipts among which the one of the newest state is looked for. */
const MOST_RECEIPTS = 10_000;

/** The states of two processes. */
export async function compareStates(
  host: EngineHost,
  left: ProcessSpec,
  right: ProcessSpec,
  options: Pick<RunOptions, 'signal'> = {},
): Promise<StateComparison> {
  const read = (spec: ProcessSpec) =>
    withState(host, spec, options.signal, async ({ access }) => ({
      state: (await access.get())?.state ?? null,
      backend: access.backend,
    }));
  const one = await read(left);
  const other = await read(right);
  return comparison(left.name, right.name, one.backend, differencesOf(one.state, other.state));
}

/** The state of a process and what the newest receipt of its target says that it should be. */
export async function compareWithReceipt(
  host: EngineHost,
  spec: ProcessSpec,
  options: Pick<RunOptions, 'signal'> = {},
): Promise<StateComparison> {
  return withState(host, spec, options.signal, async (sides) => {
    const stored = await sides.access.get();
    const receipt = await newestOfState(sides);
    const right = receipt === undefined ? 'no receipt' : `receipt ${receipt.loadId}`;
    const wanted = receipt === undefined ? null : stateOf(receipt)!.after;
    const differences = differencesOf(stored?.state ?? null, wanted);
    // The same state of another load is another state: somebody set it by other means.
    if (differences.length === 0 && (stored?.loadId ?? null) !== (receipt?.loadId ?? null))
      differences.push({ path: ['load_id'], left: stored?.loadId ?? null, right: receipt?.loadId ?? null });
    return comparison(spec.name, right, sides.access.backend, differences);
  });
}

const comparison = (
  left: string,
  right: string,
  backend: string,
  differences: readonly StateDifference[],
): StateComparison => ({ operation: 'compare', left, right, backend, equal: differences.length === 0, differences });

interface ReceiptState {
  readonly key: string;
  readonly after: Json;
  readonly changed: boolean;
}

const stateOf = (receipt: Receipt): ReceiptState | undefined =>
  (receipt.detail as { readonly state?: ReceiptState } | null)?.state;

/** The newest load that left this process a state. */
async function newestOfState({ sink, access }: OpenSides): Promise<Receipt | undefined> {
  const receipts = await sink.history(MOST_RECEIPTS);
  return receipts.find((receipt) => {
    const state = stateOf(receipt);
    return state?.changed === true && state.key === access.key;
  });
}

function differencesOf(left: Json, right: Json): StateDifference[] {
  const found: StateDifference[] = [];
  const walk = (a: Json | undefined, b: Json | undefined, path: readonly string[]): void => {
    if (found.length >= MOST_DIFFERENCES) return;
    if (isJsonObject(a) && isJsonObject(b)) {
      const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted();
      for (const key of keys) walk(a[key], b[key], [...path, key]);
      return;
    }
    if (JSON.stringify(a ?? null) !== JSON.stringify(b ?? null))
      found.push({ path, left: a ?? null, right: b ?? null });
  };
  walk(left, right, []);
  return found;
}
