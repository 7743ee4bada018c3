/** Rows of a table or a query, and what they must fit. */
export interface RowSet {
  readonly from: string;
  readonly conditions: readonly string[];
}

export const narrowed = (rows: RowSet, condition: string | undefined): RowSet =>
  condition === undefined ? rows : { ...rows, conditions: [...rows.conditions, condition] };

export const selectSql = (columns: string, { from, conditions }: RowSet): string =>
  `SELECT ${columns} FROM ${from}${conditions.length === 0 ? '' : ` WHERE ${conditions.map((c) => `(${c})`).join(' AND ')}`}`;
