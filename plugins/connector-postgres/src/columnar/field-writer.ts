import { fail } from '@dpone/sdk';
import type { PlainColumn } from './parquet-column.js';

/** The types of Postgres that {@link toPgCopy} writes. */
export type PgTypeName =
  | 'bool'
  | 'int2'
  | 'int4'
  | 'int8'
  | 'float4'
  | 'float8'
  | 'numeric'
  | 'text'
  | 'bytea'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz'
  | 'uuid'
  | 'json'
  | 'jsonb';

/** A column of the table that is copied into. */
export interface PgTarget {
  /** For messages. */
  readonly name: string;
  /** `text` stands for varchar, bpchar and every other type whose binary form is its text. */
  readonly type: PgTypeName;
  /** numeric: digits in all; time and timestamps: digits of the second. Absent: as many as the type has. */
  readonly precision?: number;
  /** numeric: digits after the point. Postgres would round what has more: such a value is refused here. */
  readonly scale?: number;
}

/** Where the values of one column lie, as a cursor found them. */
export interface Located {
  readonly view: DataView;
  readonly bytes: Buffer;
  /** A place a row, or -1 for NULL. */
  readonly at: Int32Array;
}

/** Writes one column's fields of `COPY ... FROM STDIN (FORMAT binary)`. */
export interface FieldWriter {
  /** Adds the bytes of each row's field, with its length word, to `sizes`. */
  measure(source: Located, rows: number, sizes: Int32Array): void;
  /** Writes rows `from` to `to`, each at its place in `to.at`, which is moved on. */
  write(source: Located, from: number, to: number, out: Located): void;
}

/** Writes the value at `place` of `source` to `at` of `out`. */
export type WriteFixed = (source: DataView, place: number, out: DataView, at: number) => void;

export const outOfRange = (target: PgTarget, what: string): Error =>
  fail('DPONE_VALUE_OUT_OF_RANGE', `column ${target.name}: ${what}`);

export const noWay = (column: PlainColumn, target: PgTarget): Error =>
  fail(
    'DPONE_NO_LANE',
    `column ${target.name}: ${column.kind} of a parquet file (${column.physical}) is not turned into ${target.type}`,
  );

/** Fields that all have `width` bytes. */
export function measureFixed(width: number): FieldWriter['measure'] {
  return ({ at }, rows, sizes) => {
    for (let i = 0; i < rows; i++) sizes[i]! += at[i]! < 0 ? 4 : 4 + width;
  };
}

/** NULL has the length -1 and no bytes. */
export function writeNull(out: Located, row: number): void {
  const place = out.at[row]!;
  out.view.setInt32(place, -1);
  out.at[row] = place + 4;
}
