import type { Append } from './append-fixed.js';
import { decimalShape, shortDecimal, toWords, wideDecimal } from './numeric-decode.js';
import type { PageBuffer } from './page-buffer.js';
import { decimalBytes } from './parquet-schema.js';

/** Bytes of a numeric without digits. */
const HEAD = 8;

/** numeric as a decimal of INT32, INT64 or FIXED_LEN_BYTE_ARRAY, by its precision. */
export function appendDecimal(precision: number, scale: number): Append {
  if (precision <= 9) return appendDecimal32(precision, scale);
  return precision <= 18 ? appendDecimal64(precision, scale) : appendDecimal128(precision, scale);
}

const whole = (source: DataView, field: number, length: number): boolean =>
  length >= HEAD && length === HEAD + 2 * source.getInt16(field + 4);

function appendDecimal32(precision: number, scale: number): Append {
  const shape = decimalShape(precision, scale);
  const { limit } = shape;
  return (page, source, _bytes, at, from, to) => {
    page.reserve((to - from) * 4);
    const { view, rows } = page;
    let out = page.used;
    for (let i = from; i < to; i++) {
      const field = at[i]!;
      const length = source.getInt32(field);
      if (whole(source, field, length)) {
        const value = shortDecimal(source, field + 4, shape);
        // Written so that NaN fails too.
        if (!(value < limit && value > -limit)) throw beyond(page, source, field + 4, precision, scale);
        view.setInt32(out, value, true);
        out += 4;
      } else page.absent(rows + i - from, length);
    }
    page.used = out;
  };
}

function appendDecimal64(precision: number, scale: number): Append {
  const shape = decimalShape(precision, scale);
  const limit = precision <= 15 ? shape.limit : 1e15;
  const words = new Float64Array(4);
  return (page, source, _bytes, at, from, to) => {
    page.reserve((to - from) * 8);
    const { view, rows } = page;
    let out = page.used;
    for (let i = from; i < to; i++) {
      const field = at[i]!;
      const length = source.getInt32(field);
      if (whole(source, field, length)) {
        const value = shortDecimal(source, field + 4, shape);
        if (value < limit && value > -limit) {
          const high = Math.floor(value / 4_294_967_296);
          view.setUint32(out, value - high * 4_294_967_296, true);
          view.setInt32(out + 4, high, true);
        } else {
          if (!wideDecimal(source, field + 4, shape, words)) throw beyond(page, source, field + 4, precision, scale);
          view.setUint32(out, words[0]!, true);
          view.setUint32(out + 4, words[1]!, true);
        }
        out += 8;
      } else page.absent(rows + i - from, length);
    }
    page.used = out;
  };
}

function appendDecimal128(precision: number, scale: number): Append {
  const shape = decimalShape(precision, scale);
  const width = decimalBytes(precision);
  const words = new Float64Array(4);
  return (page, source, _bytes, at, from, to) => {
    page.reserve((to - from) * width);
    const { view, rows } = page;
    let out = page.used;
    for (let i = from; i < to; i++) {
      const field = at[i]!;
      const length = source.getInt32(field);
      if (whole(source, field, length)) {
        const value = shortDecimal(source, field + 4, shape);
        if (value < 1e15 && value > -1e15) toWords(value, words);
        else if (!wideDecimal(source, field + 4, shape, words)) throw beyond(page, source, field + 4, precision, scale);
        // Big-endian: whole words from the end, then what is left of the first one.
        let end = out + width;
        let k = 0;
        for (; end - out >= 4; k++) {
          end -= 4;
          view.setUint32(end, words[k]!);
        }
        for (let rest = words[k] ?? 0; end > out; rest = Math.floor(rest / 256)) view.setUint8(--end, rest % 256);
        out += width;
      } else page.absent(rows + i - from, length);
    }
    page.used = out;
  };
}

function beyond(page: PageBuffer, source: DataView, at: number, precision: number, scale: number): Error {
  const sign = source.getUint16(at + 4);
  return page.outOfRange(
    sign === 0 || sign === 0x4000
      ? `a number has more digits than decimal(${precision},${scale})`
      : 'a decimal of a parquet file is neither NaN nor infinite',
  );
}
