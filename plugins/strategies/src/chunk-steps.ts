import { fail } from '@dpone/sdk';

/** What a chunk begins at, is as wide as, or ends before: as a manifest writes it. */
export type ChunkBound = string | number;

/** More would make a ledger that nobody can read, of chunks that cost more than they load. */
const MOST = 10_000;

/**
 * The chunks of a range, in order: `[from, next)`, the last one cut at `to`. Numbers are exact, whatever their size;
 * dates and times are the calendar's, so that a month is a month.
 */
export function chunkBounds(from: ChunkBound, to: ChunkBound, step: ChunkBound): ChunkBound[] {
  const at =
    decimal(from) !== undefined ? decimalSteps(from, to, step) : timeSteps(String(from), String(to), String(step));
  const bounds: ChunkBound[] = [];
  for (let i = 0; ; i++) {
    const bound = at(i);
    if (bound === undefined) break;
    bounds.push(bound);
    if (bounds.length > MOST)
      throw invalid(
        'step',
        `more than ${MOST} chunks of ${step} lie between ${from} and ${to}`,
        'Choose a larger step.',
      );
  }
  if (bounds.length === 0)
    throw invalid('to', `there is nothing from ${from} to before ${to}`, 'Choose a `to` behind `from`.');
  return [...bounds, to];
}

const invalid = (key: string, what: string, remedy: string): Error =>
  fail('DPONE_OPTION_CONFLICT', what, { where: `sink.strategy.backfill.chunk.${key}`, remedy });

/** The i-th bound; undefined where it is not before the end. */
type BoundAt = (i: number) => ChunkBound | undefined;

interface Decimal {
  /** Times ten to the power of `scale`. */
  readonly units: bigint;
  readonly scale: number;
}

/** An exact decimal number; undefined for any other text. */
function decimal(value: ChunkBound): Decimal | undefined {
  const [, sign, whole, part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value)) ?? [];
  if (whole === undefined) return undefined;
  const units = BigInt(whole + part);
  return { units: sign === '-' ? -units : units, scale: part.length };
}

function decimalSteps(from: ChunkBound, to: ChunkBound, step: ChunkBound): BoundAt {
  const [first, end, width] = [decimal(from)!, decimal(to), decimal(step)];
  if (end === undefined) throw invalid('to', `from is a number and to is ${to}`, 'Write both as numbers.');
  if (width === undefined || width.units <= 0n)
    throw invalid('step', `chunks of numbers cannot be ${step} wide`, 'Write step as a number above 0.');
  const scale = Math.max(first.scale, end.scale, width.scale);
  const scaled = ({ units, scale: own }: Decimal): bigint => units * 10n ** BigInt(scale - own);
  return (i) => {
    const units = scaled(first) + scaled(width) * BigInt(i);
    return units < scaled(end) ? decimalText(units, scale) : undefined;
  };
}

/** As a number where that is exact, else as text. */
function decimalText(units: bigint, scale: number): ChunkBound {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const part = scale === 0 ? '' : `.${digits.slice(digits.length - scale)}`;
  const text = `${units < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}${part}`;
  const number = Number(text);
  return Number.isSafeInteger(number) && scale === 0 ? number : text;
}

interface Duration {
  readonly months: number;
  readonly milliseconds: number;
}

const SECOND = 1000;
const UNITS: Readonly<Record<string, Duration>> = {
  year: { months: 12, milliseconds: 0 },
  month: { months: 1, milliseconds: 0 },
  week: { months: 0, milliseconds: 7 * 86_400 * SECOND },
  day: { months: 0, milliseconds: 86_400 * SECOND },
  hour: { months: 0, milliseconds: 3600 * SECOND },
  minute: { months: 0, milliseconds: 60 * SECOND },
  second: { months: 0, milliseconds: SECOND },
};
const ISO = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** `P1M`, `PT6H`, `1 day`, `2 weeks`. */
function duration(step: string): Duration {
  const [, count, unit] = /^(\d+)\s+([a-z]+?)s?$/.exec(step.trim()) ?? [];
  const one = unit === undefined ? undefined : UNITS[unit];
  const iso = ISO.exec(step.trim())?.slice(1) ?? [];
  const parts =
    one === undefined
      ? iso.map((n, i) => times(Object.values(UNITS)[i]!, Number(n ?? 0)))
      : [times(one, Number(count))];
  const sum = parts.reduce((a, b) => ({ months: a.months + b.months, milliseconds: a.milliseconds + b.milliseconds }), {
    months: 0,
    milliseconds: 0,
  });
  if (sum.months > 0 || sum.milliseconds > 0) return sum;
  throw invalid(
    'step',
    `"${step}" is no span of time`,
    'Write it as 1 day, 1 month, 6 hours, or in ISO 8601: P1D, P1M, PT6H.',
  );
}

const times = (one: Duration, n: number): Duration => ({ months: one.months * n, milliseconds: one.milliseconds * n });

interface Moment {
  /** The wall clock, as if it were UTC. */
  readonly at: number;
  readonly isDate: boolean;
  /** What stands between date and time, and behind them: the bounds are written as the manifest writes them. */
  readonly separator: string;
  readonly zone: string;
}

const MOMENT =
  /^(\d{4})-(\d{2})-(\d{2})(?:([T ])(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

function moment(text: string, key: string): Moment {
  const [, year, month, day, separator, hour = '0', minute = '0', second = '0', part = '0', zone = ''] =
    MOMENT.exec(text) ?? [];
  const at = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    Number(part.padEnd(3, '0')),
  );
  // A day that the calendar lacks would become one of the next month.
  if (year !== undefined && new Date(at).getUTCDate() === Number(day) && Number(hour) < 24 && Number(minute) < 60)
    return { at, isDate: separator === undefined, separator: separator ?? '', zone };
  throw invalid(
    key,
    `"${text}" is neither a number nor a date nor a time`,
    'Write a number, 2026-11-01, or 2026-11-01T00:00:00Z.',
  );
}

function timeSteps(from: string, to: string, step: string): BoundAt {
  const [first, end] = [moment(from, 'from'), moment(to, 'to')];
  const width = duration(step);
  if (first.isDate !== end.isDate || first.zone !== end.zone)
    throw invalid(
      'to',
      `from is ${from} and to is ${to}`,
      'Write both in the same form: dates, or times with the same offset.',
    );
  if (first.isDate && width.milliseconds % UNITS['day']!.milliseconds !== 0)
    throw invalid('step', `dates cannot be stepped by ${step}`, 'Write from and to as times: 2026-11-01T00:00:00.');
  return (i) => {
    // From the first one, not from the one before: 31 January, 28 February, 31 March.
    const at = plusMonths(first.at, width.months * i) + width.milliseconds * i;
    return at < end.at ? momentText(first, at) : undefined;
  };
}

function plusMonths(at: number, months: number): number {
  if (months === 0) return at;
  const date = new Date(at);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime();
}

function momentText({ isDate, separator, zone }: Moment, at: number): string {
  const iso = new Date(at).toISOString();
  if (isDate) return iso.slice(0, 10);
  const time = iso.endsWith('.000Z') ? iso.slice(11, 19) : iso.slice(11, 23);
  return `${iso.slice(0, 10)}${separator}${time}${zone}`;
}
