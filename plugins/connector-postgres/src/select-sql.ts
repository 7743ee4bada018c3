/** Which rows are meant, in SQL. */
export interface RowSet {
  /** `"public"."orders"`, or `(SELECT ...) AS q`. */
  readonly from: string;
  /** All of them hold. */
  readonly conditions: readonly string[];
}

export const selectSql = (what: string, { from, conditions }: RowSet): string =>
  `SELECT ${what} FROM ${from}${conditions.length === 0 ? '' : ` WHERE ${conditions.map((c) => `(${c})`).join(' AND ')}`}`;

/** The rows for which one more condition holds. */
export const narrowed = (rows: RowSet, condition: string | undefined): RowSet =>
  condition === undefined ? rows : { ...rows, conditions: [...rows.conditions, condition] };
