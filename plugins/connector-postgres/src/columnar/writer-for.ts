import { noWay, type FieldWriter, type PgTarget } from './field-writer.js';
import type { PlainColumn } from './parquet-column.js';
import { bytesWriter, jsonbWriter, textWriter } from './write-bytes.js';
import { numericWriter } from './write-numeric.js';
import { dateWriter, microsWriter, midnightWriter, otherUnitWriter, timeWriter } from './write-times.js';
import {
  boolWriter,
  longWriter,
  numberWriter,
  readDouble,
  readFloat,
  readInt32,
  readInt64,
  readUint32,
  readUint64,
  unsignedLongWriter,
  uuidWriter,
  wordWriter,
} from './write-words.js';

/** The loop that writes a column of a file as a type of Postgres; fails where there is none without loss. */
export function writerFor(column: PlainColumn, target: PgTarget): FieldWriter {
  const writer = find(column, target);
  if (writer === undefined) throw noWay(column, target);
  return writer;
}

function find(column: PlainColumn, target: PgTarget): FieldWriter | undefined {
  const { kind } = column;
  switch (target.type) {
    case 'bool':
      return kind === 'bool' ? boolWriter : undefined;
    case 'int2':
    case 'int4':
    case 'int8':
    case 'float4':
    case 'float8':
      return number(column, { ...target, type: target.type });
    case 'numeric':
      return kind === 'int' || kind === 'decimal' ? numericWriter(column, target) : undefined;
    case 'text':
      return kind === 'text' || kind === 'json' ? textWriter(target) : undefined;
    case 'json':
      return kind === 'text' || kind === 'json' ? textWriter(target) : undefined;
    case 'jsonb':
      return kind === 'text' || kind === 'json' ? jsonbWriter : undefined;
    case 'bytea':
      return kind === 'bytes' ? bytesWriter : undefined;
    case 'uuid':
      return kind === 'uuid' ? uuidWriter : undefined;
    case 'date':
      return kind === 'date' ? dateWriter(target) : undefined;
    case 'time':
      return kind === 'time' && !column.utc ? timeWriter(target, column.unit) : undefined;
    case 'timestamp':
      if (kind === 'date') return midnightWriter(target);
      return kind === 'timestamp' && !column.utc ? timestamp(column, target) : undefined;
    case 'timestamptz':
      return kind === 'timestamp' && column.utc ? timestamp(column, target) : undefined;
  }
}

const timestamp = (column: PlainColumn, target: PgTarget): FieldWriter =>
  column.unit === 'micros' ? microsWriter(target) : otherUnitWriter(target, column.unit);

function number(
  column: PlainColumn,
  target: PgTarget & { type: 'int2' | 'int4' | 'int8' | 'float4' | 'float8' },
): FieldWriter | undefined {
  const { type } = target;
  if (column.kind === 'float') {
    if (type !== 'float4' && type !== 'float8') return undefined;
    if (column.physical === 'FLOAT') return type === 'float4' ? wordWriter : numberWriter(target, readFloat, true);
    return type === 'float8' ? longWriter : numberWriter(target, readDouble, true);
  }
  if (column.kind !== 'int' && !(column.kind === 'decimal' && column.scale === 0)) return undefined;
  if (column.physical === 'INT32') {
    if (type === 'int4' && !column.unsigned) return wordWriter;
    return numberWriter(target, column.unsigned ? readUint32 : readInt32, false);
  }
  if (column.physical !== 'INT64') return undefined;
  if (type === 'int8') return column.unsigned ? unsignedLongWriter(target) : longWriter;
  return numberWriter(target, column.unsigned ? readUint64 : readInt64, false);
}
