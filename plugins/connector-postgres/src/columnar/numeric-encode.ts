import type { PlainColumn } from './parquet-column.js';

const WORD = 4_294_967_296;
/** Bytes in front of a numeric's digits. */
const HEAD = 8;
const NEGATIVE = 0x4000;
/** Digits of base 10,000 that 39 decimal digits need at most, wherever the point is. */
const MOST = 12;
/** Bytes of one encoded number at most, whole words. */
export const SLOT = HEAD + 2 * MOST;
const DIVISORS = [10_000, 10, 100, 1000] as const;
const FACTORS = [1, 1000, 100, 10] as const;

/** Turns unscaled integers of one scale into Postgres's binary form of numeric. */
export class NumericEncoder {
  private readonly digits = new Int32Array(MOST + 4);
  /** A number that no double holds, without its sign. */
  private readonly words = new Float64Array(4);
  private negative = false;
  /** Groups of four digits after the point, the last perhaps in part. */
  private readonly fractions: number;
  /** The last group: its digits as a power of ten, and what makes it whole. 10,000 and 1 where it is whole. */
  private readonly divisor: number;
  private readonly factor: number;
  private readonly read: (view: DataView, at: number) => number;
  /** Decimal digits of the number encoded last: before the point, and after it without zeros at the end. */
  integerDigits = 0;
  fractionDigits = 0;

  constructor(private readonly column: PlainColumn) {
    this.fractions = Math.ceil(column.scale / 4);
    this.divisor = DIVISORS[column.scale % 4]!;
    this.factor = FACTORS[column.scale % 4]!;
    this.read = this.reader();
  }

  /** Writes the number at `at` of `source` to `to` of `out`; returns its bytes. */
  encode(source: DataView, at: number, out: DataView, to: number): number {
    const value = this.read(source, at);
    const negative = value < 0;
    let place = this.digits.length;
    if (Number.isNaN(value)) return this.finish(out, to, this.wide(), this.negative);
    let rest = negative ? -value : value;
    if (this.factor !== 1) {
      const quotient = Math.floor(rest / this.divisor);
      this.digits[--place] = (rest - quotient * this.divisor) * this.factor;
      rest = quotient;
    }
    while (rest > 0) {
      const quotient = Math.floor(rest / 10_000);
      this.digits[--place] = rest - quotient * 10_000;
      rest = quotient;
    }
    return this.finish(out, to, place, negative);
  }

  /** Digits of `words`. */
  private wide(): number {
    let place = this.digits.length;
    if (this.factor !== 1) this.digits[--place] = this.divide(this.divisor) * this.factor;
    const { words } = this;
    while (words[0]! > 0 || words[1]! > 0 || words[2]! > 0 || words[3]! > 0) this.digits[--place] = this.divide(10_000);
    return place;
  }

  /** Divides `words` and returns the remainder. */
  private divide(divisor: number): number {
    const { words } = this;
    let rest = 0;
    for (let k = 3; k >= 0; k--) {
      const part = rest * WORD + words[k]!;
      const quotient = Math.floor(part / divisor);
      words[k] = quotient;
      rest = part - quotient * divisor;
    }
    return rest;
  }

  /** Head and digits from `first` on, without zeros at either end. */
  private finish(out: DataView, to: number, first: number, negative: boolean): number {
    const { digits } = this;
    let start = first;
    let end = digits.length;
    let weight = end - first - this.fractions - 1;
    while (end > start && digits[end - 1] === 0) end--;
    for (; start < end && digits[start] === 0; start++) weight--;
    const count = end - start;
    if (count === 0) weight = 0;
    out.setInt16(to, count);
    out.setInt16(to + 2, weight);
    out.setInt16(to + 4, negative && count > 0 ? NEGATIVE : 0);
    out.setInt16(to + 6, this.column.scale);
    for (let i = 0; i < count; i++) out.setInt16(to + HEAD + 2 * i, digits[start + i]!);
    this.integerDigits = count === 0 || weight < 0 ? 0 : 4 * weight + decimalDigits(digits[start]!);
    this.fractionDigits = count === 0 ? 0 : Math.max(0, 4 * (count - 1 - weight) - zerosAtEnd(digits[end - 1]!));
    return HEAD + 2 * count;
  }

  /** Reads the unscaled value where a double holds it; else fills `words` and returns NaN. */
  private reader(): (view: DataView, at: number) => number {
    const { physical, unsigned, width } = this.column;
    if (physical === 'INT32')
      return unsigned ? (view, at) => view.getUint32(at, true) : (view, at) => view.getInt32(at, true);
    if (physical === 'INT64')
      return unsigned
        ? (view, at) => this.long(0, view.getUint32(at + 4, true), view.getUint32(at, true))
        : (view, at) => {
            const high = view.getInt32(at + 4, true);
            return this.long(high < 0 ? -1 : 0, high, view.getUint32(at, true));
          };
    if (width === 16)
      return (view, at) => {
        const top = view.getInt32(at);
        const second = view.getInt32(at + 4);
        const high = view.getInt32(at + 8);
        if (
          top === second &&
          (top === 0 || top === -1) &&
          high >= -0x1f_ffff &&
          high <= 0x1f_ffff &&
          high < 0 === top < 0
        )
          return this.long(top, high, view.getUint32(at + 12));
        return this.load(top, second, high, view.getUint32(at + 12));
      };
    return (view, at) => this.anyWidth(view, at, width);
  }

  private long(sign: number, high: number, low: number): number {
    if (high >= -0x1f_ffff && high <= 0x1f_ffff) return high * WORD + low;
    return this.load(sign, sign, high, low);
  }

  /** Big-endian two's complement of 1 to 16 bytes. */
  private anyWidth(view: DataView, at: number, width: number): number {
    const parts = [0, 0, 0, 0];
    const sign = view.getInt8(at) < 0 ? 255 : 0;
    for (let i = 0; i < 16; i++) {
      const byte = i < width ? view.getUint8(at + width - 1 - i) : sign;
      parts[i >>> 2]! |= byte << (8 * (i & 3));
    }
    return this.load(parts[3]!, parts[2]!, parts[1]!, parts[0]!);
  }

  private load(top: number, second: number, high: number, low: number): number {
    const { words } = this;
    words[0] = low >>> 0;
    words[1] = high >>> 0;
    words[2] = second >>> 0;
    words[3] = top >>> 0;
    this.negative = top < 0;
    if (this.negative) {
      let carry = 1;
      for (let k = 0; k < 4; k++) {
        const inverted = WORD - 1 - words[k]! + carry;
        carry = inverted === WORD ? 1 : 0;
        words[k] = carry === 1 ? 0 : inverted;
      }
    }
    return Number.NaN;
  }
}

const decimalDigits = (digit: number): number => (digit < 10 ? 1 : digit < 100 ? 2 : digit < 1000 ? 3 : 4);
const zerosAtEnd = (digit: number): number =>
  digit % 10 !== 0 ? 0 : digit % 100 !== 0 ? 1 : digit % 1000 !== 0 ? 2 : 3;
