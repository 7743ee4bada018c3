import { measureFixed, outOfRange, writeNull, type FieldWriter, type Located, type PgTarget } from './field-writer.js';
import type { TimeUnit } from './parquet-format.js';

/**
 * Postgres's bounds: https://github.com/postgres/postgres/blob/master/src/include/datatype/timestamp.h
 * (4713 BC to 294276 AD, dates to 5874897 AD). Infinity is the largest and the smallest number there; DuckDB, which
 * writes the files read here, keeps infinity as the largest number and its negative.
 */
const EPOCH_DAYS = 10_957;
const FIRST_DAY = -2_451_545;
const BEHIND_LAST_DAY = 2_145_031_949;
const EPOCH_MICROS = 946_684_800_000_000n;
const EPOCH_LOW = Number(EPOCH_MICROS & 0xffff_ffffn);
const EPOCH_HIGH = Number(EPOCH_MICROS >> 32n);
const FIRST_MICROS = -211_813_488_000_000_000n;
const FIRST_LOW = Number(FIRST_MICROS & 0xffff_ffffn);
const FIRST_HIGH = Number(FIRST_MICROS >> 32n);
const DAY_MICROS = 86_400_000_000;
const WORD = 4_294_967_296;
const MAX = 0x7fff_ffff;
const MIN = -0x8000_0000;

export function dateWriter(target: PgTarget): FieldWriter {
  return {
    measure: measureFixed(4),
    write(source, from, to, out) {
      const { at, view: input } = source;
      const { view, at: places } = out;
      for (let i = from; i < to; i++) {
        const value = at[i]!;
        if (value < 0) writeNull(out, i);
        else {
          const unix = input.getInt32(value, true);
          let days = unix - EPOCH_DAYS;
          if (days < FIRST_DAY || days >= BEHIND_LAST_DAY) {
            if (unix !== MAX && unix !== -MAX) throw outOfRange(target, 'a date is outside of 4713 BC to 5874897 AD');
            days = unix === MAX ? MAX : MIN;
          }
          const place = places[i]!;
          view.setInt32(place, 4);
          view.setInt32(place + 4, days);
          places[i] = place + 8;
        }
      }
    },
  };
}

/** Microseconds, moved by 30 years in two words. */
export function microsWriter(target: PgTarget): FieldWriter {
  const step = stepOf(target);
  return {
    measure: measureFixed(8),
    write(source, from, to, out) {
      const { at, view: input } = source;
      for (let i = from; i < to; i++) {
        const value = at[i]!;
        if (value < 0) writeNull(out, i);
        else putTimestamp(target, step, out, i, input.getInt32(value + 4, true), input.getUint32(value, true));
      }
    },
  };
}

/** Milliseconds or nanoseconds; of the latter only whole microseconds. */
export function otherUnitWriter(target: PgTarget, unit: 'millis' | 'nanos'): FieldWriter {
  const step = stepOf(target);
  return {
    measure: measureFixed(8),
    write({ at, view }, from, to, out) {
      for (let i = from; i < to; i++) {
        if (at[i]! < 0) {
          writeNull(out, i);
          continue;
        }
        const low = view.getUint32(at[i]!, true);
        const high = view.getInt32(at[i]! + 4, true);
        if (infinite(high, low)) putTimestamp(target, step, out, i, high, low);
        else if (unit === 'millis') {
          const carry = Math.floor((low * 1000) / WORD);
          const scaled = high * 1000 + carry;
          if (scaled > MAX || scaled < MIN) throw beyond(target);
          putTimestamp(target, step, out, i, scaled, low * 1000 - carry * WORD);
        } else {
          const quotient = Math.floor(high / 1000);
          const rest = (high - quotient * 1000) * WORD + low;
          if (rest % 1000 !== 0) throw tooFine(target);
          // One quotient of two words never needs a third: the remainder is below 1,000.
          putTimestamp(target, step, out, i, quotient, rest / 1000);
        }
      }
    },
  };
}

/** A date as the midnight it begins with. */
export function midnightWriter(target: PgTarget): FieldWriter {
  return {
    measure: measureFixed(8),
    write({ at, view }, from, to, out) {
      for (let i = from; i < to; i++) {
        if (at[i]! < 0) {
          writeNull(out, i);
          continue;
        }
        const days = view.getInt32(at[i]!, true);
        if (days === MAX || days === -MAX)
          putTimestamp(target, 1, out, i, days === MAX ? MAX : MIN, days === MAX ? WORD - 1 : 1);
        else {
          const micros = BigInt(days) * BigInt(DAY_MICROS);
          if (BigInt.asIntN(64, micros) !== micros) throw beyond(target);
          putTimestamp(target, 1, out, i, Number(micros >> 32n), Number(micros & 0xffff_ffffn));
        }
      }
    },
  };
}

export function timeWriter(target: PgTarget, unit: TimeUnit): FieldWriter {
  const step = stepOf(target);
  return {
    measure: measureFixed(8),
    write({ at, view }, from, to, out) {
      for (let i = from; i < to; i++) {
        if (at[i]! < 0) {
          writeNull(out, i);
          continue;
        }
        const raw =
          unit === 'millis'
            ? view.getInt32(at[i]!, true) * 1000
            : view.getInt32(at[i]! + 4, true) * WORD + view.getUint32(at[i]!, true);
        const micros = unit === 'nanos' ? raw / 1000 : raw;
        if (!(micros >= 0 && micros <= DAY_MICROS)) throw outOfRange(target, 'a time is outside of 00:00 to 24:00');
        if (micros % step !== 0) throw tooFine(target);
        const place = out.at[i]!;
        out.view.setInt32(place, 8);
        out.view.setInt32(place + 4, Math.floor(micros / WORD));
        out.view.setUint32(place + 8, micros % WORD);
        out.at[i] = place + 12;
      }
    },
  };
}

/** -infinity is one more than the smallest number: the word 0x80000000, then 1. */
const infinite = (high: number, low: number): boolean =>
  (high === MAX && low === WORD - 1) || (high === MIN && low === 1);

/** Writes microseconds since 1970, given as a signed and an unsigned word. */
function putTimestamp(target: PgTarget, step: number, out: Located, row: number, high: number, low: number): void {
  let pgLow = low - EPOCH_LOW;
  let pgHigh = high - EPOCH_HIGH;
  if (pgLow < 0) {
    pgLow += WORD;
    pgHigh--;
  }
  if (pgHigh <= FIRST_HIGH && (pgHigh < FIRST_HIGH || pgLow < FIRST_LOW)) {
    if (!infinite(high, low)) throw beyond(target);
    pgHigh = MIN;
    pgLow = 0;
  } else if (high === MAX && low === WORD - 1) {
    pgHigh = MAX;
    pgLow = low;
  } else if (step !== 1 && ((pgHigh % step) * (WORD % step) + (pgLow % step)) % step !== 0) throw tooFine(target);
  const { view, at } = out;
  const place = at[row]!;
  view.setInt32(place, 8);
  view.setInt32(place + 4, pgHigh);
  view.setUint32(place + 8, pgLow);
  at[row] = place + 12;
}

/** Microseconds in the finest fraction of a second that the target keeps. */
const stepOf = (target: PgTarget): number => 10 ** (6 - Math.min(6, target.precision ?? 6));

const beyond = (target: PgTarget): Error => outOfRange(target, 'a timestamp is outside of 4713 BC to 294276 AD');

const tooFine = (target: PgTarget): Error =>
  outOfRange(target, `a fraction of a second has more than ${target.precision ?? 6} digits`);
