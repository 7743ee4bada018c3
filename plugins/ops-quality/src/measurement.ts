import { decimalText, fail, isRawNumber, type ExactJson, type RawNumber } from '@dpone/sdk';
import { z } from 'zod';

/** A number as JSON holds it, exactly. */
export type Measurement = number | bigint | RawNumber;

const WORDS: Readonly<Record<string, number>> = { inf: Infinity, infinity: Infinity, nan: NaN };

/** A number, a text that is one (`"600"`, `" 1e3 "`, `"1_000"`, `"inf"`), or a truth value as 1 or 0; undefined for all else. */
export function measurementOf(value: ExactJson | undefined): Measurement | undefined {
  if (typeof value === 'number' || typeof value === 'bigint' || isRawNumber(value)) return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return undefined;
  const text = value.trim().replaceAll(/(?<=\d)_(?=\d)/g, '');
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  const word = WORDS[text.replace(/^[+-]/, '').toLowerCase()];
  return word === undefined ? undefined : text.startsWith('-') ? -word : word;
}

/** The measurements of an object, of which each must be one. */
export const measurementsOf = (object: Readonly<Record<string, ExactJson>>, flag: string): Map<string, Measurement> =>
  new Map(
    Object.entries(object).map(([name, value]) => {
      const measured = measurementOf(value);
      if (measured === undefined) throw fail('DPONE_INPUT_INVALID', `${name} is no number.`, { where: flag });
      return [name, measured];
    }),
  );

/** -1, 0 or 1, exactly: neither integers beyond 2^53 nor decimals are rounded. NaN where one of them is no number. */
export function compareMeasurements(a: Measurement, b: Measurement): number {
  const [x, y] = [decimalOf(a), decimalOf(b)];
  if (x === undefined || y === undefined) {
    const [m, n] = [Number(textOf(a)), Number(textOf(b))];
    return Number.isNaN(m) || Number.isNaN(n) ? NaN : Math.sign(m === n ? 0 : m - n);
  }
  if (x.sign !== y.sign) return x.sign < y.sign ? -1 : 1;
  if (x.magnitude !== y.magnitude) return (x.magnitude < y.magnitude ? -1 : 1) * x.sign;
  const length = Math.max(x.digits.length, y.digits.length);
  const [m, n] = [x.digits.padEnd(length, '0'), y.digits.padEnd(length, '0')];
  return m === n ? 0 : (m < n ? -1 : 1) * x.sign;
}

const textOf = (value: Measurement): string => (isRawNumber(value) ? value.rawJSON : String(value));

/** Its sign, the place of its first digit, and its digits; undefined for NaN and the infinities. */
function decimalOf(value: Measurement): { sign: -1 | 0 | 1; magnitude: bigint; digits: string } | undefined {
  const match = /^(-?)(\d+)e(-?\d+)$/.exec(decimalText(textOf(value)));
  if (match === null) return Number(textOf(value)) === 0 ? { sign: 0, magnitude: 0n, digits: '' } : undefined;
  const [, minus, digits = '', power = '0'] = match;
  return { sign: minus === '-' ? -1 : 1, magnitude: BigInt(digits.length) + BigInt(power), digits };
}

/** An object of names and values, as flags hold it. */
export const jsonObject = z.record(
  z.string(),
  z.custom<ExactJson>((value) => value !== undefined),
);
