import { fail } from '../errors/error.js';
import type { Column } from '../types.js';
import { nearest } from '../util/nearest.js';

/** The column that a manifest names, by its exact name or the only one that differs in case alone. */
export function findColumn(columns: readonly Column[], name: string, where: string): Column {
  const exact = columns.find((c) => c.name === name);
  const alike = columns.filter((c) => c.name.toLowerCase() === name.toLowerCase());
  const found = exact ?? (alike.length === 1 ? alike[0] : undefined);
  if (found !== undefined) return found;
  const near = nearest(
    name,
    columns.map((c) => c.name),
  );
  throw fail('DPONE_SOURCE_NOT_FOUND', `there is no column ${name}`, {
    where,
    ...(near === undefined ? {} : { remedy: `Did you mean ${near}?` }),
  });
}
