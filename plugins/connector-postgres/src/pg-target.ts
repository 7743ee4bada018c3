import type { PgTarget, PgTypeName } from './columnar/field-writer.js';
import { parseNative } from './types.js';

/** Types whose binary form the columnar lane writes, by their name without arguments. */
const TARGETS: Readonly<Record<string, PgTypeName>> = {
  boolean: 'bool',
  smallint: 'int2',
  integer: 'int4',
  bigint: 'int8',
  real: 'float4',
  'double precision': 'float8',
  numeric: 'numeric',
  text: 'text',
  'character varying': 'text',
  character: 'text',
  bytea: 'bytea',
  date: 'date',
  'time without time zone': 'time',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  uuid: 'uuid',
  json: 'json',
  jsonb: 'jsonb',
};

/** Whether the columnar lane writes a Postgres type. */
export const hasPgTarget = (type: string): boolean => pgTargetOf('', type) !== undefined;

/** How the columnar lane writes a column of a Postgres type; undefined where it does not. */
export function pgTargetOf(name: string, type: string): PgTarget | undefined {
  const { base, args, array } = parseNative(type);
  if (array || !Object.hasOwn(TARGETS, base)) return undefined;
  const target = { name, type: TARGETS[base]! };
  const [precision, scale] = args;
  if (precision === undefined || target.type === 'text') return target;
  return target.type === 'numeric' ? { ...target, precision, scale: scale ?? 0 } : { ...target, precision };
}
