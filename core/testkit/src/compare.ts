import { isInteger, stableJson, type CanonicalType, type Column } from '@dpone/sdk';
import type { Row } from './fixtures/fixture.js';

/** A value's text for comparing: the same for every form in which a system may hold the same value of the type. */
export function comparable(value: unknown, type: CanonicalType): string {
  if (value === null || value === undefined) return 'NULL';
  if (isInteger(type) || type.kind === 'decimal') return plainNumber((value as number | bigint | string).toString());
  switch (type.kind) {
    case 'float32':
      return floatText(Math.fround(Number(value)));
    case 'float64':
      return floatText(Number(value));
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('hex');
    case 'time':
    case 'timestamp':
      return (value as string).replace(/(\.\d*?)0+(?=Z|$)/, '$1').replace(/\.(?=Z|$)/, '');
    case 'uuid':
      return (value as string).toLowerCase();
    case 'json':
      return stableJson(JSON.parse(value as string), 0);
    case 'array':
      return `[${(value as unknown[]).map((item) => comparable(item, type.item)).join(', ')}]`;
    case 'struct':
      return `{${type.fields.map((f) => `${f.name}: ${comparable((value as Record<string, unknown>)[f.name], f.type)}`).join(', ')}}`;
    case 'map':
      return `{${(value as [unknown, unknown][])
        .map(([k, v]) => `${comparable(k, type.key)} => ${comparable(v, type.value)}`)
        .sort()
        .join(', ')}}`;
    default:
      return JSON.stringify(value);
  }
}

const floatText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

/** `007.50` and `7.5` are one number; nothing goes through a float. */
function plainNumber(text: string): string {
  const match = /^(-?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text);
  if (match === null) return text;
  const digits = `${match[2] === '' ? '0' : match[2]}${match[3] === undefined || match[3] === '' ? '' : `.${match[3]}`}`;
  return digits === '0' ? '0' : `${match[1]}${digits}`;
}

/** A row as one text, column by column. */
export const rowText = (row: Row, columns: readonly Column[]): string =>
  columns.map((c) => `${c.name}=${comparable(row[c.name], c.type)}`).join(' | ');

/** Throws where two sets of rows differ, whatever their order, naming the first rows that only one of them has. */
export function sameRows(
  actual: readonly Row[],
  expected: readonly Row[],
  columns: readonly Column[],
  what: string,
): void {
  const left = actual.map((row) => rowText(row, columns)).sort();
  const right = expected.map((row) => rowText(row, columns)).sort();
  const unexpected = without(left, right);
  const missing = without(right, left);
  if (unexpected.length === 0 && missing.length === 0) return;
  const show = (label: string, rows: readonly string[]): string =>
    rows.length === 0 ? '' : `\n  ${label} (${rows.length}): ${rows.slice(0, 3).join('\n    ')}`;
  throw new Error(
    `${what}: ${actual.length} rows, expected ${expected.length}${show('missing', missing)}${show('unexpected', unexpected)}`,
  );
}

/** Multiset difference. */
function without(from: readonly string[], remove: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of remove) counts.set(text, (counts.get(text) ?? 0) + 1);
  return from.filter((text) => {
    const count = counts.get(text) ?? 0;
    if (count > 0) counts.set(text, count - 1);
    return count === 0;
  });
}
