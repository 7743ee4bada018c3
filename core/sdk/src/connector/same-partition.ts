import type { Json } from '../contracts/source.js';
import { fail } from '../errors/error.js';
import { stableJson } from '../util/stable-json.js';

/**
 * A partition that another process was given is of the files or objects as they were there: what is not, stops the load.
 * @throws DPONE_SOURCE_CHANGED
 */
export function assertSamePartition(given: Json, here: Json, what: 'files' | 'objects'): void {
  if (stableJson(given) === stableJson(here)) return;
  throw fail('DPONE_SOURCE_CHANGED', `the ${what} are others, or not as they were, since the load began`, {
    where: 'source.options.path',
    remedy: `Run again when the ${what} are complete.`,
  });
}
