import type { ApplyEventsStep } from '../contracts/load-program.js';
import { quoteIdent } from '../util/identifier.js';

/** Columns of the work tables with the key that a touch is of (`k0`), and that before the event (`o0`). */
export const touched = (key: readonly string[]): string[] => key.map((_, i) => `k${i}`);
export const touchedBefore = (key: readonly string[]): string[] => key.map((_, i) => `o${i}`);

/** Whether a row has the key of a work table's columns. */
export const hasKey = (row: string, key: readonly string[], other: string, columns: readonly string[]): string =>
  key.map((k, i) => `${row}.${quoteIdent(k)} = ${other}.${columns[i]}`).join(' AND ');

/**
 * What each of `events` does to keys: puts a row there (`u`) or takes it away (`d`), its own and, where it changed it,
 * the one before.
 */
export function touchesOf({ key, envelope, deletes }: ApplyEventsStep): string {
  const [keys, olds] = [touched(key).join(', '), touchedBefore(key).join(', ')];
  return [
    `SELECT 'u' AS kind, ${keys}, ord, src, ${olds}, unchanged FROM events WHERE NOT gone`,
    ...(deletes === 'ignore' ? [] : [`SELECT 'd', ${keys}, ord, NULL, ${keys}, NULL FROM events WHERE gone`]),
    ...(deletes === 'ignore' || envelope.oldKey === undefined
      ? []
      : [`SELECT 'd', ${olds}, ord, NULL, ${olds}, NULL FROM events WHERE moved`]),
  ].join(' UNION ALL ');
}
