import { outOfRange, writeNull, type FieldWriter, type PgTarget } from './field-writer.js';
import { NumericEncoder, SLOT } from './numeric-encode.js';
import type { PlainColumn } from './parquet-column.js';

/** Encodes when it measures, as the length depends on the digits; writing then only copies. */
export function numericWriter(column: PlainColumn, target: PgTarget): FieldWriter {
  const encoder = new NumericEncoder(column);
  const fractionDigits = target.scale ?? Number.POSITIVE_INFINITY;
  const integerDigits = (target.precision ?? Number.POSITIVE_INFINITY) - (target.scale ?? 0);
  let encoded = new DataView(new ArrayBuffer(0));
  let lengths = new Int32Array(0);
  return {
    measure({ view, at }, rows, sizes) {
      if (lengths.length < rows) {
        lengths = new Int32Array(rows);
        encoded = new DataView(new ArrayBuffer(rows * SLOT));
      }
      for (let i = 0; i < rows; i++) {
        const place = at[i]!;
        if (place < 0) sizes[i]! += 4;
        else {
          const length = encoder.encode(view, place, encoded, i * SLOT);
          if (encoder.fractionDigits > fractionDigits || encoder.integerDigits > integerDigits)
            throw outOfRange(target, `a number has more digits than numeric(${target.precision},${target.scale})`);
          lengths[i] = length;
          sizes[i]! += 4 + length;
        }
      }
    },
    write({ at }, from, to, out) {
      const { view, at: places } = out;
      for (let i = from; i < to; i++) {
        if (at[i]! < 0) writeNull(out, i);
        else {
          const length = lengths[i]!;
          const place = places[i]!;
          const slot = i * SLOT;
          view.setInt32(place, length);
          for (let k = 0; k < length; k += 2) view.setInt16(place + 4 + k, encoded.getInt16(slot + k));
          places[i] = place + 4 + length;
        }
      }
    },
  };
}
