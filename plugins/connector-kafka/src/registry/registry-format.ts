import { canHold, fail, typeName, type Column } from '@dpone/sdk';
import { BadMessage } from '../decode/bad-message.js';
import type { MessageDecoder } from '../decode/decoder.js';
import type { FormatOf, ValueFormat } from '../value-format.js';
import { avroReader } from './avro.js';
import { registryAddress } from './address.js';
import { RegistryClient, type RegisteredSchema } from './client.js';
import { jsonSchemaReader } from './json-schema.js';
import { protobufReader } from './protobuf.js';
import type { SchemaField, SchemaReader } from './reader.js';

/** https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format */
const MAGIC = 0;
const PREFIX = 5;

const TYPES = { avro: 'AVRO', protobuf: 'PROTOBUF', json_schema: 'JSON' } as const;

/**
 * Messages whose schemas a registry holds. Every message is read by the schema that it was written with; the columns are
 * the fields of all versions of the subject, as the newest has them: a field that was dropped since is still read.
 */
export async function registryFormat(of: FormatOf): Promise<ValueFormat> {
  const { ctx, topic } = of;
  const format = ctx.options.message_format as keyof typeof TYPES;
  const registry = new RegistryClient(registryAddress(ctx, 'source'), ctx.signal);
  const subject = ctx.options.schema_registry.subject ?? `${topic}-value`;
  const readers = new Readers(registry, subject, TYPES[format]);
  const versions = await registry.versions(subject);
  if (versions.length === 0)
    throw fail('DPONE_SOURCE_NOT_FOUND', `the schema registry has no subject ${subject}`, {
      where: 'source.options.schema_registry.subject',
      remedy: 'Name the subject by which the values are registered.',
    });
  const fields: SchemaField[] = [];
  for (const version of versions.toReversed())
    for (const field of (await readers.of(await registry.version(subject, version))).fields)
      if (!fields.some((known) => known.name === field.name)) fields.push({ ...field, nullable: true });
  const columns = fields.map(({ name, type, nullable }): Column => ({ name, type, nullable }));
  return { columns, decoder: (wanted) => registryDecoder(readers, columns, wanted) };
}

/** The readers of the schemas that messages name, each made once. */
class Readers {
  readonly #registry: RegistryClient;
  readonly #subject: string;
  readonly #type: RegisteredSchema['type'];
  readonly #made = new Map<number, Promise<SchemaReader>>();
  readonly ready = new Map<number, SchemaReader | Error>();

  constructor(registry: RegistryClient, subject: string, type: RegisteredSchema['type']) {
    this.#registry = registry;
    this.#subject = subject;
    this.#type = type;
  }

  of(schema: RegisteredSchema): Promise<SchemaReader> {
    const known = this.#made.get(schema.id);
    if (known !== undefined) return known;
    const made = this.#make(schema).then((reader) => {
      this.ready.set(schema.id, reader);
      return reader;
    });
    this.#made.set(schema.id, made);
    return made;
  }

  /** Fetches what a message names; what the registry does not have makes the message a bad one. */
  prepare(id: number): Promise<void> | undefined {
    if (this.ready.has(id)) return undefined;
    return this.#registry
      .byId(id)
      .then((schema) => this.of(schema))
      .then(
        () => undefined,
        (error: unknown) => {
          const code = (error as { code?: string }).code;
          if (code === 'DPONE_CONNECTION_FAILED' || code === 'DPONE_AUTH_FAILED') throw error;
          this.ready.set(id, error as Error);
        },
      );
  }

  async #make(schema: RegisteredSchema): Promise<SchemaReader> {
    if (schema.type !== this.#type)
      throw fail(
        'DPONE_OPTION_CONFLICT',
        `the schema ${schema.id} of ${this.#subject} is ${schema.type}, not ${this.#type}`,
        {
          where: 'source.options.message_format',
          remedy: `Set message_format: ${Object.entries(TYPES).find(([, type]) => type === schema.type)?.[0] ?? 'bytes'}.`,
        },
      );
    switch (schema.type) {
      case 'AVRO':
        return avroReader(schema, this.#subject);
      case 'PROTOBUF':
        return protobufReader(schema, this.#registry, this.#subject);
      case 'JSON':
        return jsonSchemaReader(schema, this.#subject);
    }
  }
}

function registryDecoder(readers: Readers, columns: readonly Column[], wanted: readonly string[]): MessageDecoder {
  const types = wanted.map((name) => columns.find((c) => c.name === name)!);
  const readings = new WeakMap<SchemaReader, readonly ((message: unknown) => unknown)[]>();
  const readingsOf = (reader: SchemaReader): readonly ((message: unknown) => unknown)[] => {
    const known = readings.get(reader);
    if (known !== undefined) return known;
    const made = types.map((column) => readingOf(reader, column));
    readings.set(reader, made);
    return made;
  };
  return {
    columns,
    prepare: (value) => (isFramed(value) ? readers.prepare(value.readInt32BE(1)) : undefined),
    decode(value, out, row) {
      if (!isFramed(value)) throw new BadMessage('the value names no schema of the registry');
      const reader = readers.ready.get(value.readInt32BE(1));
      if (reader === undefined || reader instanceof Error)
        throw new BadMessage(
          `the value names the schema ${value.readInt32BE(1)}, which cannot be used: ${reader?.message ?? 'unknown'}`,
        );
      const message = reader.parse(value.subarray(PREFIX));
      const reads = readingsOf(reader);
      for (let c = 0; c < reads.length; c++) out[c]![row] = reads[c]!(message);
    },
  };
}

const isFramed = (value: Buffer): boolean => value.length >= PREFIX && value[0] === MAGIC;

function readingOf(reader: SchemaReader, column: Column): (message: unknown) => unknown {
  const field = reader.fields.find((f) => f.name === column.name);
  if (field === undefined) return () => null;
  if (canHold(column.type, field.type)) return widened(field, column);
  return () => {
    throw new BadMessage(
      `${column.name} was written as ${typeName(field.type)}, the newest schema has ${typeName(column.type)}`,
    );
  };
}

/** The value of an older, narrower type in the form of the newer. */
function widened({ read, type }: SchemaField, column: Column): (message: unknown) => unknown {
  const large = (column.type.kind === 'int64' || column.type.kind === 'uint64') && type.kind !== column.type.kind;
  if (large) return orNull(read, (value) => BigInt(value as number));
  if (column.type.kind === 'float64' && type.kind !== 'float64') return orNull(read, Number);
  if (column.type.kind === 'decimal' && type.kind !== 'decimal') return orNull(read, String);
  return read;
}

const orNull =
  (read: (message: unknown) => unknown, convert: (value: unknown) => unknown) =>
  (message: unknown): unknown => {
    const value = read(message);
    return value === null ? null : convert(value);
  };
