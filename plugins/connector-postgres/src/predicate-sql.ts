import { quoteIdent, type Predicate } from '@dpone/sdk';
import { literal } from './sql.js';

const COMPARISONS = { eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=' } as const;

/** A predicate as a SQL condition; names and values are quoted, raw SQL of the user's own manifest is put in parentheses. */
export function predicateSql(predicate: Predicate, column: (name: string) => string = quoteIdent): string {
  switch (predicate.op) {
    case 'is_null':
      return `${column(predicate.column)} IS NULL`;
    case 'is_not_null':
      return `${column(predicate.column)} IS NOT NULL`;
    case 'in':
    case 'not_in': {
      // An empty list fits no row (or, negated, every row); SQL has no empty IN ().
      if (predicate.values.length === 0) return predicate.op === 'in' ? 'false' : 'true';
      const values = predicate.values.map(literal).join(', ');
      return `${column(predicate.column)} ${predicate.op === 'in' ? 'IN' : 'NOT IN'} (${values})`;
    }
    case 'and':
    case 'or':
      if (predicate.all.length === 0) return predicate.op === 'and' ? 'true' : 'false';
      return `(${predicate.all.map((p) => predicateSql(p, column)).join(predicate.op === 'and' ? ' AND ' : ' OR ')})`;
    case 'not':
      return `NOT (${predicateSql(predicate.predicate, column)})`;
    case 'sql':
      // The line break ends a `--` comment of the user's text, which would swallow the parenthesis.
      return `(${predicate.sql}\n)`;
    default:
      return `${column(predicate.column)} ${COMPARISONS[predicate.op]} ${literal(predicate.value)}`;
  }
}
