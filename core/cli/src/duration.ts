import { fail } from '@dpone/sdk';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** What a timer can wait. */
const MAX_MS = 2 ** 31 - 1;

/** `500ms`, `5s`, `2m`, `1h` in milliseconds; a number alone is seconds. */
export function milliseconds(text: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim()) ?? [];
  const ms = Math.round(Number(number) * UNITS[unit]!);
  if (number !== undefined && ms <= MAX_MS) return ms;
  throw fail('DPONE_USAGE', `"${text}" is no duration`, { remedy: 'Write 500ms, 5s, 2m or 1h; at most 24 days.' });
}
