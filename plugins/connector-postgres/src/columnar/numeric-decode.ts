/**
 * Postgres sends a numeric as ndigits, weight, sign and dscale, then digits of base 10,000, the first of them not 0
 * (https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/numeric.c, numeric_send).
 */
const NEGATIVE = 0x4000;
const DIGITS = 8;

/** How a decimal's scale lies on digits of base 10,000. */
export interface DecimalShape {
  readonly precision: number;
  /** Groups of four digits after the point that the scale holds whole. */
  readonly groups: number;
  /** Digits of the group that the scale holds in part, as a power of ten: 1, 10, 100 or 1,000. */
  readonly part: number;
  /** What is dropped of that group, as a power of ten. */
  readonly dropped: number;
  /** The first number that has too many digits; only compared where it is exact. */
  readonly limit: number;
}

export function decimalShape(precision: number, scale: number): DecimalShape {
  const rest = scale % 4;
  return {
    precision,
    groups: Math.floor(scale / 4),
    part: 10 ** rest,
    dropped: 10 ** (4 - rest),
    limit: 10 ** precision,
  };
}

/**
 * The unscaled value where it has at most 15 digits: exact in a double. NaN where it has more, and where the number is
 * NaN, infinite, or has digits beyond the scale.
 */
export function shortDecimal(source: DataView, at: number, shape: DecimalShape): number {
  const count = source.getInt16(at);
  const sign = source.getUint16(at + 4);
  if (sign !== 0 && sign !== NEGATIVE) return Number.NaN;
  if (count === 0) return 0;
  const groups = source.getInt16(at + 2) + 1 + shape.groups;
  if (groups > 5) return Number.NaN;
  const digits = at + DIGITS;
  let value = 0;
  let i = 0;
  for (; i < groups && i < count; i++) value = value * 10_000 + source.getInt16(digits + 2 * i);
  for (let k = i; k < groups; k++) value *= 10_000;
  if (shape.part !== 1) {
    value *= shape.part;
    if (i === groups && i < count) {
      const digit = source.getInt16(digits + 2 * i);
      if (digit % shape.dropped !== 0) return Number.NaN;
      value += digit / shape.dropped;
      i++;
    }
  }
  for (; i < count; i++) if (source.getInt16(digits + 2 * i) !== 0) return Number.NaN;
  if (value >= 1e15) return Number.NaN;
  return sign === NEGATIVE ? -value : value;
}

/**
 * Puts the unscaled value into `words` (four of 32 bits, the least first, two's complement). False where the number is
 * not finite, has more digits than the precision, or digits beyond the scale.
 */
export function wideDecimal(source: DataView, at: number, shape: DecimalShape, words: Float64Array): boolean {
  words.fill(0);
  const count = source.getInt16(at);
  const sign = source.getUint16(at + 4);
  if (sign !== 0 && sign !== NEGATIVE) return false;
  if (count === 0) return true;
  const groups = source.getInt16(at + 2) + 1 + shape.groups;
  const digits = at + DIGITS;
  if (totalDigits(source.getInt16(digits), groups, shape) > shape.precision) return false;
  let i = 0;
  for (; i < groups; i++) multiplyAdd(words, 10_000, i < count ? source.getInt16(digits + 2 * i) : 0);
  if (shape.part !== 1) {
    const digit = i === groups && i < count ? source.getInt16(digits + 2 * i) : 0;
    if (digit % shape.dropped !== 0) return false;
    multiplyAdd(words, shape.part, digit / shape.dropped);
    if (i === groups) i++;
  }
  for (; i < count; i++) if (source.getInt16(digits + 2 * i) !== 0) return false;
  if (sign === NEGATIVE) negate(words);
  return true;
}

/** Decimal digits of the unscaled value whose first digit of base 10,000 is `first`; not exact below one. */
function totalDigits(first: number, groups: number, shape: DecimalShape): number {
  if (groups <= 0) return 0;
  const leading = first < 10 ? 1 : first < 100 ? 2 : first < 1000 ? 3 : 4;
  const partial = shape.part === 1 ? 0 : shape.part === 10 ? 1 : shape.part === 100 ? 2 : 3;
  return leading + 4 * (groups - 1) + partial;
}

function multiplyAdd(words: Float64Array, factor: number, addend: number): void {
  let carry = addend;
  for (let k = 0; k < 4; k++) {
    const product = words[k]! * factor + carry;
    carry = Math.floor(product / 4_294_967_296);
    words[k] = product - carry * 4_294_967_296;
  }
}

function negate(words: Float64Array): void {
  let carry = 1;
  for (let k = 0; k < 4; k++) {
    const inverted = 4_294_967_295 - words[k]! + carry;
    carry = inverted > 4_294_967_295 ? 1 : 0;
    words[k] = carry === 1 ? 0 : inverted;
  }
}

/** A number up to 2^53 in the form of {@link wideDecimal}. */
export function toWords(value: number, words: Float64Array): void {
  const high = Math.floor(value / 4_294_967_296);
  words[0] = value - high * 4_294_967_296;
  words[1] = high >>> 0;
  words[2] = words[3] = value < 0 ? 4_294_967_295 : 0;
}
