import type { Json } from '@dpone/sdk';
import { z } from 'zod';
import { batchSchema } from './batch-schema.js';
import { processSchema } from './process-schema.js';

export type JsonSchema = { [key: string]: unknown };

/** A text with a reference or a template may stand where a number, a boolean or a word of a list is meant. */
const REFERENCE = { type: 'string', pattern: '\\$\\{|\\{\\{' };

let cached: JsonSchema | undefined;

/** The JSON Schema of manifests of both forms, for editors: made of the same schema that reads them. */
export function manifestJsonSchema(): Readonly<Record<string, Json>> {
  cached ??= build();
  return cached as Record<string, Json>;
}

function build(): JsonSchema {
  const single = shapeOf(processSchema);
  const fragment = optional(single);
  const batch = shapeOf(batchSchema);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'dpone manifest',
    description: 'One process (single form), or one manifest for many tables (batch form: `kind: dpone.batch.v1`).',
    oneOf: [single, batch],
    $defs: { fragment },
  };
}

/** The schema of what is written (not of what it becomes), without a header of its own. */
function shapeOf(schema: z.ZodType): JsonSchema {
  const shape = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ jsonSchema }) => refine(jsonSchema as JsonSchema),
  }) as JsonSchema;
  return { ...without(shape, ['$schema']), patternProperties: { '^x-': {} } };
}

/** Our notes on fields, turned into JSON Schema; called for each part, the innermost first. */
function refine(schema: JsonSchema): void {
  if ('defaultsTo' in schema) {
    schema['default'] = schema['defaultsTo'];
    delete schema['defaultsTo'];
  }
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
  delete schema['propertyNames'];
  if (schema['flag'] === true) {
    delete schema['flag'];
    replace(schema, { anyOf: [{ type: 'boolean' }, { enum: ['on', 'off', 'yes', 'no'] }, REFERENCE] });
  }
  if (schema['fragment'] === true) replace(schema, { $ref: '#/$defs/fragment' });
  const also = schema['also'] as JsonSchema[] | undefined;
  if (also !== undefined) {
    delete schema['also'];
    replace(schema, { anyOf: [...also, without(schema, ['description', 'default'])] });
  }
  if (isLeaf(schema)) replace(schema, { anyOf: [without(schema, ['description', 'default', 'ignored']), REFERENCE] });
}

/** Numbers, booleans and words of a list. */
const isLeaf = (schema: JsonSchema): boolean =>
  schema['anyOf'] === undefined &&
  (['number', 'integer', 'boolean'].includes(String(schema['type'])) || Array.isArray(schema['enum']));

const without = (schema: JsonSchema, keys: readonly string[]): JsonSchema =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => !keys.includes(key)));

/** Makes a schema say something else, keeping its description and default. */
function replace(schema: JsonSchema, by: JsonSchema): void {
  const kept = Object.fromEntries(
    ['description', 'default', 'ignored'].flatMap((key) => (key in schema ? [[key, schema[key]]] : [])),
  );
  for (const key of Object.keys(schema)) delete schema[key];
  Object.assign(schema, by, kept);
}

/** A copy in which nothing is required: a part of a process. */
function optional(schema: JsonSchema): JsonSchema {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, item]) =>
        key === 'required' && Array.isArray(item) ? [] : [[key, visit(item)]],
      ),
    );
  };
  return visit(schema) as JsonSchema;
}
