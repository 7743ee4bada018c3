import type { PageBuffer } from './page-buffer.js';

/**
 * Appends fields `from` to `to` of a column to its page. `at` has the place of each field's length word in `source`
 * (and `bytes`, the same memory). One loop a type: within it every value takes the same path.
 */
export type Append = (
  page: PageBuffer,
  source: DataView,
  bytes: Buffer,
  at: Int32Array,
  from: number,
  to: number,
) => void;

/** Days, and the two words of microseconds, from 1970-01-01 to Postgres's 2000-01-01. */
const EPOCH_DAYS = 10_957;
const EPOCH_LOW = Number(946_684_800_000_000n & 0xffff_ffffn) | 0;
const EPOCH_HIGH = Number(946_684_800_000_000n >> 32n);
const MIN_INT32 = -0x8000_0000;
const MAX_INT32 = 0x7fff_ffff;

/** int2 as INT32. */
export const appendInt2: Append = (page, source, _bytes, at, from, to) => {
  page.reserve((to - from) * 4);
  const { view, rows } = page;
  let out = page.used;
  for (let i = from; i < to; i++) {
    const field = at[i]!;
    const length = source.getInt32(field);
    if (length === 2) {
      view.setInt32(out, source.getInt16(field + 4), true);
      out += 4;
    } else page.absent(rows + i - from, length);
  }
  page.used = out;
};

/** Any four bytes in the other order: int4, oid, float4. */
export const appendWord: Append = (page, source, _bytes, at, from, to) => {
  page.reserve((to - from) * 4);
  const { view, rows } = page;
  let out = page.used;
  for (let i = from; i < to; i++) {
    const field = at[i]!;
    const length = source.getInt32(field);
    if (length === 4) {
      view.setInt32(out, source.getInt32(field + 4), true);
      out += 4;
    } else page.absent(rows + i - from, length);
  }
  page.used = out;
};

/** Any eight bytes in the other order: int8, float8, time. */
export const appendLong: Append = (page, source, _bytes, at, from, to) => {
  page.reserve((to - from) * 8);
  const { view, rows } = page;
  let out = page.used;
  for (let i = from; i < to; i++) {
    const field = at[i]!;
    const length = source.getInt32(field);
    if (length === 8) {
      view.setInt32(out, source.getInt32(field + 8), true);
      view.setInt32(out + 4, source.getInt32(field + 4), true);
      out += 8;
    } else page.absent(rows + i - from, length);
  }
  page.used = out;
};

export const appendUuid: Append = (page, source, _bytes, at, from, to) => {
  page.reserve((to - from) * 16);
  const { view, rows } = page;
  let out = page.used;
  for (let i = from; i < to; i++) {
    const field = at[i]!;
    const length = source.getInt32(field);
    if (length === 16) {
      view.setInt32(out, source.getInt32(field + 4));
      view.setInt32(out + 4, source.getInt32(field + 8));
      view.setInt32(out + 8, source.getInt32(field + 12));
      view.setInt32(out + 12, source.getInt32(field + 16));
      out += 16;
    } else page.absent(rows + i - from, length);
  }
  page.used = out;
};

/** Bits, the least significant first; `used` stays a whole byte ahead of the last bit. */
export const appendBool: Append = (page, source, _bytes, at, from, to) => {
  page.reserve(((to - from) >>> 3) + 2);
  const { bytes, rows } = page;
  const start = page.used - page.size;
  let bit = rows - page.nulls;
  if (bit === 0) bytes[start] = 0;
  for (let i = from; i < to; i++) {
    const field = at[i]!;
    const length = source.getInt32(field);
    if (length === 1) {
      const place = start + (bit >>> 3);
      if ((bit & 7) === 0) bytes[place] = 0;
      bytes[place]! |= (source.getUint8(field + 4) === 0 ? 0 : 1) << (bit & 7);
      bit++;
    } else page.absent(rows + i - from, length);
  }
  page.used = start + ((bit + 7) >>> 3);
};

/** Infinity is the largest and the smallest number. */
export const appendDate: Append = (page, source, _bytes, at, from, to) => {
  page.reserve((to - from) * 4);
  const { view, rows } = page;
  let out = page.used;
  for (let i = from; i < to; i++) {
    const field = at[i]!;
    const length = source.getInt32(field);
    if (length === 4) {
      const days = source.getInt32(field + 4);
      if (days === MAX_INT32 || days === MIN_INT32) throw page.outOfRange('a parquet file has no infinite dates');
      view.setInt32(out, days + EPOCH_DAYS, true);
      out += 4;
    } else page.absent(rows + i - from, length);
  }
  page.used = out;
};

/** Adds 30 years in two words; what overflows is infinite or later than the year 294246. */
export const appendTimestamp: Append = (page, source, _bytes, at, from, to) => {
  page.reserve((to - from) * 8);
  const { view, rows } = page;
  let out = page.used;
  for (let i = from; i < to; i++) {
    const field = at[i]!;
    const length = source.getInt32(field);
    if (length === 8) {
      const high = source.getInt32(field + 4);
      const low = (source.getInt32(field + 8) + EPOCH_LOW) | 0;
      const sum = high + EPOCH_HIGH + (low >>> 0 < EPOCH_LOW >>> 0 ? 1 : 0);
      // Nothing finite lies below the first word of -infinity, and the last microsecond is read as infinity elsewhere.
      if (high === MIN_INT32 || sum > MAX_INT32 || (sum === MAX_INT32 && low === -1)) throw beyond(page, high);
      view.setInt32(out, low, true);
      view.setInt32(out + 4, sum, true);
      out += 8;
    } else page.absent(rows + i - from, length);
  }
  page.used = out;
};

const beyond = (page: PageBuffer, high: number): Error =>
  page.outOfRange(
    high === MAX_INT32 || high === MIN_INT32
      ? 'a parquet file has no infinite timestamps'
      : 'a timestamp after 294247-01-10 does not fit the microseconds of a parquet file',
  );
