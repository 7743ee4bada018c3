import { LONG } from './append-bytes.js';
import { outOfRange, writeNull, type FieldWriter, type PgTarget } from './field-writer.js';

/** A length word, in the other order, and the bytes. */
export const bytesWriter: FieldWriter = {
  measure: measureBytes(0),
  write(source, from, to, out) {
    const { at, view: input, bytes } = source;
    const { view, at: places } = out;
    for (let i = from; i < to; i++) {
      const value = at[i]!;
      if (value < 0) writeNull(out, i);
      else {
        const length = input.getInt32(value, true);
        const place = places[i]! + 4;
        view.setInt32(place - 4, length);
        if (length > LONG) out.bytes.set(bytes.subarray(value + 4, value + 4 + length), place);
        else copyShort(input, value + 4, view, place, length);
        places[i] = place + length;
      }
    }
  },
};

/** jsonb begins with its version, 1. */
export const jsonbWriter: FieldWriter = {
  measure: measureBytes(1),
  write(source, from, to, out) {
    const { at, view: input, bytes } = source;
    const { view, at: places } = out;
    for (let i = from; i < to; i++) {
      const value = at[i]!;
      if (value < 0) writeNull(out, i);
      else {
        const length = input.getInt32(value, true);
        const place = places[i]! + 5;
        view.setInt32(place - 5, length + 1);
        view.setUint8(place - 1, 1);
        if (length > LONG) out.bytes.set(bytes.subarray(value + 4, value + 4 + length), place);
        else copyShort(input, value + 4, view, place, length);
        places[i] = place + length;
      }
    }
  },
};

/** As {@link bytesWriter}; a text of Postgres has no U+0000 (https://www.postgresql.org/docs/current/datatype-character.html). */
export function textWriter(target: PgTarget): FieldWriter {
  return {
    measure: measureBytes(0),
    write(source, from, to, out) {
      const { at, view: input, bytes } = source;
      const { view, at: places } = out;
      for (let i = from; i < to; i++) {
        const value = at[i]!;
        if (value < 0) writeNull(out, i);
        else {
          const length = input.getInt32(value, true);
          const place = places[i]! + 4;
          view.setInt32(place - 4, length);
          if (length > LONG) {
            const text = bytes.subarray(value + 4, value + 4 + length);
            if (text.includes(0)) throw nul(target);
            out.bytes.set(text, place);
          } else if (copyShort(input, value + 4, view, place, length)) throw nul(target);
          places[i] = place + length;
        }
      }
    },
  };
}

const nul = (target: PgTarget): Error =>
  outOfRange(target, 'a text has a NUL character (U+0000), which Postgres cannot hold');

function measureBytes(more: number): FieldWriter['measure'] {
  return ({ at, view }, rows, sizes) => {
    for (let i = 0; i < rows; i++) {
      const place = at[i]!;
      sizes[i]! += place < 0 ? 4 : 4 + more + view.getInt32(place, true);
    }
  };
}

/** Copies by words; tells whether a byte is 0 (https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord). */
function copyShort(input: DataView, from: number, out: DataView, to: number, length: number): boolean {
  let zeros = 0;
  let k = 0;
  for (const words = length - 3; k < words; k += 4) {
    const word = input.getInt32(from + k, true);
    zeros |= (word - 0x0101_0101) & ~word;
    out.setInt32(to + k, word, true);
  }
  zeros &= 0x8080_8080;
  for (; k < length; k++) {
    const byte = input.getUint8(from + k);
    zeros |= (byte - 1) >> 31;
    out.setUint8(to + k, byte);
  }
  return zeros !== 0;
}
