import type { Predicate, PredicateValue } from '@dpone/sdk';
import { literal, quoteName } from './sql.js';

const COMPARISONS = { eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=' } as const;

/** SQL Server has no literals of truth. */
export const ALWAYS = '1 = 1';
export const NEVER = '1 = 0';

type Literal = (column: string, value: PredicateValue) => string;

/** A predicate as a SQL condition; names and values are quoted, raw SQL of the user's own manifest is put in parentheses. */
export function predicateSql(predicate: Predicate, value: Literal = (_, one) => literal(one)): string {
  const column = quoteName;
  switch (predicate.op) {
    case 'is_null':
      return `${column(predicate.column)} IS NULL`;
    case 'is_not_null':
      return `${column(predicate.column)} IS NOT NULL`;
    case 'in':
    case 'not_in': {
      // An empty list fits no row (or, negated, every row); SQL has no empty IN ().
      if (predicate.values.length === 0) return predicate.op === 'in' ? NEVER : ALWAYS;
      const values = predicate.values.map((one) => value(predicate.column, one)).join(', ');
      return `${column(predicate.column)} ${predicate.op === 'in' ? 'IN' : 'NOT IN'} (${values})`;
    }
    case 'and':
    case 'or':
      if (predicate.all.length === 0) return predicate.op === 'and' ? ALWAYS : NEVER;
      return `(${predicate.all.map((p) => predicateSql(p, value)).join(predicate.op === 'and' ? ' AND ' : ' OR ')})`;
    case 'not':
      return `NOT (${predicateSql(predicate.predicate, value)})`;
    case 'sql':
      // The line break ends a `--` comment of the user's text, which would swallow the parenthesis.
      return `(${predicate.sql}\n)`;
    default:
      return `${column(predicate.column)} ${COMPARISONS[predicate.op]} ${value(predicate.column, predicate.value)}`;
  }
}
