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
    case 'time': {
      const text = instantText(type.precision);
      return (value) => text(value as Instant).slice(11);
    }
    case 'timestamp': {
      const text = instantText(type.precision);
      const zone = type.tz ? 'Z' : '';
      return (value) => text(value as Instant) + zone;
    }
    default:
      return asIs;
  }
}

/** The driver's date: what is finer than a millisecond is beside it, in seconds. */
type Instant = Date & { readonly nanosecondsDelta?: number };

const MS_PER_DAY = 86_400_000;
const TWO_DIGITS = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));

/** `2026-01-31T12:34:56.1234567`, with as many digits as the type has. The text of a day is kept for the rows behind it. */
function instantText(precision: number): (value: Instant) => string {
  let day: number | undefined;
  let date = '';
  return (value) => {
    const at = value.getTime();
    const today = Math.floor(at / MS_PER_DAY);
    if (today !== day) {
      day = today;
      date = value.toISOString().slice(0, 11);
    }
    const ms = at - today * MS_PER_DAY;
    const seconds = Math.floor(ms / 1000);
    const minutes = Math.floor(seconds / 60);
    const text = `${date}${TWO_DIGITS[Math.floor(minutes / 60)]}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[seconds % 60]}`;
    if (precision === 0) return text;
    const ticks = (ms % 1000) * 10_000 + (precision > 3 ? Math.round((value.nanosecondsDelta ?? 0) * 1e7) : 0);
    return `${text}.${String(ticks).padStart(7, '0').slice(0, precision)}`;
  };
}
