import { stableJson, type CanonicalType, type Column } from '@dpone/sdk';
import { comparable, type Row } from '@dpone/testkit';
import { intervalParts, oneSpelling, parseJson, type ParsedJson } from './value-text.js';

/** Throws where rows that are numbered by their column `row` differ, naming the first value that does. */
export function sameValues(
  actual: readonly Row[],
  expected: readonly Row[],
  columns: readonly Column[],
  what: string,
): void {
  if (actual.length !== expected.length) throw new Error(`${what}: ${actual.length} rows, not ${expected.length}`);
  const found = new Map(actual.map((row) => [Number(row['row']), row]));
  for (const [number, row] of expected.entries())
    for (const { name, type } of columns) {
      const [is, should] = [plain(found.get(number)?.[name], type), plain(row[name], type)];
      if (is !== should) throw new Error(`${what}: ${name} of row ${number} is ${short(is)}, not ${short(should)}`);
    }
}

const short = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}... (${text.length})` : text);

/** A value as one text, equal where the values are. JSON keeps the digits of its numbers. */
export function plain(value: unknown, type: CanonicalType): string {
  if (value === null || value === undefined) return 'NULL';
  if (type.kind === 'json')
    return stableJson(oneSpelling(typeof value === 'string' ? parseJson(value) : (value as ParsedJson).parsed), 0);
  if (type.kind !== 'interval') return comparable(value, type);
  const { months, days, micros } = intervalParts(value as string);
  return `${months} ${days} ${micros}`;
}
