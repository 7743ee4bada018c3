import { canHold, quoteLiteral, type Column } from '@dpone/sdk';
import { sqlType } from './sql.js';
import { textCast } from './text-cast.js';

/**
 * A value of one column as the type of another. DuckDB's own casts from text round and cut in silence, so a text that
 * would lose something stops the statement; of numbers the cast itself refuses what is too large.
 */
export function convertTo(value: string, from: Column, to: Column): string {
  const type = sqlType(to);
  if (from.type.kind !== 'string' || canHold(to.type, from.type)) return `CAST(${value} AS ${type})`;
  const cast = textCast(to, value, {});
  const lost = quoteLiteral(`Conversion Error: column ${to.name}: a text cannot be ${type} without losing something`);
  return `CASE WHEN ${value} IS NULL THEN NULL WHEN ${cast.exact(value, cast.value)} THEN ${cast.value} ELSE error(${lost}) END`;
}
