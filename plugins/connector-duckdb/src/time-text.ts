/** Days, times and instants between DuckDB's counts since 1970 and the rows lane's ISO 8601 text. */

const DAY_MS = 86_400_000;
const ISO_FIRST = Date.parse('0001-01-01T00:00:00Z');
const ISO_LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** DuckDB's own infinities, which its text form spells out. */
export const INFINITE_DAYS = 2 ** 31 - 1;
export const INFINITE_EPOCH = 2n ** 63n - 1n;

/** `YYYY-MM-DD`; beyond the years 1 to 9999 DuckDB's own text (`infinity`, `0044-03-15 (BC)`). */
export function dayText(days: number, own: string): string {
  if (Math.abs(days) === INFINITE_DAYS) return days < 0 ? '-infinity' : 'infinity';
  const ms = days * DAY_MS;
  return ms < ISO_FIRST || ms > ISO_LAST ? own : new Date(ms).toISOString().slice(0, 10);
}

const DAY = /^(\d{4,7})-(\d{2})-(\d{2})( \(BC\))?$/;

export function parseDay(text: string): number | undefined {
  if (text === 'infinity') return INFINITE_DAYS;
  if (text === '-infinity') return -INFINITE_DAYS;
  const match = DAY.exec(text);
  if (match === null) return undefined;
  const year = match[4] === undefined ? Number(match[1]) : 1 - Number(match[1]);
  return daysOf(year, Number(match[2]), Number(match[3]));
}

/** Days since 1970 of a day of the proleptic Gregorian calendar, of any year; undefined where there is no such day. */
function daysOf(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

const TIME = /^(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?$/;

/** Microseconds of a day; undefined where the text is no time or is finer than that. */
export function parseTime(text: string, digits = 6): bigint | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const fraction = (match[4] ?? '').replace(/0+$/, '');
  const [h, m, s] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const endOfDay = h === 24 && m === 0 && s === 0 && fraction === '';
  if (fraction.length > digits || m > 59 || s > 59 || (h > 23 && !endOfDay)) return undefined;
  return BigInt(h * 3600 + m * 60 + s) * 10n ** BigInt(digits) + BigInt(fraction.padEnd(digits, '0') || '0');
}

export function timeText(count: bigint, precision: number, digits = 6): string {
  const perSecond = 10n ** BigInt(digits);
  const seconds = Number(count / perSecond);
  const pad = (n: number): string => String(n).padStart(2, '0');
  const clock = `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return clock + fractionText(count % perSecond, digits, precision);
}

function fractionText(count: bigint, digits: number, precision: number): string {
  if (precision === 0) return '';
  return `.${String(count).padStart(digits, '0').padEnd(precision, '0').slice(0, precision)}`;
}

/** An instant of 10^-digits seconds since 1970 as `YYYY-MM-DDTHH:MM:SS.f`, with `Z` where it has a zone. */
export function epochText(epoch: bigint, digits: number, precision: number, tz: boolean, own: string): string {
  if (epoch === INFINITE_EPOCH || epoch === -INFINITE_EPOCH) return epoch < 0n ? '-infinity' : 'infinity';
  const perSecond = 10n ** BigInt(digits);
  const fraction = ((epoch % perSecond) + perSecond) % perSecond;
  const ms = Number((epoch - fraction) / perSecond) * 1000;
  if (ms < ISO_FIRST || ms > ISO_LAST) return own;
  return `${new Date(ms).toISOString().slice(0, 19)}${fractionText(fraction, digits, precision)}${tz ? 'Z' : ''}`;
}

const INSTANT =
  /^(\d{4,7}-\d{2}-\d{2}(?: \(BC\))?)[T ](\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?) ?(Z|[+-]\d{2}(?::?\d{2})?)?(?: (\(BC\)))?$/;

/** Undefined where the text is no instant, is finer than the unit, has a zone that the type lacks, or lacks one. */
export function parseEpoch(text: string, digits: number, tz: boolean): bigint | undefined {
  if (text === 'infinity') return INFINITE_EPOCH;
  if (text === '-infinity') return -INFINITE_EPOCH;
  const match = INSTANT.exec(text);
  if (match === null || (match[3] !== undefined) !== tz) return undefined;
  const days = parseDay(match[4] === undefined ? match[1]! : `${match[1]!} (BC)`);
  const time = parseTime(match[2]!, digits);
  if (days === undefined || time === undefined) return undefined;
  const perSecond = 10n ** BigInt(digits);
  const epoch = BigInt(days) * 86_400n * perSecond + time - BigInt(offsetSeconds(match[3])) * perSecond;
  return epoch >= -INFINITE_EPOCH && epoch < INFINITE_EPOCH ? epoch : undefined;
}

function offsetSeconds(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2) || '0') * 60;
  return zone.startsWith('-') ? -seconds : seconds;
}
