import { fail } from '@dpone/sdk';
import { dependenciesOf, inOrder } from './manifest/dependency-graph.js';
import { placeOf } from './manifest/place-of.js';
import type { ProcessSpec } from './manifest/process-spec.js';

/** The processes of a run, and which of them each one waits for. Refuses a circle, and two processes of one name. */
export function waitsOf(
  specs: readonly ProcessSpec[],
  workdir: string,
): ReadonlyMap<ProcessSpec, readonly ProcessSpec[]> {
  refuseSameNames(specs);
  const ordered = inOrder(specs, workdir);
  return new Map(ordered.map((spec) => [spec, dependenciesOf(spec, ordered, workdir)]));
}

function refuseSameNames(specs: readonly ProcessSpec[]): void {
  const seen = new Map<string, ProcessSpec>();
  for (const spec of specs) {
    const other = seen.get(spec.name);
    if (other !== undefined)
      throw fail('DPONE_MANIFEST_INVALID', `two processes of this run are named ${spec.name}`, {
        where: `${placeOf(other, 'name')}, ${placeOf(spec, 'name')}`,
        remedy: 'Give each process a name of its own: state and locks are kept by it.',
      });
    seen.set(spec.name, spec);
  }
}
