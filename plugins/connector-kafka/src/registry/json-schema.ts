import { fail, type CanonicalType } from '@dpone/sdk';
import { BadMessage } from '../decode/bad-message.js';
import { parseJson } from '../decode/json.js';
import { fromJson, orNull } from '../decode/to-canonical.js';
import type { RegisteredSchema } from './client.js';
import type { SchemaField, SchemaReader } from './reader.js';

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

const FORMATS: Readonly<Record<string, CanonicalType>> = {
  'date-time': { kind: 'timestamp', precision: 9, tz: true },
  date: { kind: 'date' },
  uuid: { kind: 'uuid' },
};

/** How objects of a JSON schema are read: its top-level properties are the columns. */
export function jsonSchemaReader(schema: RegisteredSchema, subject: string): SchemaReader {
  const { properties, required = [] } = JSON.parse(schema.text) as JsonSchema;
  if (properties === undefined)
    throw fail('DPONE_CAPABILITY', `the JSON schema ${schema.id} of ${subject} names no properties`, {
      where: `subject ${subject}`,
      remedy: 'Read the topic by message_format: json with source.options.columns, or by bytes.',
    });
  const fields = Object.entries(properties).map(([name, property]): SchemaField => {
    const types = [property.type ?? []].flat();
    const type = typeOf(
      property,
      types.filter((one) => one !== 'null'),
    );
    const convert = orNull(fromJson(type));
    return {
      name,
      type,
      nullable: !required.includes(name) || types.includes('null'),
      read: (message) => convert((message as Record<string, unknown>)[name]),
    };
  });
  return {
    fields,
    parse: (payload) => {
      const object = parseJson(payload);
      if (typeof object !== 'object' || object === null || Array.isArray(object))
        throw new BadMessage('the value is no JSON object');
      const unknown = Object.keys(object).find((name) => !Object.hasOwn(properties, name));
      if (unknown !== undefined)
        throw new BadMessage(`the field ${JSON.stringify(unknown)} is no property of the JSON schema ${schema.id}`);
      return object;
    },
  };
}

function typeOf({ format }: JsonSchema, types: readonly string[]): CanonicalType {
  if (types.length !== 1) return { kind: 'json' };
  switch (types[0]) {
    case 'boolean':
      return { kind: 'bool' };
    case 'integer':
      return { kind: 'int64' };
    case 'number':
      return { kind: 'float64' };
    case 'string':
      return FORMATS[format ?? ''] ?? { kind: 'string' };
    default:
      return { kind: 'json' };
  }
}
