import avro, { type Type } from 'avsc';
import { fail, type CanonicalType } from '@dpone/sdk';
import { BadMessage } from '../decode/bad-message.js';
import { clockText, dateText, epochText } from '../decode/time-text.js';
import type { SchemaField, SchemaReader } from './reader.js';
import type { RegisteredSchema } from './client.js';

/** A parsed schema as JSON: https://avro.apache.org/docs/1.12.0/specification/ */
type AvroSchema = string | AvroObject | readonly AvroSchema[];
interface AvroObject {
  readonly type: AvroSchema;
  readonly name?: string;
  readonly namespace?: string;
  readonly logicalType?: string;
  readonly precision?: number;
  readonly scale?: number;
  readonly size?: number;
  readonly items?: AvroSchema;
  readonly values?: AvroSchema;
  readonly symbols?: readonly string[];
  readonly fields?: readonly { readonly name: string; readonly type: AvroSchema }[];
}

interface Kind {
  readonly type: CanonicalType;
  readonly nullable: boolean;
  readonly read: (value: unknown) => unknown;
}

/** 64-bit integers as they are: avsc's own longs are doubles, and it refuses those beyond 2^53. */
const long = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
});

/** A long is a long with a logical type, too. */
const exactLong = (schema: unknown): Type | undefined =>
  schema === 'long' || (schema as { type?: unknown }).type === 'long' ? long : undefined;

/** How records of an Avro schema are read. */
export function avroReader(schema: RegisteredSchema, subject: string): SchemaReader {
  const parsed = JSON.parse(schema.text) as AvroSchema;
  let type: Type;
  try {
    // Logical types are read here, by the schema: a decimal is no double and a date no Date.
    type = avro.Type.forSchema(parsed as never, { typeHook: exactLong, logicalTypes: {}, wrapUnions: false });
  } catch (error) {
    throw fail('DPONE_SOURCE_READ', `the Avro schema ${schema.id} of ${subject}: ${(error as Error).message}`, {
      where: `subject ${subject}`,
      cause: error,
    });
  }
  const names = new Map<string, AvroObject>();
  const root = resolved(parsed, names, '');
  if (typeof root !== 'object' || !('fields' in root))
    throw fail('DPONE_CAPABILITY', `the Avro schema ${schema.id} of ${subject} is no record`, {
      where: `subject ${subject}`,
      remedy: 'Read the topic by message_format: bytes.',
    });
  const fields = root.fields.map((field): SchemaField => {
    const kind = kindOf(field.type, names, `${subject}: ${field.name}`);
    const { name } = field;
    return {
      name,
      type: kind.type,
      nullable: kind.nullable,
      read: (message) => kind.read((message as Record<string, unknown>)[name]),
    };
  });
  return {
    fields,
    parse: (payload) => {
      try {
        return type.fromBuffer(payload) as unknown;
      } catch (error) {
        throw new BadMessage(`the value is no record of the Avro schema ${schema.id}`, { cause: error });
      }
    },
  };
}

/** A named type by its name; every named type below is remembered on the way. */
function resolved(schema: AvroSchema, names: Map<string, AvroObject>, space: string): AvroSchema {
  if (typeof schema === 'string') return names.get(fullName(schema, space)) ?? names.get(schema) ?? schema;
  if (Array.isArray(schema)) {
    const union = schema as readonly AvroSchema[];
    for (const one of union) resolved(one, names, space);
    return union;
  }
  const object = schema as AvroObject;
  const own = object.namespace ?? (object.name?.includes('.') === true ? object.name.replace(/\.[^.]+$/, '') : space);
  if (object.name !== undefined) names.set(fullName(object.name, own), object);
  for (const field of object.fields ?? []) resolved(field.type, names, own);
  if (object.items !== undefined) resolved(object.items, names, own);
  if (object.values !== undefined) resolved(object.values, names, own);
  if (typeof object.type === 'object') resolved(object.type, names, own);
  return schema;
}

const fullName = (name: string, space: string): string =>
  name.includes('.') || space === '' ? name : `${space}.${name}`;

const as = (type: CanonicalType, read: (value: unknown) => unknown = (value) => value): Kind => ({
  type,
  nullable: false,
  read,
});

function kindOf(schema: AvroSchema, names: Map<string, AvroObject>, place: string): Kind {
  if (Array.isArray(schema)) {
    const others = (schema as readonly AvroSchema[]).filter((one) => one !== 'null');
    if (others.length !== 1) throw unfit(place, `a union of ${others.length} types`);
    const kind = kindOf(others[0]!, names, place);
    return {
      ...kind,
      nullable: others.length < schema.length,
      read: (value) => (value === null || value === undefined ? null : kind.read(value)),
    };
  }
  if (typeof schema === 'string') {
    const named = names.get(schema) ?? [...names].find(([name]) => name.endsWith(`.${schema}`))?.[1];
    return named === undefined ? primitive(schema, undefined, place) : kindOf(named, names, place);
  }
  const object = schema as AvroObject;
  if (typeof object.type === 'object') return kindOf(object.type, names, place);
  switch (object.type) {
    case 'record': {
      const fields = object.fields!.map((field) => ({
        name: field.name,
        ...kindOf(field.type, names, `${place}.${field.name}`),
      }));
      return as({ kind: 'struct', fields: fields.map(({ name, type }) => ({ name, type })) }, (value) =>
        Object.fromEntries(fields.map(({ name, read }) => [name, read((value as Record<string, unknown>)[name])])),
      );
    }
    case 'array': {
      const item = kindOf(object.items!, names, place);
      return as({ kind: 'array', item: item.type }, (value) => (value as unknown[]).map(item.read));
    }
    case 'map': {
      const item = kindOf(object.values!, names, place);
      return as({ kind: 'map', key: { kind: 'string' }, value: item.type }, (value) =>
        Object.entries(value as object).map(([key, one]) => [key, item.read(one)]),
      );
    }
    case 'enum':
      return as({ kind: 'string' });
    default:
      return primitive(object.type, object, place);
  }
}

function primitive(name: string, object: AvroObject | undefined, place: string): Kind {
  const logical = object?.logicalType ?? '';
  switch (`${name} ${logical}`) {
    case 'int date':
      return as({ kind: 'date' }, (value) => dateText(value as number));
    case 'int time-millis':
      return as({ kind: 'time', precision: 3 }, (value) => clockText(BigInt(value as number), 3));
    case 'long time-micros':
      return as({ kind: 'time', precision: 6 }, (value) => clockText(value as bigint, 6));
    case 'string uuid':
      return as({ kind: 'uuid' });
    case 'bytes decimal':
    case 'fixed decimal': {
      const { precision = 38, scale = 0 } = object!;
      return as({ kind: 'decimal', precision, scale }, (value) => unscaled(value as Uint8Array, scale));
    }
  }
  const instant = name === 'long' ? /^(local-)?timestamp-(millis|micros|nanos)$/.exec(logical) : null;
  if (instant !== null) {
    const precision = ({ millis: 3, micros: 6, nanos: 9 } as const)[instant[2] as 'millis'];
    const tz = instant[1] === undefined;
    return as({ kind: 'timestamp', precision, tz }, (value) => epochText(value as bigint, precision, tz));
  }
  switch (name) {
    case 'boolean':
      return as({ kind: 'bool' });
    case 'int':
      return as({ kind: 'int32' });
    case 'long':
      return as({ kind: 'int64' });
    case 'float':
      return as({ kind: 'float32' });
    case 'double':
      return as({ kind: 'float64' });
    case 'string':
      return as({ kind: 'string' });
    case 'bytes':
    case 'fixed':
      return as({ kind: 'bytes' }, (value) => Buffer.from(value as Uint8Array));
    default:
      throw unfit(place, name);
  }
}

/** A big-endian integer in two's complement, with its point. */
function unscaled(bytes: Uint8Array, scale: number): string {
  const hex = Buffer.from(bytes).toString('hex');
  const units = hex === '' ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return units < 0n ? `-${text}` : text;
}

const unfit = (place: string, what: string): Error =>
  fail('DPONE_CAPABILITY', `${place} is ${what}, for which there is no column type`, {
    where: place,
    remedy: 'Change the schema, or read the topic by message_format: bytes.',
  });
