import { fail, type Column, type LoadRef, type RowBatch, type StagingSpec } from '@dpone/sdk';
import type { AvroValues } from './avro-values.js';
import { BadMessage } from './decode/bad-message.js';
import { keyHash } from './murmur2.js';
import type { SinkOptions } from './options.js';
import { orNull, toBytes, toJson } from './row-text.js';
import { writeTail } from './wire/encode-batch.js';
import type { Writer } from './wire/writer.js';

/** Stands for no key: partitions take turns. */
export const NO_KEY = -1;

/** Writes the record of a row, without what depends on its place in a batch; resolves with the hash of its key. */
export type RowEncoder = (batch: RowBatch, row: number, into: Writer) => number;

type Part = (batch: RowBatch, row: number) => Uint8Array | null;
type TextPart = (batch: RowBatch, row: number) => string;

/** The value column of messages that are one value and no object. */
const VALUE = 'value';
const DELETES = new Set(['delete', 'd', 'D', 'DELETE']);

/** How rows of this load become messages. Refuses options that name what is not there. */
export function rowEncoder(
  spec: StagingSpec,
  load: LoadRef,
  options: SinkOptions,
  avro?: Pick<AvroValues, 'encode'>,
): RowEncoder {
  const { columns } = spec;
  const headers = headerParts(spec, load, options);
  const key = keyPart(columns, options);
  const isDeleted = deletedTest(columns, options);
  const value =
    avro !== undefined
      ? avroPart(spec, load, options, avro)
      : options.message_format === 'json'
        ? jsonPart(spec, load, options)
        : valuePart(columns);
  return (batch, row, into) => {
    const keyBytes = key(batch, row);
    const deleted = isDeleted(batch, row);
    if (deleted && keyBytes === null)
      throw new BadMessage('a deleted row has no key, so nothing says what was deleted');
    const own = headers.flatMap(([name, part]) => {
      const bytes = part(batch, row);
      return bytes === null ? [] : [[name, bytes] as const];
    });
    writeTail(into, keyBytes, deleted ? null : value(batch, row), own);
    return keyBytes === null ? NO_KEY : keyHash(keyBytes);
  };
}

/** Whether a value has fields: room for every column. */
export const isObject = ({ message_format: format }: Pick<SinkOptions, 'message_format'>): boolean =>
  format === 'json' || format === 'avro';

/** The columns of a value that has fields, in order. */
export const valueColumns = (spec: Pick<StagingSpec, 'columns' | 'framework'>, options: SinkOptions): Column[] =>
  [...spec.columns, ...spec.framework].filter((column) => !options.headers.includes(column.name));

/** Columns that travel beside the value. */
export function headerNames(spec: Pick<StagingSpec, 'framework'>, options: SinkOptions): readonly string[] {
  // A value that is no object has no room for them.
  const framework = isObject(options) ? [] : spec.framework.map((c) => c.name);
  return [...options.headers, ...framework];
}

const constantsOf = (load: LoadRef): Readonly<Record<string, string | null>> => ({
  load_id: load.loadId,
  run_id: load.runId,
  loaded_at: load.startedAt,
  extracted_at: load.startedAt,
  null: null,
});

function constant(column: StagingSpec['framework'][number], load: LoadRef): string | null {
  const constants = constantsOf(load);
  if (Object.hasOwn(constants, column.value)) return constants[column.value]!;
  throw fail('DPONE_CAPABILITY', `a kafka sink cannot fill ${column.name}`);
}

function jsonPart(spec: StagingSpec, load: LoadRef, options: SinkOptions): TextPart {
  const fields = spec.columns
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => !options.headers.includes(column.name))
    .map(({ column, index }, i) => ({
      index,
      name: column.name,
      before: `${i === 0 ? '{' : ','}${JSON.stringify(column.name)}:`,
      text: orNull(toJson(column.type)),
    }));
  const constants = spec.framework
    .filter((column) => !options.headers.includes(column.name))
    .map((column) => `${JSON.stringify(column.name)}:${JSON.stringify(constant(column, load))}`);
  const after = `${fields.length > 0 && constants.length > 0 ? ',' : ''}${constants.join(',')}}`;
  const before = fields.length === 0 ? '{' : '';
  return (batch, row) => {
    let json = before;
    for (const { index, name, before: opening, text } of fields)
      json += opening + named(name, text, batch.columns[index]![row]);
    return json + after;
  };
}

function avroPart(spec: StagingSpec, load: LoadRef, options: SinkOptions, avro: Pick<AvroValues, 'encode'>): Part {
  const parts = valueColumns(spec, options).map((column): ((batch: RowBatch, row: number) => unknown) => {
    const framework = spec.framework.find((c) => c === column);
    if (framework !== undefined) {
      const text = constant(framework, load);
      return () => text;
    }
    const at = spec.columns.indexOf(column);
    return (batch, row) => batch.columns[at]![row];
  });
  return (batch, row) => avro.encode(parts.map((part) => part(batch, row)));
}

function valuePart(columns: readonly Column[]): Part {
  const at = indexOf(VALUE, columns, 'sink.options.message_format');
  const bytes = toBytes(columns[at]!.type);
  return (batch, row) => {
    const value = batch.columns[at]![row];
    return value === null ? null : named(VALUE, bytes, value);
  };
}

function keyPart(columns: readonly Column[], options: SinkOptions): Part {
  const { key } = options;
  const names = key === undefined ? [] : Array.isArray(key) ? key : key.fields;
  if (names.length === 0) return () => null;
  const format =
    options.key_format ?? (Array.isArray(key) ? undefined : key?.format) ?? (names.length === 1 ? 'string' : 'json');
  if (format === 'string' && names.length > 1)
    throw fail('DPONE_OPTION_CONFLICT', 'a key of several columns is JSON', {
      where: 'sink.options.key_format',
      remedy: 'Set key_format: json, or name one column as key.',
    });
  const parts = names.map((name) => ({ name, at: indexOf(name, columns, 'sink.options.key') }));
  if (format === 'string') {
    const [{ name, at }] = parts as [(typeof parts)[number]];
    const bytes = toBytes(columns[at]!.type);
    return (batch, row) => {
      const value = batch.columns[at]![row];
      if (value === null) throw new BadMessage(`${name}: the key is NULL`);
      return named(name, bytes, value);
    };
  }
  const texts = parts.map(({ name, at }) => ({ name, at, text: orNull(toJson(columns[at]!.type)) }));
  return (batch, row) =>
    Buffer.from(
      `{${texts.map(({ name, at, text }) => `${JSON.stringify(name)}:${named(name, text, batch.columns[at]![row])}`).join(',')}}`,
      'utf8',
    );
}

function headerParts(spec: StagingSpec, load: LoadRef, options: SinkOptions): readonly (readonly [string, Part])[] {
  return headerNames(spec, options).map((name): readonly [string, Part] => {
    const framework = spec.framework.find((c) => c.name === name);
    if (framework !== undefined) {
      const text = constant(framework, load);
      const bytes = text === null ? null : Buffer.from(text, 'utf8');
      return [name, () => bytes];
    }
    const at = indexOf(name, spec.columns, 'sink.options.headers');
    const bytes = toBytes(spec.columns[at]!.type);
    return [
      name,
      (batch, row) => {
        const value = batch.columns[at]![row];
        return value === null ? null : named(name, bytes, value);
      },
    ];
  });
}

function deletedTest(columns: readonly Column[], { deletes }: SinkOptions): (batch: RowBatch, row: number) => boolean {
  if (deletes === undefined || !deletes.tombstone) return () => false;
  const at = indexOf(deletes.op_field, columns, 'sink.options.deletes.op_field');
  return (batch, row) => DELETES.has(String(batch.columns[at]![row]));
}

function indexOf(name: string, columns: readonly Column[], where: string): number {
  const at = columns.findIndex((c) => c.name === name);
  if (at >= 0) return at;
  throw fail('DPONE_OPTION_CONFLICT', `the rows have no column ${name}`, {
    where,
    remedy: `They have: ${columns.map((c) => c.name).join(', ')}.`,
  });
}

/** What is wrong with a value says which column's it is. */
function named<T>(name: string, make: (value: unknown) => T, value: unknown): T {
  try {
    return make(value);
  } catch (error) {
    if (error instanceof BadMessage && !error.message.startsWith(`${name}: `))
      throw new BadMessage(`${name}: ${error.message}`);
    throw error;
  }
}
