import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';
import { fail, type CanonicalType, type Column, type RowBatch, type Schema } from '@dpone/sdk';
import type { Doing } from './errors.js';
import { ident, text } from './sql.js';

/** The format of which {@link jsonBatches} makes rows. */
export const ROWS_FORMAT = 'JSONCompactEachRow';

/** A column as it is selected for the rows lane, and how its JSON becomes a value. */
export interface JsonColumn {
  readonly select: string;
  readonly value: (json: unknown) => unknown;
}

/** How a column is read without loss: what JSON has no form for is made a text or an array. */
export function jsonColumn(column: Column, ref: string = ident(column.name)): JsonColumn {
  const { type } = column;
  switch (type.kind) {
    case 'bytes':
      return { select: `hex(${ref})`, value: orNull((json) => Buffer.from(String(json), 'hex')) };
    case 'string':
    case 'json':
      return { select: utf8(column, asText(column, ref)), value: (json) => json };
    case 'timestamp':
      return { select: type.tz ? `toTimeZone(${ref}, 'UTC')` : ref, value: valueOf(type) };
    case 'time':
      return { select: inDay(column, ref), value: (json) => json };
    case 'array':
    case 'map':
    case 'struct': {
      // A map with the same key twice, or keys that are no texts, is no JSON object.
      const select = type.kind === 'map' ? `arrayMap((k, v) -> tuple(k, v), mapKeys(${ref}), mapValues(${ref}))` : ref;
      return { select: utf8Inside(column, ref, select), value: valueOf(type) };
    }
    default:
      return { select: ref, value: valueOf(type) };
  }
}

/** Enums, addresses and fixed strings as their text. */
const asText = (column: Column, ref: string): string =>
  column.native === undefined || /^(?:Nullable\()?String\)?$/.test(column.native.type) ? ref : `toString(${ref})`;

/** A value that is no UTF-8 would arrive as another one. */
function utf8(column: Column, select: string, of: string = select): string {
  const says = `column ${column.name}: a value is no UTF-8 text (name the column in options.bytes) (dpone)`;
  return `if(throwIf(ifNull(NOT isValidUTF8(${of}), false), ${text(says)}) = 0, ${select}, ${select})`;
}

/** A nested value with every text in it held against UTF-8. */
export const utf8Inside = (column: Column, ref: string, select: string = ref): string =>
  holdsText(column.type) ? utf8(column, select, `toString(${ref})`) : select;

/** A time of a day; ClickHouse's reaches to 999 hours and below zero. */
function inDay(column: Column, ref: string): string {
  const says = `column ${column.name}: a value is no time of a day (dpone)`;
  const bad = `toString(${ref}) < '00' OR toString(${ref}) >= '24:00:01' OR length(splitByChar(':', ifNull(toString(${ref}), '00:'))[1]) != 2`;
  return `if(throwIf(ifNull(${bad}, false), ${text(says)}) = 0, ${ref}, ${ref})`;
}

function holdsText(type: CanonicalType): boolean {
  if (type.kind === 'array') return holdsText(type.item);
  if (type.kind === 'map') return holdsText(type.key) || holdsText(type.value);
  if (type.kind === 'struct') return type.fields.some((f) => holdsText(f.type));
  return type.kind === 'string';
}

const orNull =
  (of: (json: unknown) => unknown) =>
  (json: unknown): unknown =>
    json === null ? null : of(json);

function valueOf(type: CanonicalType): (json: unknown) => unknown {
  switch (type.kind) {
    case 'int64':
    case 'uint64':
      return orNull((json) => BigInt(json as string));
    case 'decimal':
      return orNull(String);
    case 'float32':
      return orNull((json) => Math.fround(number(json)));
    case 'float64':
      return orNull(number);
    case 'timestamp':
      return orNull((json) => `${String(json).replace(' ', 'T')}${type.tz ? 'Z' : ''}`);
    case 'array': {
      const item = valueOf(type.item);
      return orNull((json) => (json as unknown[]).map(item));
    }
    case 'map': {
      const [key, value] = [valueOf(type.key), valueOf(type.value)];
      return orNull((json) => (json as [unknown, unknown][]).map(([k, v]) => [key(k), value(v)]));
    }
    case 'struct': {
      const fields = type.fields.map((f) => [f.name, valueOf(f.type)] as const);
      return orNull((json) => Object.fromEntries(fields.map(([name, of], i) => [name, of((json as unknown[])[i])])));
    }
    default:
      return (json) => json;
  }
}

/** `nan`, `inf` and `-inf` come in quotes. */
function number(json: unknown): number {
  if (typeof json === 'number') return json;
  const said = String(json);
  return /inf/.test(said) ? (said.startsWith('-') ? -Infinity : Infinity) : Number(said);
}

/** Rows that are handed on together. */
const ROWS_AT_ONCE = 4096;

/** Lines of JSONCompactEachRow as batches of the rows lane. */
export async function* jsonBatches(
  stream: Readable,
  schema: Schema,
  columns: readonly JsonColumn[],
  doing: Doing,
): AsyncGenerator<RowBatch> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let rows: unknown[][] = [];
  for await (const chunk of stream) {
    const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      rows.push(parsed(line, doing));
      if (rows.length < ROWS_AT_ONCE) continue;
      yield batch(rows, schema, columns);
      rows = [];
    }
  }
  if (rest + decoder.end() !== '')
    throw fail('DPONE_SOURCE_READ', `${doing.what}: the answer ends in the middle of a row`);
  if (rows.length > 0) yield batch(rows, schema, columns);
}

function parsed(line: string, doing: Doing): unknown[] {
  try {
    return JSON.parse(line) as unknown[];
  } catch (error) {
    throw fail('DPONE_SOURCE_READ', `${doing.what}: the answer breaks off`, { cause: error });
  }
}

const batch = (rows: readonly unknown[][], schema: Schema, columns: readonly JsonColumn[]): RowBatch => ({
  rows: rows.length,
  columns: schema.columns.map((_, c) => rows.map((row) => columns[c]!.value(row[c]))),
});
