import { fail, typeName, type CanonicalType } from '@dpone/sdk';
import type { Physical } from './parquet-format.js';
import { CONVERTED, LOGICAL, PHYSICAL, REPETITION, TIME_UNIT } from './parquet-format.js';
import type { ThriftWriter } from './thrift-compact.js';

/** A column of a Parquet file as this module writes it. */
export interface ParquetLeaf {
  readonly name: string;
  readonly optional: boolean;
  readonly physical: Physical;
  /** Bytes a value of FIXED_LEN_BYTE_ARRAY. */
  readonly width?: number;
  readonly converted?: number;
  readonly decimal?: { readonly precision: number; readonly scale: number };
  /** Writes the member of the union LogicalType. */
  readonly logical?: (thrift: ThriftWriter) => void;
}

type Shape = Omit<ParquetLeaf, 'name' | 'optional'>;

const INTEGERS = {
  int8: [8, true, CONVERTED.INT_8],
  int16: [16, true, CONVERTED.INT_16],
  int32: [32, true, CONVERTED.INT_32],
  int64: [64, true, CONVERTED.INT_64],
  uint8: [8, false, CONVERTED.UINT_8],
  uint16: [16, false, CONVERTED.UINT_16],
  uint32: [32, false, CONVERTED.UINT_32],
  uint64: [64, false, CONVERTED.UINT_64],
} as const;

/** Why a column of this type cannot be written; undefined where it can. */
export function writerRefuses(type: CanonicalType): string | undefined {
  switch (type.kind) {
    case 'decimal':
      if (type.scale < 0 || type.scale > type.precision)
        return `a parquet decimal has 0 to ${type.precision} digits after the point`;
      return type.precision > 38 ? 'a decimal of a parquet file has at most 38 digits' : undefined;
    case 'time':
    case 'timestamp':
      return type.precision > 6 ? 'microseconds are the finest unit written here' : undefined;
    case 'interval':
      return 'a parquet interval keeps milliseconds, Postgres microseconds';
    case 'array':
    case 'struct':
    case 'map':
      return 'nested values are not transcoded';
    default:
      return undefined;
  }
}

/** How a canonical type is kept (https://github.com/apache/parquet-format/blob/master/LogicalTypes.md). */
export function parquetLeaf(name: string, type: CanonicalType, optional: boolean): ParquetLeaf {
  const refused = writerRefuses(type);
  if (refused !== undefined)
    throw fail('DPONE_NO_LANE', `column ${name} (${typeName(type)}) cannot be written to a parquet file: ${refused}`);
  return { name, optional, ...shapeOf(type) };
}

function shapeOf(type: CanonicalType): Shape {
  switch (type.kind) {
    case 'bool':
      return { physical: 'BOOLEAN' };
    case 'float32':
      return { physical: 'FLOAT' };
    case 'float64':
      return { physical: 'DOUBLE' };
    case 'bytes':
      return { physical: 'BYTE_ARRAY' };
    case 'string':
      return { physical: 'BYTE_ARRAY', converted: CONVERTED.UTF8, logical: (t) => t.empty(LOGICAL.STRING) };
    case 'json':
      return { physical: 'BYTE_ARRAY', converted: CONVERTED.JSON, logical: (t) => t.empty(LOGICAL.JSON) };
    case 'uuid':
      return { physical: 'FIXED', width: 16, logical: (t) => t.empty(LOGICAL.UUID) };
    case 'date':
      return { physical: 'INT32', converted: CONVERTED.DATE, logical: (t) => t.empty(LOGICAL.DATE) };
    case 'time':
      return instant(LOGICAL.TIME, CONVERTED.TIME_MICROS, false);
    case 'timestamp':
      return instant(LOGICAL.TIMESTAMP, CONVERTED.TIMESTAMP_MICROS, type.tz);
    case 'decimal':
      return decimal(type.precision, type.scale);
    case 'interval':
    case 'array':
    case 'struct':
    case 'map':
      throw fail('DPONE_INTERNAL', `parquet: no shape for ${typeName(type)}`);
    default: {
      const [bits, signed, converted] = INTEGERS[type.kind];
      const logical = (t: ThriftWriter): void =>
        t.struct(LOGICAL.INTEGER, () => {
          t.i8(1, bits);
          t.bool(2, signed);
        });
      return { physical: bits === 64 ? 'INT64' : 'INT32', converted, logical };
    }
  }
}

/** The specification asks for the converted type of local times too. */
const instant = (member: number, converted: number, utc: boolean): Shape => ({
  physical: 'INT64',
  converted,
  logical: (t) =>
    t.struct(member, () => {
      t.bool(1, utc);
      t.struct(2, () => t.empty(TIME_UNIT.micros));
    }),
});

function decimal(precision: number, scale: number): Shape {
  const shape = {
    converted: CONVERTED.DECIMAL,
    decimal: { precision, scale },
    logical: (t: ThriftWriter): void =>
      t.struct(LOGICAL.DECIMAL, () => {
        t.i32(1, scale);
        t.i32(2, precision);
      }),
  };
  if (precision <= 9) return { physical: 'INT32', ...shape };
  if (precision <= 18) return { physical: 'INT64', ...shape };
  return { physical: 'FIXED', width: decimalBytes(precision), ...shape };
}

/** Bytes of the smallest two's complement number that holds every decimal of `precision` digits. */
export function decimalBytes(precision: number): number {
  let bytes = 1;
  while (2n ** BigInt(8 * bytes - 1) < 10n ** BigInt(precision)) bytes++;
  return bytes;
}

export function writeSchemaElement(thrift: ThriftWriter, leaf: ParquetLeaf): void {
  thrift.i32(1, PHYSICAL[leaf.physical]);
  if (leaf.width !== undefined) thrift.i32(2, leaf.width);
  thrift.i32(3, leaf.optional ? REPETITION.OPTIONAL : REPETITION.REQUIRED);
  thrift.text(4, leaf.name);
  if (leaf.converted !== undefined) thrift.i32(6, leaf.converted);
  if (leaf.decimal !== undefined) {
    thrift.i32(7, leaf.decimal.scale);
    thrift.i32(8, leaf.decimal.precision);
  }
  if (leaf.logical !== undefined) {
    const { logical } = leaf;
    thrift.struct(10, () => logical(thrift));
  }
}
