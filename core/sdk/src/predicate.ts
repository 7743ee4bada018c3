/** A value in a predicate, in the rows lane's form; a bigint travels as `{ "$bigint": "..." }`-free decimal text. */
export type PredicateValue = string | number | boolean | null;

/**
 * A condition on one row as plain data, so that every system can say it in its own words (SQL `WHERE`, a reader's
 * filter, JavaScript) with its own quoting. Comparison with NULL is never true, as in SQL.
 */
export type Predicate =
  | { readonly op: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'; readonly column: string; readonly value: PredicateValue }
  | { readonly op: 'in' | 'not_in'; readonly column: string; readonly values: readonly PredicateValue[] }
  | { readonly op: 'is_null' | 'is_not_null'; readonly column: string }
  | { readonly op: 'and' | 'or'; readonly all: readonly Predicate[] }
  | { readonly op: 'not'; readonly predicate: Predicate }
  /** Raw SQL from the user's own manifest (`custom_predicate`); a system without SQL refuses it. */
  | { readonly op: 'sql'; readonly sql: string };
