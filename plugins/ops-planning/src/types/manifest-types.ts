import { fail, isJsonObject, type JsonObject } from '@dpone/sdk';
import { z } from 'zod';
import { objectAt, type RawProcess } from '../manifest/read-manifest.js';
import { inferenceOptions, type InferenceOptions } from './inference-options.js';
import type { SourceColumn } from './infer-columns.js';
import { schemaContract, type SchemaContract } from './schema-contract.js';

/** Parses a block of a manifest. */
export function block<T>(shape: z.ZodType<T>, value: unknown, at: string, path: string | undefined): T {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${[at, ...issue.path].join('.')}: ${issue.message}`).join('; ');
  throw fail('DPONE_MANIFEST_INVALID', problems, { where: path });
}

export const contractOf = (process: RawProcess | undefined, path: string | undefined): SchemaContract => {
  const own = objectAt(objectAt(process?.sink, 'options'), 'schema_contract');
  const given = Object.keys(own).length > 0 ? own : objectAt(process?.document, 'schema_contract');
  return block(schemaContract, given, 'schema_contract', path);
};

export const inferenceOf = (process: RawProcess | undefined, path: string | undefined): InferenceOptions =>
  block(
    inferenceOptions,
    objectAt(objectAt(process?.sink, 'options'), 'type_inference'),
    'sink.options.type_inference',
    path,
  );

/** `source.options.columns`: a map of types, or a list of objects. */
export function columnsOf(process: RawProcess | undefined, path: string | undefined): SourceColumn[] {
  const options = objectAt(process?.source, 'options');
  const given = options['columns'] ?? options['source_schema'];
  if (given === undefined || given === null) return [];
  const entries: readonly unknown[] = Array.isArray(given)
    ? (given as unknown[])
    : Object.entries(isJsonObject(given) ? given : {}).map(([name, dtype]) => ({ name, dtype }));
  return entries.map((entry, at) => sourceColumn(entry, `source.options.columns.${at}`, path));
}

function sourceColumn(entry: unknown, at: string, path: string | undefined): SourceColumn {
  const { name, dtype, type } = (isJsonObject(entry) ? entry : {}) as JsonObject & {
    name?: unknown;
    dtype?: unknown;
    type?: unknown;
  };
  const stated = dtype ?? type;
  if (typeof name === 'string' && typeof stated === 'string') return { name, dtype: stated };
  throw fail('DPONE_MANIFEST_INVALID', `${at} needs a name and a type.`, { where: path });
}
