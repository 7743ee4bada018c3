import { fail, isJsonObject, readEvidence, type JsonObject } from '@dpone/sdk';
import type { Dataset } from '@dpone/sdk/observability';

/** An entry of the run registry, as lineage needs it. */
export interface RegistryEntry {
  readonly value: JsonObject;
  readonly sha256: string;
  readonly runId: string;
  readonly process: string;
  readonly passed: boolean;
  readonly blockers: readonly string[];
  /** What the run is known to have read and written. */
  readonly datasets: { readonly inputs: readonly Dataset[]; readonly outputs: readonly Dataset[] };
}

/** A text that says something, else what stands for it. */
export const textOr = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value.trim() !== '' ? value : otherwise;

/** Reads an entry; one that does not say that it passed is red. */
export async function readRegistryEntry(cwd: string, path: string): Promise<RegistryEntry> {
  const evidence = await readEvidence(cwd, 'run_registry', path);
  const { value, sha256, state } = evidence;
  const empty = Object.keys(value).length === 0;
  const green = evidence.passed && value['passed'] === true;
  const blocker =
    state === 'missing' ? 'missing' : state === 'unreadable' || empty ? 'invalid_json' : green ? null : 'not_passed';
  return {
    value,
    sha256,
    runId: fileSafe(textOr(value['run_id'], 'unknown_run'), path),
    process: textOr(value['process'], 'unknown'),
    passed: blocker === null,
    blockers: blocker === null ? [] : [`run_registry.${blocker}`],
    datasets: { inputs: datasetsOf(value, 'inputs'), outputs: datasetsOf(value, 'outputs') },
  };
}

function datasetsOf({ datasets }: JsonObject, side: 'inputs' | 'outputs'): Dataset[] {
  const list = isJsonObject(datasets) ? datasets[side] : undefined;
  return (Array.isArray(list) ? (list as unknown[]) : []).flatMap((one) => {
    const { namespace, name } = isJsonObject(one) ? one : {};
    return typeof namespace === 'string' && typeof name === 'string' ? [{ namespace, name }] : [];
  });
}

/** The id becomes a file's name: one that leads elsewhere is refused, not changed. */
function fileSafe(id: string, where: string): string {
  if (/[/\\\0]/.test(id) || id.startsWith('.'))
    throw fail('DPONE_INPUT_INVALID', 'run_id cannot be a file name.', { where });
  return id;
}
