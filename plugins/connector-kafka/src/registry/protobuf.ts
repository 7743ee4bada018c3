import protobuf from 'protobufjs';
import { fail, type CanonicalType } from '@dpone/sdk';
import { BadMessage } from '../decode/bad-message.js';
import { epochText } from '../decode/time-text.js';
import type { RegisteredSchema, RegistryClient } from './client.js';
import type { SchemaField, SchemaReader } from './reader.js';

const TIMESTAMP = '.google.protobuf.Timestamp';

interface Kind {
  readonly type: CanonicalType;
  readonly read: (value: unknown) => unknown;
}

/** How messages of a Protobuf schema are read; which message of the file it is, each value says itself. */
export async function protobufReader(
  schema: RegisteredSchema,
  registry: RegistryClient,
  subject: string,
): Promise<SchemaReader> {
  const root = new protobuf.Root();
  await load(root, schema, registry, new Set());
  root.resolveAll();
  const first = messagesOf(fileOf(root, schema.text))[0];
  if (first === undefined)
    throw fail('DPONE_SOURCE_READ', `the Protobuf schema ${schema.id} of ${subject} has no message`, {
      where: `subject ${subject}`,
    });
  return {
    fields: first.fieldsArray.map((field) => fieldOf(field, subject)),
    parse: (payload) => {
      const { message, at } = named(payload, fileOf(root, schema.text));
      if (message !== first)
        throw new BadMessage(`the value is a ${message?.name ?? 'message unknown to the schema'}, not a ${first.name}`);
      try {
        return first.decode(payload.subarray(at));
      } catch (error) {
        throw new BadMessage(`the value is no ${first.name} of the Protobuf schema ${schema.id}`, { cause: error });
      }
    },
  };
}

async function load(
  root: protobuf.Root,
  schema: RegisteredSchema,
  registry: RegistryClient,
  seen: Set<string>,
): Promise<void> {
  for (const { subject, version } of schema.references) {
    if (seen.has(`${subject}/${version}`)) continue;
    seen.add(`${subject}/${version}`);
    await load(root, await registry.version(subject, version), registry, seen);
  }
  const { imports, weakImports } = protobuf.parse(schema.text, root, { keepCase: true });
  for (const name of [...(imports ?? []), ...(weakImports ?? [])]) {
    const known = protobuf.common.get(name);
    if (known?.nested !== undefined) root.addJSON(known.nested);
  }
}

/** Where a file's own messages are. */
function fileOf(root: protobuf.Root, text: string): protobuf.NamespaceBase {
  const space = /^\s*package\s+([\w.]+)\s*;/m.exec(text)?.[1];
  return space === undefined ? root : (root.lookup(space) as protobuf.NamespaceBase);
}

const messagesOf = (space: protobuf.NamespaceBase): protobuf.Type[] =>
  space.nestedArray.filter((one): one is protobuf.Type => one instanceof protobuf.Type);

/** The path of the message in its file stands before it: a count and as many indexes, or one 0 for the first. */
function named(payload: Buffer, file: protobuf.NamespaceBase): { message: protobuf.Type | undefined; at: number } {
  const reader = protobuf.Reader.create(payload);
  const count = reader.sint32();
  let space: protobuf.NamespaceBase | undefined = file;
  for (let i = 0; i < Math.max(1, count); i++) space = space && messagesOf(space)[count === 0 ? 0 : reader.sint32()];
  return { message: space as protobuf.Type | undefined, at: reader.pos };
}

function fieldOf(given: protobuf.Field, subject: string): SchemaField {
  const field = given.resolve();
  const kind = kindOf(field, `${subject}: ${field.name}`, []);
  const { name } = field;
  const presence = hasPresence(field);
  return {
    name,
    type: kind.type,
    nullable: presence,
    read: (message) => {
      const object = message as Record<string, unknown>;
      // What was not sent is its type's zero, unless the schema tells the two apart.
      if (presence && !Object.hasOwn(object, name)) return null;
      return kind.read(object[name]);
    },
  };
}

const hasPresence = (field: protobuf.Field): boolean =>
  !field.repeated &&
  !field.map &&
  (field.partOf !== null ||
    field.resolvedType instanceof protobuf.Type ||
    field.options?.['proto3_optional'] === true ||
    field.hasPresence === true);

function kindOf(field: protobuf.Field, place: string, path: readonly protobuf.Type[]): Kind {
  const single = singleOf(field, place, path);
  if (field instanceof protobuf.MapField) {
    const key: CanonicalType = SCALARS[field.keyType]?.type ?? { kind: 'string' };
    const readKey = SCALARS[field.keyType]?.read ?? String;
    return {
      type: { kind: 'map', key, value: single.type },
      read: (value) => Object.entries(value ?? {}).map(([k, v]) => [keyOf(k, key, readKey), single.read(v)]),
    };
  }
  if (!field.repeated) return single;
  return { type: { kind: 'array', item: single.type }, read: (value) => ((value ?? []) as unknown[]).map(single.read) };
}

/** protobufjs keeps keys as names of an object. */
const keyOf = (text: string, type: CanonicalType, read: (value: unknown) => unknown): unknown =>
  type.kind === 'string'
    ? text
    : type.kind === 'bool'
      ? text === 'true'
      : type.kind.endsWith('64')
        ? read(protobuf.util.LongBits.fromHash(text).toLong(false))
        : Number(text);

function singleOf(field: protobuf.Field, place: string, path: readonly protobuf.Type[]): Kind {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Enum)
    return {
      type: { kind: 'string' },
      read: (value) => resolvedType.valuesById[value as number] ?? `${value as number}`,
    };
  if (resolvedType instanceof protobuf.Type) {
    if (resolvedType.fullName === TIMESTAMP)
      return {
        type: { kind: 'timestamp', precision: 9, tz: true },
        read: (value) => {
          const { seconds = 0, nanos = 0 } = value as { seconds?: unknown; nanos?: number };
          return epochText(BigInt(String(seconds)) * 1_000_000_000n + BigInt(nanos), 9, true);
        },
      };
    if (path.includes(resolvedType))
      throw fail('DPONE_CAPABILITY', `${place} holds itself, for which there is no column type`, {
        where: place,
        remedy: 'Read the topic by message_format: bytes.',
      });
    const fields = resolvedType.fieldsArray.map((one) => one.resolve());
    const kinds = fields.map((one) => ({
      name: one.name,
      presence: hasPresence(one),
      ...kindOf(one, `${place}.${one.name}`, [...path, resolvedType]),
    }));
    return {
      type: { kind: 'struct', fields: kinds.map(({ name, type }) => ({ name, type })) },
      read: (value) =>
        Object.fromEntries(
          kinds.map(({ name, presence, read }) => [
            name,
            presence && !Object.hasOwn(value as object, name) ? null : read((value as Record<string, unknown>)[name]),
          ]),
        ),
    };
  }
  const scalar = SCALARS[field.type];
  if (scalar === undefined)
    throw fail('DPONE_CAPABILITY', `${place} is ${field.type}, for which there is no column type`, { where: place });
  return scalar;
}

const same = (value: unknown): unknown => value;
const big = (value: unknown): bigint => BigInt(String(value));
const SCALARS: Readonly<Record<string, Kind>> = {
  double: { type: { kind: 'float64' }, read: same },
  float: { type: { kind: 'float32' }, read: same },
  int32: { type: { kind: 'int32' }, read: same },
  sint32: { type: { kind: 'int32' }, read: same },
  sfixed32: { type: { kind: 'int32' }, read: same },
  uint32: { type: { kind: 'uint32' }, read: same },
  fixed32: { type: { kind: 'uint32' }, read: same },
  int64: { type: { kind: 'int64' }, read: big },
  sint64: { type: { kind: 'int64' }, read: big },
  sfixed64: { type: { kind: 'int64' }, read: big },
  uint64: { type: { kind: 'uint64' }, read: big },
  fixed64: { type: { kind: 'uint64' }, read: big },
  bool: { type: { kind: 'bool' }, read: same },
  string: { type: { kind: 'string' }, read: same },
  bytes: { type: { kind: 'bytes' }, read: (value) => Buffer.from(value as Uint8Array) },
};
