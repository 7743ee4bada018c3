import type { Predicate, PredicateValue } from '../predicate.js';

/** How a system's SQL says the parts of a condition. */
export interface ConditionDialect {
  /** A column's name, quoted. */
  column(name: string): string;
  /** A value as a literal that is compared with the column of that name. */
  literal(value: PredicateValue, name: string): string;
  /** A condition that always holds. Default `true`. */
  readonly always?: string;
  /** A condition that never holds. Default `false`. */
  readonly never?: string;
  /** Whether a quoted column is NULL, or is not. Default `IS NULL` and `IS NOT NULL`. */
  isNull?(column: string, is: boolean): string;
  /** Whether a quoted column is, or is not, one of some values, of which there is at least one. Default `IN` and `NOT IN`. */
  isIn?(column: string, values: readonly PredicateValue[], is: boolean): string;
}

const COMPARISONS = { eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=' } as const;

/** A predicate as a SQL condition; names and values are quoted, raw SQL of the user's own manifest is put in parentheses. */
export function conditionSql(predicate: Predicate, dialect: ConditionDialect): string {
  const { always = 'true', never = 'false' } = dialect;
  switch (predicate.op) {
    case 'is_null':
    case 'is_not_null': {
      const [column, is] = [dialect.column(predicate.column), predicate.op === 'is_null'];
      return dialect.isNull?.(column, is) ?? `${column} IS ${is ? '' : 'NOT '}NULL`;
    }
    case 'in':
    case 'not_in': {
      const is = predicate.op === 'in';
      // An empty list fits no row (or, negated, every row); SQL has no empty IN ().
      if (predicate.values.length === 0) return is ? never : always;
      const column = dialect.column(predicate.column);
      if (dialect.isIn !== undefined) return dialect.isIn(column, predicate.values, is);
      const values = predicate.values.map((value) => dialect.literal(value, predicate.column));
      return `${column} ${is ? 'IN' : 'NOT IN'} (${values.join(', ')})`;
    }
    case 'and':
    case 'or': {
      const [and, all] = [predicate.op === 'and', predicate.all];
      if (all.length === 0) return and ? always : never;
      return `(${all.map((one) => conditionSql(one, dialect)).join(and ? ' AND ' : ' OR ')})`;
    }
    case 'not':
      return `NOT (${conditionSql(predicate.predicate, dialect)})`;
    case 'sql':
      // The line break ends a `--` comment of the user's text, which would swallow the parenthesis.
      return `(${predicate.sql}\n)`;
    default: {
      const value = dialect.literal(predicate.value, predicate.column);
      return `${dialect.column(predicate.column)} ${COMPARISONS[predicate.op]} ${value}`;
    }
  }
}

/** The condition that a number lies outside its bounds; unknown for NULL. */
export function outsideOf(value: string, bounds: { readonly min?: number; readonly max?: number }): string {
  const { min, max } = bounds;
  const parts = [
    ...(min === undefined ? [] : [`${value} < ${min}`]),
    ...(max === undefined ? [] : [`${value} > ${max}`]),
  ];
  return parts.length === 0 ? '(1 = 0)' : `(${parts.join(' OR ')})`;
}
