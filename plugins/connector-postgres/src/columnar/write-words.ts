import { measureFixed, outOfRange, writeNull, type FieldWriter, type PgTarget } from './field-writer.js';

/** One loop a type: within it every value takes the same path. */
export const boolWriter: FieldWriter = {
  measure: measureFixed(1),
  write(source, from, to, out) {
    const { at } = source;
    const { view, at: places } = out;
    for (let i = from; i < to; i++) {
      const value = at[i]!;
      if (value < 0) writeNull(out, i);
      else {
        const place = places[i]!;
        view.setInt32(place, 1);
        view.setUint8(place + 4, value);
        places[i] = place + 5;
      }
    }
  },
};

/** Four bytes in the other order: int4 of INT32, float4 of FLOAT. */
export const wordWriter: FieldWriter = {
  measure: measureFixed(4),
  write(source, from, to, out) {
    const { at, view: input } = source;
    const { view, at: places } = out;
    for (let i = from; i < to; i++) {
      const value = at[i]!;
      if (value < 0) writeNull(out, i);
      else {
        const place = places[i]!;
        view.setInt32(place, 4);
        view.setInt32(place + 4, input.getInt32(value, true));
        places[i] = place + 8;
      }
    }
  },
};

/** Eight bytes in the other order: int8 of INT64, float8 of DOUBLE. */
export const longWriter: FieldWriter = {
  measure: measureFixed(8),
  write(source, from, to, out) {
    const { at, view: input } = source;
    const { view, at: places } = out;
    for (let i = from; i < to; i++) {
      const value = at[i]!;
      if (value < 0) writeNull(out, i);
      else {
        const place = places[i]!;
        view.setInt32(place, 8);
        view.setInt32(place + 4, input.getInt32(value + 4, true));
        view.setInt32(place + 8, input.getInt32(value, true));
        places[i] = place + 12;
      }
    }
  },
};

export const uuidWriter: FieldWriter = {
  measure: measureFixed(16),
  write(source, from, to, out) {
    const { at, view: input } = source;
    const { view, at: places } = out;
    for (let i = from; i < to; i++) {
      const value = at[i]!;
      if (value < 0) writeNull(out, i);
      else {
        const place = places[i]!;
        view.setInt32(place, 16);
        view.setInt32(place + 4, input.getInt32(value));
        view.setInt32(place + 8, input.getInt32(value + 4));
        view.setInt32(place + 12, input.getInt32(value + 8));
        view.setInt32(place + 16, input.getInt32(value + 12));
        places[i] = place + 20;
      }
    }
  },
};

const SIZES = { int2: 2, int4: 4, int8: 8, float4: 4, float8: 8 } as const;
type NumberType = keyof typeof SIZES;

/**
 * Numbers that are not merely turned round: integers of another width, floats of another width, integers as floats.
 * `read` gives the value as a double; where that is not the value itself it must give NaN, unless `nan` is allowed.
 */
export function numberWriter(
  target: PgTarget & { readonly type: NumberType },
  read: (view: DataView, at: number) => number,
  nan: boolean,
): FieldWriter {
  const { type } = target;
  const size = SIZES[type];
  // A float8 holds whatever was read, a float4 what rounding leaves alone.
  const limit = type === 'float4' || type === 'float8' ? Number.POSITIVE_INFINITY : 2 ** (8 * size - 1);
  const most = type === 'float4' || type === 'float8' ? limit : limit - 1;
  const misfit = (): Error => outOfRange(target, `a number does not fit ${type}`);
  return {
    measure: measureFixed(size),
    write(source, from, to, out) {
      for (let i = from; i < to; i++) {
        if (source.at[i]! < 0) {
          writeNull(out, i);
          continue;
        }
        const value = read(source.view, source.at[i]!);
        if (!(value >= -limit && value <= most) && !(nan && Number.isNaN(value))) throw misfit();
        if (type === 'float4' && !Object.is(Math.fround(value), value)) throw misfit();
        const place = out.at[i]!;
        out.view.setInt32(place, size);
        put(type, out.view, place + 4, value);
        out.at[i] = place + 4 + size;
      }
    },
  };
}

function put(type: NumberType, view: DataView, at: number, value: number): void {
  switch (type) {
    case 'int2':
      view.setInt16(at, value);
      break;
    case 'int4':
      view.setInt32(at, value);
      break;
    case 'int8':
      view.setInt32(at, Math.floor(value / 4_294_967_296));
      view.setUint32(at + 4, value - Math.floor(value / 4_294_967_296) * 4_294_967_296);
      break;
    case 'float4':
      view.setFloat32(at, value);
      break;
    case 'float8':
      view.setFloat64(at, value);
  }
}

export const readInt32 = (view: DataView, at: number): number => view.getInt32(at, true);
export const readUint32 = (view: DataView, at: number): number => view.getUint32(at, true);
export const readFloat = (view: DataView, at: number): number => view.getFloat32(at, true);
export const readDouble = (view: DataView, at: number): number => view.getFloat64(at, true);

/** NaN beyond 2^53, where doubles are not whole numbers any more. */
export function readInt64(view: DataView, at: number): number {
  const value = view.getInt32(at + 4, true) * 4_294_967_296 + view.getUint32(at, true);
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

export function readUint64(view: DataView, at: number): number {
  const value = view.getUint32(at + 4, true) * 4_294_967_296 + view.getUint32(at, true);
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

/** uint64 whose upper half no int8 holds: the words as they are, once their sign bit is known to be 0. */
export function unsignedLongWriter(target: PgTarget): FieldWriter {
  return {
    measure: measureFixed(8),
    write(source, from, to, out) {
      for (let i = from; i < to; i++)
        if (source.at[i]! >= 0 && source.view.getInt32(source.at[i]! + 4, true) < 0)
          throw outOfRange(target, 'a number does not fit int8');
      longWriter.write(source, from, to, out);
    },
  };
}
