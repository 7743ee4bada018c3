import type { z } from 'zod';
import { childMap, child, pathText, plain, type MapNode, type Path } from '../read/node.js';
import { engineOptions } from '../schema/option-fields.js';
import { OBSERVABILITY_KEYS } from '../schema/observability-fields.js';
import { processSchema } from '../schema/process-schema.js';

/** Keys of a shape that are accepted and not acted on. */
export const ignoredKeys = (shape: Readonly<Record<string, z.ZodType>>): ReadonlySet<string> =>
  new Set(Object.entries(shape).flatMap(([key, schema]) => (schema.meta()?.['ignored'] === true ? [key] : [])));

const OBSERVED: ReadonlySet<string> = new Set(OBSERVABILITY_KEYS);
const TOP = ignoredKeys(processSchema.shape);
const OPTIONS = ignoredKeys(engineOptions);
/** Within `options`: the keys that are not acted on of the maps that are. */
const NESTED: readonly (readonly [string, (key: string) => boolean])[] = [
  ['lineage', (key) => key === 'features'],
  ['partitioning', (key) => key === 'adaptive'],
];

/** Switching off what is not there is no news. */
const isInert = (value: unknown): boolean => value === null || value === false || value === 'off';

/** The paths of a process that are accepted and that this version does not act on, in the order of the file. */
export function ignoredPaths(process: MapNode): Path[] {
  const found: Path[] = [];
  const add = (map: MapNode | undefined, path: Path, ignores: (key: string) => boolean): void => {
    for (const [key, entry] of map?.entries ?? []) {
      const value = plain(entry.node);
      if (ignores(key) && !isInert(value)) found.push([...path, key]);
    }
  };
  add(process, [], (key) => TOP.has(key) || key.startsWith('x-'));
  add(childMap(process, 'observability'), ['observability'], (key) => !OBSERVED.has(key));
  for (const side of ['source', 'sink']) {
    const options = childMap(childMap(process, side), 'options');
    add(options, [side, 'options'], (key) => OPTIONS.has(key));
    for (const [key, ignores] of NESTED) {
      const nested = child(options, key);
      if (nested?.kind === 'map') add(nested, [side, 'options', key], ignores);
    }
  }
  return found;
}

export const ignoredSentence = (path: Path | string): string =>
  `${typeof path === 'string' ? path : pathText(path)} is accepted and not acted on by this version`;
