import { fail, type ExactJson, type JsonObject } from '@dpone/sdk';
import { z } from 'zod';

const json = z.custom<ExactJson>((value) => value !== undefined);
const name = z.string().min(1);
const numbers = z.union([z.number(), z.bigint(), z.custom<ExactJson>((v) => typeof v === 'object' && v !== null)]);
const pair = z.tuple([numbers, numbers]);

/** Comparisons of a quality rule, of which it has exactly one. */
export const OPERATORS = [
  'mustBe',
  'mustNotBe',
  'mustBeGreaterThan',
  'mustBeGreaterOrEqualTo',
  'mustBeLessThan',
  'mustBeLessOrEqualTo',
  'mustBeBetween',
  'mustNotBeBetween',
] as const;

const quality = z.looseObject({
  name: z.string().optional(),
  description: z.string().optional(),
  type: z.enum(['text', 'library', 'sql', 'custom']).default('library'),
  metric: z.enum(['nullValues', 'missingValues', 'invalidValues', 'duplicateValues', 'rowCount']).optional(),
  arguments: z
    .looseObject({
      missingValues: z.array(json).optional(),
      validValues: z.array(json).optional(),
      pattern: z.string().optional(),
      properties: z.array(name).optional(),
    })
    .default({}),
  unit: z.string().default('rows'),
  severity: z.string().optional(),
  query: z.string().optional(),
  mustBe: json.optional(),
  mustNotBe: json.optional(),
  mustBeGreaterThan: numbers.optional(),
  mustBeGreaterOrEqualTo: numbers.optional(),
  mustBeLessThan: numbers.optional(),
  mustBeLessOrEqualTo: numbers.optional(),
  mustBeBetween: pair.optional(),
  mustNotBeBetween: pair.optional(),
});
export type QualityRule = z.output<typeof quality>;

const property = z.looseObject({
  name,
  physicalName: name.optional(),
  logicalType: z
    .enum(['string', 'date', 'timestamp', 'time', 'number', 'integer', 'object', 'array', 'boolean'])
    .optional(),
  logicalTypeOptions: z.record(z.string(), json).default({}),
  required: z.boolean().default(false),
  unique: z.boolean().default(false),
  primaryKey: z.boolean().default(false),
  primaryKeyPosition: z.number().int().default(-1),
  quality: z.array(quality).default([]),
});
export type OdcsProperty = z.output<typeof property>;

const object = z.looseObject({
  name,
  physicalName: name.optional(),
  properties: z.array(property).default([]),
  quality: z.array(quality).default([]),
});
export type OdcsObject = z.output<typeof object>;

/** What this gate reads of a document; the rest of the standard describes people, prices and servers. */
const document = z.looseObject({
  apiVersion: z.string().regex(/^v3\.\d+\.\d+$/, 'must be a version 3 of the standard, as v3.1.0'),
  kind: z.literal('DataContract'),
  id: name,
  version: name,
  status: name,
  schema: z.array(object).min(1, 'describes no object'),
});

/** The object of a contract that rows are held against. */
export function odcsObject(contract: JsonObject, wanted: string | undefined, where: string): OdcsObject {
  const parsed = document.safeParse(contract);
  if (!parsed.success)
    throw fail('DPONE_INPUT_INVALID', z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, ' '), { where });
  const { schema } = parsed.data;
  const found = wanted === undefined ? schema : schema.filter((o) => o.name === wanted || o.physicalName === wanted);
  if (found.length === 1) return found[0]!;
  throw fail(
    'DPONE_INPUT_INVALID',
    found.length === 0 ? `The contract describes no object ${wanted}.` : 'The contract describes several objects.',
    { where: '--object', remedy: `Name one of ${schema.map((o) => o.name).join(', ')}.` },
  );
}
