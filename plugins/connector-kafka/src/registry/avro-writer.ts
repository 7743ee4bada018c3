import { isInteger, typeName, type CanonicalType, type Column } from '@dpone/sdk';
import { BadMessage, shown } from '../decode/bad-message.js';
import { decimalOf } from '../decode/to-canonical.js';
import type { Writer } from '../wire/writer.js';
import { epoch, seconds } from './avro-time.js';

/** A schema as JSON: https://avro.apache.org/docs/1.12.0/specification/ */
type Schema = string | readonly Schema[] | { readonly [key: string]: unknown };
type Encode = (value: unknown, into: Writer) => void;

/** A type in Avro: how it is declared, and how a value of the rows lane is written. */
interface Form {
  readonly schema: Schema;
  readonly encode: Encode;
}

const NAME = /^[A-Za-z_]\w*$/;
const MILLIS = 3;
const MICROS = 6;
const NANOS = 9;

/** Why Avro has no exact form for a column; undefined where it has one. */
export function avroRefuses({ name, type }: Column): string | undefined {
  if (!NAME.test(name)) return `${name} is no name in Avro, which takes letters, digits and _`;
  return typeRefused(type);
}

function typeRefused(type: CanonicalType): string | undefined {
  switch (type.kind) {
    case 'time':
      return type.precision > MICROS ? 'Avro has no time of day finer than microseconds' : undefined;
    case 'timestamp':
      return type.precision > NANOS ? 'Avro has no timestamp finer than nanoseconds' : undefined;
    case 'array':
      return typeRefused(type.item);
    case 'map':
      return type.key.kind === 'string' ? typeRefused(type.value) : 'the keys of a map in Avro are texts';
    case 'struct':
      return type.fields.map((f) => avroRefuses({ ...f, nullable: true })).find((reason) => reason !== undefined);
    default:
      return undefined;
  }
}

export interface AvroWriter {
  /** The schema as it is registered. */
  readonly schema: string;
  /** Writes a record of these values, in the order of the columns. */
  readonly encode: (values: readonly unknown[], into: Writer) => void;
}

/** How rows of these columns become records of one schema, which is derived of them. */
export function avroWriter(recordName: string, columns: readonly Column[]): AvroWriter {
  const record = recordName.replace(/\W/g, '_').replace(/^(?=\d)/, '_');
  const fields = columns.map((column) => {
    const form = formOf(column.type, `${record}_${column.name}`);
    return { column, form: column.nullable ? nullable(form) : form };
  });
  const schema = {
    type: 'record',
    name: record,
    fields: fields.map(({ column, form }) => ({
      name: column.name,
      type: form.schema,
      ...(column.nullable ? { default: null } : {}),
    })),
  };
  return {
    schema: JSON.stringify(schema),
    encode: (values, into) => {
      for (const [i, { column, form }] of fields.entries())
        try {
          const value = values[i];
          if (!column.nullable && (value === null || value === undefined)) throw new BadMessage('is NULL');
          form.encode(value, into);
        } catch (error) {
          if (error instanceof BadMessage) throw new BadMessage(`${column.name}: ${error.message}`);
          throw error;
        }
    },
  };
}

const nullable = ({ schema, encode }: Form): Form => ({
  schema: ['null', schema],
  encode: (value, into) => {
    if (value === null || value === undefined) return void into.varint(0);
    encode(value, into.varint(1));
  },
});

function formOf(type: CanonicalType, path: string): Form {
  if (isInteger(type)) return integer(type);
  switch (type.kind) {
    case 'bool':
      return { schema: 'boolean', encode: (value, into) => into.int8(value === true ? 1 : 0) };
    case 'decimal':
      return decimal(type.precision, type.scale, type);
    case 'float32':
      return {
        schema: 'float',
        encode: (value, into) => into.raw(Buffer.from(new Float32Array([value as number]).buffer)),
      };
    case 'float64':
      return {
        schema: 'double',
        encode: (value, into) => into.raw(Buffer.from(new Float64Array([value as number]).buffer)),
      };
    case 'bytes':
      return { schema: 'bytes', encode: (value, into) => into.varBytes(value as Uint8Array) };
    case 'uuid':
      return { ...TEXT, schema: { type: 'string', logicalType: 'uuid' } };
    case 'date':
      return {
        schema: { type: 'int', logicalType: 'date' },
        encode: (value, into) => into.varint(Number(seconds(String(value), type) / 86_400n)),
      };
    case 'time':
      return time(type.precision, type);
    case 'timestamp':
      return timestamp(type);
    case 'array': {
      const item = nullable(formOf(type.item, `${path}_item`));
      return {
        schema: { type: 'array', items: item.schema },
        encode: (value, into) => block(value as readonly unknown[], into, (one) => item.encode(one, into)),
      };
    }
    case 'map': {
      const item = nullable(formOf(type.value, `${path}_value`));
      return {
        schema: { type: 'map', values: item.schema },
        encode: (value, into) => {
          const pairs = value as readonly (readonly [string, unknown])[];
          if (new Set(pairs.map(([key]) => key)).size < pairs.length)
            throw new BadMessage('a key of the map stands twice');
          block(pairs, into, ([key, one]) => item.encode(one, into.varText(key)));
        },
      };
    }
    case 'struct': {
      const fields = type.fields.map((f) => ({ name: f.name, form: nullable(formOf(f.type, `${path}_${f.name}`)) }));
      return {
        schema: {
          type: 'record',
          name: path,
          fields: fields.map(({ name, form }) => ({ name, type: form.schema, default: null })),
        },
        encode: (value, into) => {
          for (const { name, form } of fields) form.encode((value as Record<string, unknown>)[name], into);
        },
      };
    }
    default:
      // Texts, and what has no form of its own: intervals and JSON.
      return TEXT;
  }
}

const TEXT: Form = { schema: 'string', encode: (value, into) => into.varText(String(value)) };

/** Items are one block, and a block of none is the end. */
function block<T>(items: readonly T[], into: Writer, write: (item: T) => void): void {
  if (items.length > 0) into.varint(items.length);
  for (const item of items) write(item);
  into.varint(0);
}

function integer(type: CanonicalType): Form {
  switch (type.kind) {
    case 'uint64':
      // A long is signed.
      return decimal(20, 0, type);
    case 'int64':
    case 'uint32':
      return { schema: 'long', encode: (value, into) => into.varlong(BigInt(value as bigint | number)) };
    default:
      return { schema: 'int', encode: (value, into) => into.varint(Number(value)) };
  }
}

/** Units in two's complement, big-endian. */
function decimal(precision: number, scale: number, type: CanonicalType): Form {
  return {
    schema: { type: 'bytes', logicalType: 'decimal', precision, scale },
    encode: (value, into) => {
      const text = decimalOf(String(value), precision, scale);
      if (text === undefined) throw new BadMessage(`${shown(value)} is no ${typeName(type)}`);
      const units = BigInt(text.replace('.', ''));
      let size = 1;
      while (BigInt.asIntN(size * 8, units) !== units) size++;
      const hex = BigInt.asUintN(size * 8, units).toString(16);
      into.varBytes(Buffer.from(hex.padStart(size * 2, '0'), 'hex'));
    },
  };
}

function time(precision: number, type: CanonicalType): Form {
  const digits = precision <= MILLIS ? MILLIS : MICROS;
  const units = (value: unknown): bigint => epoch(`1970-01-01T${String(value)}`, digits, type);
  return digits === MILLIS
    ? {
        schema: { type: 'int', logicalType: 'time-millis' },
        encode: (value, into) => into.varint(Number(units(value))),
      }
    : { schema: { type: 'long', logicalType: 'time-micros' }, encode: (value, into) => into.varlong(units(value)) };
}

function timestamp(type: CanonicalType & { readonly kind: 'timestamp' }): Form {
  const { precision, tz } = type;
  const digits = precision <= MILLIS ? MILLIS : precision <= MICROS ? MICROS : NANOS;
  const name = { [MILLIS]: 'millis', [MICROS]: 'micros', [NANOS]: 'nanos' }[digits];
  return {
    schema: { type: 'long', logicalType: `${tz ? '' : 'local-'}timestamp-${name}` },
    encode: (value, into) => {
      const units = epoch(String(value), digits, type);
      if (BigInt.asIntN(64, units) !== units)
        throw new BadMessage(`${shown(value)} is out of the range of Avro's timestamp-${name}`);
      into.varlong(units);
    },
  };
}

/** What stands before a record: which schema it is of. */
export const schemaPrefix = (id: number): Buffer => {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(id, 1);
  return prefix;
};
