import type { Predicate } from '@dpone/sdk';
import { ident, literal } from './sql.js';

const COMPARISONS = { eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=' } as const;

/** A predicate as a SQL condition; names and values are quoted, raw SQL of the user's own manifest is put in parentheses. */
export function predicateSql(predicate: Predicate, column: (name: string) => string = ident): string {
  switch (predicate.op) {
    case 'is_null':
      return `isNull(${column(predicate.column)})`;
    case 'is_not_null':
      return `isNotNull(${column(predicate.column)})`;
    case 'in':
    case 'not_in': {
      // An empty list fits no row (or, negated, every row); SQL has no empty IN ().
      const values = predicate.values.filter((value) => value !== null);
      if (predicate.values.length === 0) return predicate.op === 'in' ? 'false' : 'true';
      // As in SQL: nothing is IN a NULL, and what is compared with one is never known to be absent.
      if (predicate.op === 'not_in' && values.length < predicate.values.length) return 'false';
      if (values.length === 0) return 'false';
      const name = column(predicate.column);
      return `${name} ${predicate.op === 'in' ? 'IN' : 'NOT IN'} (${values.map(literal).join(', ')})`;
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
