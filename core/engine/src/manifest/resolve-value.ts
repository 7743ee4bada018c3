import { fail } from '@dpone/sdk';
import { resolveText, type Environment } from './references.js';

/** A value that still holds references (an inline connection, the JSON of `params`) with the variables filled in. Throws DPONE_MANIFEST_VARIABLE naming `where`. */
export function resolveValue<T>(value: T, env: Environment, where: string): T {
  const walk = (item: unknown): unknown => {
    if (typeof item === 'string')
      return resolveText(item, env, (what) => {
        throw fail('DPONE_MANIFEST_VARIABLE', what, { where });
      });
    if (Array.isArray(item)) return item.map(walk);
    if (typeof item !== 'object' || item === null) return item;
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, walk(inner)]));
  };
  return walk(value) as T;
}
