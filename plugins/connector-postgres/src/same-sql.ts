import { quoteIdent, type Column } from '@dpone/sdk';
import type { ProgramContext } from './program-context.js';
import { parseNative } from './types.js';

/** Types whose equality is that of their values. */
const EXACT: ReadonlySet<string> = new Set([
  'boolean',
  'smallint',
  'integer',
  'bigint',
  'numeric',
  'text',
  'character varying',
  'bytea',
  'date',
  'time without time zone',
  'timestamp without time zone',
  'timestamp with time zone',
  'uuid',
  'jsonb',
]);

/**
 * A column as something that is equal where nothing of the value differs. Types have no equality (json), or one that
 * calls different values equal (`citext`, 30 days and a month, 0 and -0, a collation without regard to case).
 */
export function exactly(alias: string, column: Column, { facts, typeOf }: ProgramContext): string {
  const value = `${alias}.${quoteIdent(column.name)}`;
  const { base, array } = parseNative(typeOf(column));
  if (array) return `${value}::text`;
  if (base === 'real') return `float4send(${value})`;
  if (base === 'double precision') return `float8send(${value})`;
  if (!EXACT.has(base)) return `${value}::text`;
  const collation = facts?.details.find((c) => c.name === column.name)?.collation ?? null;
  return collation === null ? value : `${value} COLLATE "C"`;
}

/** Whether rows differ in one of the columns; NULL is the same as NULL. */
export function differs(
  left: string,
  right: string,
  names: readonly string[],
  columns: readonly Column[],
  ctx: ProgramContext,
): string {
  const compared = columns.filter((c) => names.includes(c.name) && !isGenerated(c.name, ctx));
  if (compared.length === 0) return 'false';
  const one = (c: Column): string => `${exactly(left, c, ctx)} IS DISTINCT FROM ${exactly(right, c, ctx)}`;
  return `(${compared.map(one).join(' OR ')})`;
}

/** The target computes it: staging's value never reaches it. */
const isGenerated = (name: string, { facts }: ProgramContext): boolean =>
  facts?.columns.find((c) => c.name === name)?.generated === true;
