const INSTANT = /^(\d{4,6}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d+))?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;
const TIME = /^(\d{2}:\d{2}(?::\d{2})?)(?:\.(\d+))?$/;

/** Digits that a type keeps, or undefined where one that counts would be cut off. */
function fraction(digits: string | undefined, precision: number): string | undefined {
  if (digits === undefined) return '';
  if (/[1-9]/.test(digits.slice(precision))) return undefined;
  const kept = digits.slice(0, precision).replace(/0+$/, '');
  return kept === '' ? '' : `.${kept}`;
}

const seconds = (clock: string): string => (clock.length === 5 ? `${clock}:00` : clock);

/** A time of day as the rows lane holds it; undefined where the text is none, or finer than the type. */
export function timeText(value: unknown, precision: number): string | undefined {
  const match = typeof value === 'string' ? TIME.exec(value) : null;
  if (match === null) return undefined;
  const rest = fraction(match[2], precision);
  return rest === undefined ? undefined : `${seconds(match[1]!)}${rest}`;
}

/**
 * A timestamp as the rows lane holds it. With a zone it is brought to UTC; a text without one is no instant, and a text
 * with one is no local time: neither is guessed.
 */
export function instantText(value: unknown, precision: number, tz: boolean): string | undefined {
  const match = typeof value === 'string' ? INSTANT.exec(value) : null;
  if (match === null) return undefined;
  const [, date, clock, digits, zone] = match;
  const rest = fraction(digits, precision);
  if (rest === undefined || (zone !== undefined) !== tz) return undefined;
  if (zone === undefined) return `${date}T${seconds(clock!)}${rest}`;
  if (/^(?:Z|[+-]00(?::?00)?)$/i.test(zone)) return `${date}T${seconds(clock!)}${rest}Z`;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || '0');
  const local = Date.parse(`${date}T${seconds(clock!)}Z`);
  if (Number.isNaN(local)) return undefined;
  const utc = new Date(local - (zone.startsWith('-') ? -minutes : minutes) * 60_000).toISOString();
  return `${utc.slice(0, -5)}${rest}Z`;
}

/** Milliseconds since 1970 as an instant. */
export const millisText = (ms: number): string => new Date(ms).toISOString();

/** Units since 1970 as an instant with so many digits behind the second. */
export function epochText(units: bigint, digits: 3 | 6 | 9, tz: boolean): string {
  const perSecond = 10n ** BigInt(digits);
  const rest = ((units % perSecond) + perSecond) % perSecond;
  const whole = Number((units - rest) / perSecond);
  const text = new Date(whole * 1000).toISOString().slice(0, -5);
  return `${text}${rest === 0n ? '' : `.${String(rest).padStart(digits, '0')}`}${tz ? 'Z' : ''}`;
}

/** Units since midnight as a time of day. */
export function clockText(units: bigint, digits: 3 | 6): string {
  return epochText(units, digits, false).slice(11);
}

/** Days since 1970 as a date. */
export const dateText = (days: number): string =>
  new Date(days * 86_400_000).toISOString().slice(0, -14).replace(/^\+/, '');
