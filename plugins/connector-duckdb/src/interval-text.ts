/** A span in DuckDB's three parts, which do not add up to each other: a month is not 30 days. */
export interface Span {
  readonly months: number;
  readonly days: number;
  readonly micros: bigint;
}

const SECOND = 1_000_000n;

/** ISO 8601: `P1Y2M3DT4H5M6.5S`, each part with its own sign; `PT0S` where all are zero. */
export function formatInterval({ months, days, micros }: Span): string {
  const part = (value: number | bigint, unit: string): string => (BigInt(value) === 0n ? '' : `${value}${unit}`);
  const date = part(Math.trunc(months / 12), 'Y') + part(months % 12, 'M') + part(days, 'D');
  const hours = micros / (3600n * SECOND);
  const minutes = (micros / (60n * SECOND)) % 60n;
  const rest = micros % (60n * SECOND);
  const time = part(hours, 'H') + part(minutes, 'M') + (rest === 0n ? '' : `${seconds(rest)}S`);
  if (date === '' && time === '') return 'PT0S';
  return `P${date}${time === '' ? '' : `T${time}`}`;
}

function seconds(micros: bigint): string {
  const absolute = micros < 0n ? -micros : micros;
  const fraction = String(absolute % SECOND)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${micros < 0n ? '-' : ''}${absolute / SECOND}${fraction === '' ? '' : `.${fraction}`}`;
}

const NUMBER = '([+-]?\\d+)';
const ISO = new RegExp(
  `^([+-]?)P(?:${NUMBER}Y)?(?:${NUMBER}M)?(?:${NUMBER}W)?(?:${NUMBER}D)?` +
    `(?:T(?:${NUMBER}H)?(?:${NUMBER}M)?(?:([+-]?\\d+)(?:\\.(\\d{1,9}))?S)?)?$`,
);

/** Undefined where the text is no ISO 8601 duration, or is finer than a microsecond. */
export function parseInterval(text: string): Span | undefined {
  const match = ISO.exec(text);
  if (match === null || /^[+-]?P$|T$/.test(text)) return undefined;
  const [, sign, years, months, weeks, days, hours, minutes, whole, fraction = ''] = match;
  const digits = fraction.replace(/0+$/, '');
  if (digits.length > 6) return undefined;
  const part = BigInt(digits.padEnd(6, '0') || '0') * (whole?.startsWith('-') === true ? -1n : 1n);
  const big = (value: string | undefined): bigint => BigInt((value ?? '0').replace('+', ''));
  const micros = (big(hours) * 3600n + big(minutes) * 60n + big(whole)) * SECOND + part;
  const factor = sign === '-' ? -1 : 1;
  return {
    months: factor * (Number(years ?? 0) * 12 + Number(months ?? 0)),
    days: factor * (Number(weeks ?? 0) * 7 + Number(days ?? 0)),
    micros: BigInt(factor) * micros,
  };
}
