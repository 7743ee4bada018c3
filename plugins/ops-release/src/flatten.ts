import { isJsonObject, type ExactJson } from '@dpone/sdk';

/** A value of a document and the keys that lead to it. */
export interface Leaf {
  readonly keys: readonly string[];
  readonly value: ExactJson;
}

/** Keys joined by dots; a dot or a backslash within a key has a backslash before it, so that no two paths are alike. */
export const pathOf = (keys: readonly string[]): string =>
  keys.map((key) => key.replaceAll(/[\\.]/g, '\\$&')).join('.');

/** The leaves of a document by their paths. A list is one value, and so is an object that is empty. */
export function flatten(value: ExactJson, keys: readonly string[] = []): Map<string, Leaf> {
  if (!isJsonObject(value) || (Object.keys(value).length === 0 && keys.length > 0))
    return new Map([[pathOf(keys), { keys, value }]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...flatten(inner, [...keys, key])]));
}

/** Whether a pattern names a path: `*` is any one key, `**` any number of them, anything else itself. */
export function matchesPath(pattern: string, { keys }: Leaf): boolean {
  if (pattern === pathOf(keys)) return true;
  const parts = pattern.split(/(?<!\\)\./);
  const from = (part: number, key: number): boolean => {
    if (part === parts.length) return key === keys.length;
    if (parts[part] === '**') return from(part + 1, key) || (key < keys.length && from(part, key + 1));
    return (
      key < keys.length && (parts[part] === '*' || parts[part] === pathOf([keys[key]!])) && from(part + 1, key + 1)
    );
  };
  return parts.some((part) => part === '*' || part === '**') && from(0, 0);
}
