import { z } from 'zod';
import type { CanonicalType } from '../types.js';
import type { ExactJson } from '../util/exact-json.js';

export { selectOnly } from './select-only.js';

const json = z.custom<ExactJson>((value) => value !== undefined);
const name = z.string().min(1);
const numbers = z.union([z.number(), z.bigint(), z.custom<ExactJson>((v) => typeof v === 'object' && v !== null)]);
const pair = z.tuple([numbers, numbers]);

/** Comparisons of a quality rule, of which it has exactly one. */
export const ODCS_OPERATORS = [
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
export type OdcsQualityRule = z.output<typeof quality>;

export const ODCS_LOGICAL_TYPES = [
  'string',
  'date',
  'timestamp',
  'time',
  'number',
  'integer',
  'object',
  'array',
  'boolean',
] as const;
export type OdcsLogicalType = (typeof ODCS_LOGICAL_TYPES)[number];

const property = z.looseObject({
  name,
  physicalName: name.optional(),
  logicalType: z.enum(ODCS_LOGICAL_TYPES).optional(),
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

const serviceLevel = z.looseObject({
  property: name,
  value: json.optional(),
  unit: z.string().optional(),
  element: z.string().optional(),
});
export type OdcsServiceLevel = z.output<typeof serviceLevel>;

/**
 * What dpone reads of a document of the Open Data Contract Standard 3 (https://bitol-io.github.io/open-data-contract-standard):
 * its objects and their rules. The rest describes people, prices and servers. The only place that says so, for the gate
 * that reads rows and for the load that asks staging.
 */
export const odcsDocument = z.looseObject({
  apiVersion: z.string().regex(/^v3\.\d+\.\d+$/, 'must be a version 3 of the standard, as v3.1.0'),
  kind: z.literal('DataContract'),
  id: name,
  version: name,
  status: name,
  schema: z.array(object).min(1, 'describes no object'),
  slaDefaultElement: z.string().optional(),
  slaProperties: z.array(serviceLevel).default([]),
});

/** Only what a contract calls an error, or says nothing about, makes anything red. */
export const isOdcsWarning = ({ severity }: Pick<OdcsQualityRule, 'severity'>): boolean =>
  ['info', 'warning', 'warn'].includes(severity?.toLowerCase() ?? '');

const INTEGERS = ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'] as const;

/** The types of a system that a logical type may be. */
const KINDS: Readonly<Record<OdcsLogicalType, readonly CanonicalType['kind'][]>> = {
  string: ['string', 'uuid'],
  date: ['date'],
  timestamp: ['timestamp'],
  time: ['time'],
  number: [...INTEGERS, 'decimal', 'float32', 'float64'],
  integer: INTEGERS,
  object: ['struct', 'map', 'json'],
  array: ['array', 'json'],
  boolean: ['bool'],
};

/** Whether a column's type is what a logical type says. */
export const isOdcsType = (type: CanonicalType, logical: OdcsLogicalType): boolean =>
  KINDS[logical].includes(type.kind) || (logical === 'integer' && type.kind === 'decimal' && type.scale === 0);

/** `minLength` -> `min_length`: how an option's rule is called in reports. */
export const odcsOptionCode = (option: string): string =>
  option.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
