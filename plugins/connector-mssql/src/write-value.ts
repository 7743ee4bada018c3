import { datePartsOf, daysOf, ticksOf, TICKS_PER_DAY } from './date-parts.js';
import { parseNative } from './types.js';

/** Makes the value of the wire of a value of the rows lane, not NULL; throws {@link Unfit} where the type does not hold it. */
export type WriteValue = (value: unknown) => unknown;

/** A value that its column cannot hold; the message says why, without the value. */
export class Unfit extends Error {}

const unfit = (why: string): never => {
  throw new Unfit(why);
};

/** Values of a type on their way into a column of a type of SQL Server. */
export function writeValue(native: string): WriteValue {
  const { base, args } = parseNative(native);
  const [first, second] = args;
  switch (base) {
    case 'bit':
      return (value) => (typeof value === 'boolean' ? value : unfit('is no bool'));
    case 'tinyint':
      return whole(0, 255);
    case 'smallint':
      return whole(-32_768, 32_767);
    case 'int':
      return whole(-2_147_483_648, 2_147_483_647);
    case 'bigint':
      return bigint;
    case 'decimal':
    case 'numeric':
      return scaled(Number(first ?? 18), Number(second ?? 0), 10n ** BigInt(first ?? 18));
    case 'money':
      return scaled(19, 4, 2n ** 63n);
    case 'smallmoney':
      return scaled(10, 4, 2n ** 31n);
    case 'real':
      return single;
    case 'float':
      return finite;
    case 'char':
    case 'nchar':
    case 'varchar':
    case 'nvarchar':
      return string(first === 'max' || first === undefined ? undefined : first);
    case 'binary':
      return bytes(Number(first), true);
    case 'varbinary':
      return bytes(first === 'max' || first === undefined ? undefined : first, false);
    case 'uniqueidentifier':
      return uuid;
    case 'date':
      return (value) => daysOf(String(value)) ?? unfit('is no date of the years 1 to 9999');
    case 'time':
      return timeOf(Number(first ?? 7));
    case 'datetime2':
      return stamp(Number(first ?? 7), false);
    case 'datetimeoffset':
      return stamp(Number(first ?? 7), true);
    case 'datetime':
      return datetime;
    case 'smalldatetime':
      return smalldatetime;
    default:
      return (value) => String(value);
  }
}

const whole =
  (low: number, high: number): WriteValue =>
  (value) => {
    const number = Number(value);
    return Number.isInteger(number) && number >= low && number <= high
      ? number
      : unfit(`is not between ${low} and ${high}`);
  };

const bigint: WriteValue = (value) => {
  const number = BigInt(value as bigint | number | string);
  return BigInt.asIntN(64, number) === number ? number : unfit('has more than 64 bits');
};

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?$/;

/** A decimal as a whole number of its smallest unit. */
function scaled(precision: number, scale: number, limit: bigint): WriteValue {
  return (value) => {
    const match = DECIMAL.exec(String(value));
    if (match === null || (match[2] === '' && (match[3] ?? '') === '')) return unfit('is no decimal number');
    const fraction = match[3] ?? '';
    if (fraction.length > scale && /[1-9]/.test(fraction.slice(scale)))
      return unfit(`has more than ${scale} digits after the point`);
    const magnitude = BigInt(match[2]! + fraction.slice(0, scale).padEnd(scale, '0') || '0');
    const negative = match[1] === '-';
    // The smallest money has no positive counterpart.
    const fits = magnitude < limit || (negative && magnitude === limit && limit % 10n !== 0n);
    if (!fits) return unfit(`has more than ${precision - scale} digits before the point`);
    return negative ? -magnitude : magnitude;
  };
}

const finite = (value: unknown): number => {
  const number = Number(value);
  return Number.isFinite(number) ? number : unfit('is not finite, and SQL Server has no number for that');
};

/** A number of 32 bits, or the shortest text of one: `0.1` of a source that writes its texts so is what the source has. */
const single: WriteValue = (value) => {
  const number = finite(value);
  const nearest = Math.fround(number);
  const same = nearest === number || [6, 7, 8, 9].some((digits) => Number(nearest.toPrecision(digits)) === number);
  return same ? nearest : unfit('is no number of 32 bits');
};

const string =
  (length: number | undefined): WriteValue =>
  (value) => {
    const text = typeof value === 'string' ? value : String(value);
    return length === undefined || text.length <= length ? text : unfit(`is longer than ${length}`);
  };

const bytes =
  (length: number | undefined, padded: boolean): WriteValue =>
  (value) => {
    const array = value as Uint8Array;
    const buffer = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
    if (length !== undefined && buffer.length > length) return unfit(`is longer than ${length} bytes`);
    return padded && buffer.length !== length ? unfit(`is shorter than ${length} bytes and would be padded`) : buffer;
  };

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

const uuid: WriteValue = (value) => (UUID.test(String(value)) ? String(value) : unfit('is no uuid'));

/** Ticks of 10^-precision s; finer than that is refused. */
function atPrecision(ticks: number, precision: number): number {
  const unit = 10 ** (7 - precision);
  return ticks % unit === 0 ? ticks / unit : unfit(`is finer than ${precision} digits of a second`);
}

const timeOf =
  (precision: number): WriteValue =>
  (value) =>
    atPrecision(ticksOf(String(value)) ?? unfit('is no time of a day in 100 ns'), precision);

const NO_STAMP = 'is no timestamp of the years 1 to 9999 in 100 ns';

const stamp =
  (precision: number, zone: boolean): WriteValue =>
  (value) => {
    const text = String(value);
    const parts = datePartsOf(text.length === 10 && !zone ? `${text}T00:00:00` : text, zone) ?? unfit(NO_STAMP);
    return { days: parts.days, ticks: atPrecision(parts.ticks, precision) };
  };

/** 1900-01-01, from which the older types count. */
const DAYS_TO_1900 = 693_595;
const DAYS_TO_1753 = 639_905;
const MS = 10_000;

/** Ticks of 1/300 s, shown as milliseconds that end in 0, 3 or 7 (https://learn.microsoft.com/sql/t-sql/data-types/datetime-transact-sql). */
const datetime: WriteValue = (value) => {
  const { days, ticks } = datePartsOf(String(value), false) ?? unfit(NO_STAMP);
  if (days < DAYS_TO_1753) return unfit('is before the year 1753');
  const third = Math.round((ticks / MS) * 0.3);
  if (ticks % MS !== 0 || Math.round(third / 0.3) * MS !== ticks || third >= (TICKS_PER_DAY / MS) * 0.3)
    return unfit('is between two values of a datetime');
  return { days: days - DAYS_TO_1900, ticks: third };
};

const smalldatetime: WriteValue = (value) => {
  const { days, ticks } = datePartsOf(String(value), false) ?? unfit(NO_STAMP);
  const minutes = ticks / (60_000 * MS);
  const day = days - DAYS_TO_1900;
  if (!Number.isInteger(minutes)) return unfit('is finer than a minute');
  return day >= 0 && day <= 65_535 ? { days: day, ticks: minutes } : unfit('is not between 1900 and 2079');
};
