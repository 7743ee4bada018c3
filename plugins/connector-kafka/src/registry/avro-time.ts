import { typeName, type CanonicalType } from '@dpone/sdk';
import { BadMessage, shown } from '../decode/bad-message.js';

const INSTANT = /^(-?\d{4,6})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?Z?)?$/;

function partsOf(text: string, type: CanonicalType): RegExpExecArray {
  const parts = INSTANT.exec(text);
  if (parts !== null) return parts;
  throw new BadMessage(`${shown(text)} is no ${typeName(type)}`);
}

/** Seconds since 1970 of a date or a timestamp of the rows lane. */
export function seconds(text: string, type: CanonicalType): bigint {
  const [year, month, day, hour, minute, second] = partsOf(text, type)
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  // Years below 100 are years of their own here, not of the last century.
  const date = new Date(0).setUTCFullYear(year!, month! - 1, day);
  return BigInt(date / 1000) + BigInt(hour! * 3600 + minute! * 60 + second!);
}

/** Units since 1970, so many digits behind the second. */
export function epoch(text: string, digits: number, type: CanonicalType): bigint {
  const fraction = partsOf(text, type)[7] ?? '';
  if (fraction.length > digits && /[1-9]/.test(fraction.slice(digits)))
    throw new BadMessage(`${shown(text)} is finer than ${typeName(type)}`);
  return seconds(text, type) * 10n ** BigInt(digits) + BigInt(fraction.slice(0, digits).padEnd(digits, '0'));
}
