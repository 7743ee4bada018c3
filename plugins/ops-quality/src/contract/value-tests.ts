import { fail, isJsonObject, isRawNumber, parseExactJson, type ExactJson } from '@dpone/sdk';
import type { OdcsLogicalType } from '@dpone/sdk/odcs';
import { jsonText, numberText, parsedJson, plainText, textOf } from '../compare/canonical-text.js';
import { compareMeasurements, type Measurement } from '../measurement.js';

/** Whether a value that is there keeps a rule. */
export type ValueTest = (value: unknown) => boolean;

const isNumber = (value: unknown): boolean => typeof value === 'bigint' || Number.isFinite(value) || isRawNumber(value);

const matches =
  (pattern: RegExp): ValueTest =>
  (value) =>
    typeof value === 'string' && pattern.test(value);

/** The same of values of JSON, which say themselves what they are. */
export const VALUE_TYPES: Readonly<Record<OdcsLogicalType, ValueTest>> = {
  string: (value) => typeof value === 'string',
  date: matches(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/),
  timestamp: (value) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value) && !Number.isNaN(Date.parse(value)),
  time: matches(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/),
  number: isNumber,
  integer: (value) => isNumber(value) && !numberText(value).includes('.'),
  object: (value) => isJsonObject(value) && !isRawNumber(value),
  array: (value) => Array.isArray(value),
  boolean: (value) => typeof value === 'boolean',
};

/** A number from a value of either lane: decimals travel as texts. Undefined where it is none. */
function measured(value: unknown): Measurement | undefined {
  if (typeof value === 'number' || typeof value === 'bigint' || isRawNumber(value)) return value;
  if (typeof value !== 'string' || !/^-?\d+(\.\d+)?$/.test(value)) return undefined;
  return parseExactJson(numberText(value)) as Measurement;
}

/** Orders a value and a bound: as numbers, or as moments of time. NaN where they cannot be ordered. */
function order(value: unknown, bound: ExactJson, logical: OdcsLogicalType): number {
  if (logical === 'number' || logical === 'integer') {
    const [a, b] = [measured(value), measured(bound)];
    return a === undefined || b === undefined ? NaN : compareMeasurements(a, b);
  }
  const meaning = logical === 'time' ? 'time' : 'timestamp';
  const [a, b] = [textOf(value, meaning), textOf(bound, meaning)];
  return a === null || b === null ? NaN : a < b ? -1 : a > b ? 1 : 0;
}

const json = (value: unknown): unknown => (typeof value === 'string' ? parsedJson(value) : value);
const items = (value: unknown): readonly unknown[] => {
  const list = json(value);
  return Array.isArray(list) ? (list as unknown[]) : [];
};
const members = (value: unknown): readonly string[] => {
  const object = json(value);
  return typeof object === 'object' && object !== null ? Object.keys(object) : [];
};
const lengthOf = (value: unknown): number => Array.from(String(value)).length;

/** Whole multiples, exactly: both are made integers by the same power of ten. */
function isMultiple(value: unknown, of: ExactJson): boolean {
  const [a, b] = [value, of].map((number) => numberText(typeof number === 'string' ? measured(number) : number));
  const digits = Math.max(...[a!, b!].map((text) => text.split('.')[1]?.length ?? 0));
  const whole = (text: string): bigint => {
    const [before = '0', after = ''] = text.split('.');
    return BigInt(before + after.padEnd(digits, '0'));
  };
  try {
    return whole(b!) !== 0n && whole(a!) % whole(b!) === 0n;
  } catch {
    return false;
  }
}

const BITS = /^([iu])(8|16|32|64|128)$/;

function fitsBits(format: string): ValueTest | undefined {
  const [, sign, bits] = BITS.exec(format) ?? [];
  if (bits === undefined) return undefined;
  const most = sign === 'u' ? 2n ** BigInt(bits) - 1n : 2n ** (BigInt(bits) - 1n) - 1n;
  const least = sign === 'u' ? 0n : -(2n ** (BigInt(bits) - 1n));
  return (value) => {
    const number = measured(value);
    return number !== undefined && compareMeasurements(number, least) >= 0 && compareMeasurements(number, most) <= 0;
  };
}

/** A test of an option of a logical type; undefined where this gate has none for it. */
export function optionTest(
  option: string,
  bound: ExactJson,
  logical: OdcsLogicalType,
  formats: Readonly<Record<string, ValueTest>>,
  where: string,
): ValueTest | undefined {
  const number = Number(isRawNumber(bound) ? bound.rawJSON : bound);
  switch (option) {
    case 'minLength':
      return (value) => lengthOf(value) >= number;
    case 'maxLength':
      return (value) => lengthOf(value) <= number;
    case 'pattern': {
      const pattern = regularExpression(plainText(bound), where);
      return (value) => pattern.test(String(value));
    }
    case 'format':
      return logical === 'string'
        ? formats[plainText(bound)]
        : logical === 'integer'
          ? fitsBits(plainText(bound))
          : undefined;
    case 'minimum':
      return (value) => order(value, bound, logical) >= 0;
    case 'maximum':
      return (value) => order(value, bound, logical) <= 0;
    case 'exclusiveMinimum':
      return (value) => order(value, bound, logical) > 0;
    case 'exclusiveMaximum':
      return (value) => order(value, bound, logical) < 0;
    case 'multipleOf':
      return (value) => isMultiple(value, bound);
    case 'minItems':
      return (value) => items(value).length >= number;
    case 'maxItems':
      return (value) => items(value).length <= number;
    case 'uniqueItems':
      return bound === true ? (value) => new Set(items(value).map(jsonText)).size === items(value).length : () => true;
    case 'minProperties':
      return (value) => members(value).length >= number;
    case 'maxProperties':
      return (value) => members(value).length <= number;
    case 'required':
      return (value) => Array.isArray(bound) && bound.every((name) => members(value).includes(String(name)));
    default:
      return undefined;
  }
}

export function regularExpression(pattern: string, where: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    throw fail('DPONE_INPUT_INVALID', 'A pattern of the contract is no regular expression.', { where });
  }
}
