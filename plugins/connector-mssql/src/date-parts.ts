/** A date and time of day in the units of the wire (MS-TDS 2.2.5.5.1.8: days since 0001-01-01, ticks since midnight). */
export interface DateParts {
  readonly days: number;
  /** 100 ns since midnight. */
  readonly ticks: number;
}

export const TICKS_PER_DAY = 864_000_000_000;

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.(\d+))?$/;

/** Days of `2026-01-31` since 0001-01-01, or undefined where it is no date of the years 1 to 9999. */
export function daysOf(text: string): number | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  // Years that begin in March have their leap day at their end.
  const y = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return y * 365 + leaps + dayOfYear - 306;
}

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const daysIn = (year: number, month: number): number =>
  month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : LENGTHS[month - 1]!;

/** Ticks of `12:34:56.1234567` since midnight; undefined where it is no time of a day or finer than 100 ns. */
export function ticksOf(text: string): number | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const fraction = match[4] ?? '';
  if (fraction.length > 7 && /[1-9]/.test(fraction.slice(7))) return undefined;
  return ((hours * 60 + minutes) * 60 + seconds) * 10_000_000 + Number(fraction.slice(0, 7).padEnd(7, '0'));
}

/** `2026-01-31T12:34:56.1234567`, with `Z` behind it where it is an instant. */
export function datePartsOf(text: string, zone: boolean): DateParts | undefined {
  if (zone !== text.endsWith('Z') || text[10] !== 'T') return undefined;
  const days = daysOf(text.slice(0, 10));
  const ticks = ticksOf(zone ? text.slice(11, -1) : text.slice(11));
  return days === undefined || ticks === undefined ? undefined : { days, ticks };
}
