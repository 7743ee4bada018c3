/** A point of the calendar in UTC, as exact as its text: whole seconds since 1970, and the digits behind them. */
export interface Moment {
  readonly seconds: number;
  /** Without zeros at its end; empty where the second is whole. */
  readonly fraction: string;
  /** Whether the text named an offset from UTC other than none. */
  readonly shifted: boolean;
}

const MOMENT =
  /^([+-]?)(\d{4,6})-(\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(?:[.,](\d+))?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

/** A date or a timestamp, of a message or of a manifest; without an offset it is UTC. Undefined where the text is none. */
export function momentOf(text: string): Moment | undefined {
  const [, sign = '', digits, day, clock = '00:00', second = ':00', fraction = '', zone = 'Z'] =
    MOMENT.exec(text) ?? [];
  if (digits === undefined) return undefined;
  // ECMAScript writes years of more than four digits with six of them and a sign.
  const year = digits.length === 4 && sign === '' ? digits : `${sign === '' ? '+' : sign}${digits.padStart(6, '0')}`;
  const local = Date.parse(`${year}-${day}T${clock}${second}Z`);
  if (Number.isNaN(local)) return undefined;
  const minutes = /^z$/i.test(zone) ? 0 : Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || '0');
  const seconds = local / 1000 - (zone.startsWith('-') ? -minutes : minutes) * 60;
  return { seconds, fraction: fraction.replace(/0+$/, ''), shifted: minutes !== 0 };
}

/** Below 0 where the first is earlier. */
export function compareMoments(a: Moment, b: Moment): number {
  if (a.seconds !== b.seconds) return a.seconds - b.seconds;
  return a.fraction === b.fraction ? 0 : a.fraction < b.fraction ? -1 : 1;
}

/**
 * A text of the rows lane in a form whose order is that of time: a date as its midnight, nothing at the end that says no
 * more. Undefined where the year has not four digits: the order of such texts is another one.
 */
export function sortableText(text: string): string | undefined {
  if (text[4] !== '-' || text[0] === '+' || text[0] === '-') return undefined;
  if (text.length === 10) return `${text}T00:00:00`;
  let end = text.endsWith('Z') ? text.length - 1 : text.length;
  if (text[19] === '.') {
    while (text[end - 1] === '0') end--;
    if (text[end - 1] === '.') end--;
  }
  return text.slice(0, end);
}

/** The same of a moment. */
export const sortableMoment = ({ seconds, fraction }: Moment): string | undefined =>
  sortableText(`${new Date(seconds * 1000).toISOString().slice(0, -5)}${fraction === '' ? '' : `.${fraction}`}`);
