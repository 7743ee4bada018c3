import type { CanonicalType } from '@dpone/sdk';
import { jsonText, meaningOf, numberText, parsedJson, textOf, type Meaning } from './canonical-text.js';

/** How the values of one column are made comparable. Where a side has no types, a mark keeps `"2"` and `2` apart. */
export interface ColumnPair {
  readonly name: string;
  readonly meaning: Meaning;
  readonly marked: boolean;
  /** Why values of the two sides may differ though they look alike. */
  readonly warning?: string;
}

/** What a column of the two sides is compared as; a type is absent where rows are JSON objects, or the side lacks the column. */
export function pairColumns(
  name: string,
  a: CanonicalType | undefined,
  b: CanonicalType | undefined,
  untyped: boolean,
): ColumnPair {
  const [x, y] = [a, b].map((type) => (type === undefined ? undefined : meaningOf(type)));
  if (x === undefined || y === undefined) return { name, meaning: x ?? y ?? 'json', marked: untyped };
  if (x === y) {
    const zones = a?.kind === 'timestamp' && b?.kind === 'timestamp' && a.tz !== b.tz;
    return { name, meaning: x, marked: untyped, ...(zones ? { warning: `${name}.only_one_side_has_a_zone` } : {}) };
  }
  for (const both of [
    ['date', 'timestamp'],
    ['text', 'uuid'],
    ['text', 'json'],
  ] as const)
    if (both.includes(x as never) && both.includes(y as never)) return { name, meaning: both[1], marked: untyped };
  return { name, meaning: x, marked: true, warning: `${name}.types_differ` };
}

/** Makes the text of a side's values. `type`: the side's own. */
export function cellText(pair: ColumnPair, type: CanonicalType | undefined): (value: unknown) => string | null {
  const text = exactText(pair, type);
  // Some systems hand over the short text of a single float, others the double that it is.
  return type?.kind === 'float32' ? (value) => text(typeof value === 'number' ? Math.fround(value) : value) : text;
}

function exactText(
  { meaning, marked }: ColumnPair,
  type: CanonicalType | undefined,
): (value: unknown) => string | null {
  if (!marked) return (value) => textOf(value, meaning);
  if (type === undefined) return (value) => untypedText(value, meaning);
  const own = meaningOf(type);
  const shared = own === 'date' && meaning === 'timestamp' ? meaning : own;
  return (value) => {
    if (shared === 'json') return untypedText(typeof value === 'string' ? parsedJson(value) : value, 'text');
    const text = textOf(value, shared);
    if (text === null) return null;
    return `${shared === 'number' ? 'n' : 's'}${text}`;
  };
}

/** A value of JSON, which says itself what it is. */
function untypedText(value: unknown, meaning: Meaning): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string')
    return `s${meaning === 'json' || meaning === 'number' ? value : textOf(value, meaning)!}`;
  if (typeof value === 'boolean') return value ? 'n1' : 'n0';
  if (typeof value === 'number' || typeof value === 'bigint') return `n${numberText(value)}`;
  const text = jsonText(value);
  return /^[[{]/.test(text) ? `j${text}` : `n${text}`;
}
