import type { Column } from '@dpone/sdk';
import { quoteName } from './sql.js';
import { parseNative } from './types.js';

/** A value of the driver, not NULL, as the rows lane holds it. */
export type ReadValue = (value: unknown) => unknown;

/** Digits that a double gives back as they were (DBL_DIG of C). */
const EXACT_DIGITS = 15;

/** Digits behind the point of a decimal that the driver's JavaScript number holds exactly; undefined where it may not. */
function exactScale({ native }: Column): number | undefined {
  const { base, args } = parseNative(native?.type ?? '');
  if (base === 'smallmoney') return 4;
  const [precision, scale = 0] = args;
  if (base !== 'decimal' && base !== 'numeric') return undefined;
  return typeof precision === 'number' && precision <= EXACT_DIGITS ? Number(scale) : undefined;
}

/**
 * A column as a SELECT is to give it. The driver makes JavaScript numbers of decimals and money and drops the offset of
 * a datetimeoffset: where that loses anything they come as texts of the server's own.
 */
export function selected(column: Column): string {
  const name = quoteName(column.name);
  const { base } = parseNative(column.native?.type ?? '');
  if (exactScale(column) !== undefined) return name;
  switch (base) {
    case 'decimal':
    case 'numeric':
      // 38 digits, a sign, a point and a zero in front of it.
      return `CONVERT(varchar(41), ${name})`;
    case 'money':
      // Its own texts have two digits after the point, or commas (https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql#money-and-smallmoney-styles).
      return `CONVERT(varchar(41), CONVERT(decimal(19,4), ${name}))`;
    case 'datetimeoffset':
      return column.type.kind === 'string' ? `CONVERT(varchar(34), ${name}, 121)` : name;
    case 'hierarchyid':
      return `CONVERT(nvarchar(4000), ${name})`;
    case 'xml':
    case 'json':
      return `CONVERT(nvarchar(max), ${name})`;
    default:
      return name;
  }
}

export const selectList = (columns: readonly Column[]): string =>
  columns.map((c) => `${selected(c)} AS ${quoteName(c.name)}`).join(', ');

const asIs: ReadValue = (value) => value;

/** How the values of a column are read. */
export function readValue(column: Column): ReadValue {
  const { type } = column;
  switch (type.kind) {
    case 'decimal': {
      const scale = exactScale(column);
      return scale === undefined ? asIs : (value) => (value as number).toFixed(scale);
    }
    case 'int64':
      return (value) => BigInt(value as string);
    case 'uuid':
      return (value) => (value as string).toLowerCase();
    case 'date':
      return (value) => (value as Date).toISOString().slice(0, 10);
    case 'time':
      return (value) => instant(value as Instant, type.precision).slice(11);
    case 'timestamp': {
      const zone = type.tz ? 'Z' : '';
      return (value) => instant(value as Instant, type.precision) + zone;
    }
    default:
      return asIs;
  }
}

/** The driver's date: what is finer than a millisecond is beside it, in seconds. */
type Instant = Date & { readonly nanosecondsDelta?: number };

/** `2026-01-31T12:34:56.1234567`, with as many digits as the type has. */
function instant(value: Instant, precision: number): string {
  const text = value.toISOString().slice(0, -1);
  if (precision === 3) return text;
  if (precision < 3) return precision === 0 ? text.slice(0, 19) : text.slice(0, 20 + precision);
  const ticks = Math.round((value.nanosecondsDelta ?? 0) * 1e7);
  return (text + String(ticks).padStart(4, '0')).slice(0, 20 + precision);
}
