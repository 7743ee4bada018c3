import type { StagingCheck } from '@dpone/sdk';
import { fits, keyOf } from './rows.js';
import type { StoredRow, StoredTable } from './store.js';

/** How many rows break a check, which they are, and what was measured. A check on the whole counts 1. */
export function violations(
  check: StagingCheck,
  { columns, rows }: StoredTable,
): { violations: number; bad: Set<StoredRow>; measured?: number } {
  const at = (name: string): number => columns.findIndex((column) => column.name === name);
  const those = (breaks: (row: StoredRow) => boolean): { violations: number; bad: Set<StoredRow> } => {
    const bad = new Set(rows.filter(breaks));
    return { violations: bad.size, bad };
  };
  switch (check.kind) {
    case 'not_null':
      return those((row) => row[at(check.column)] === null);
    case 'accepted_values':
      return those(
        (row) =>
          row[at(check.column)] !== null &&
          fits({ op: 'in', column: check.column, values: check.values }, row, columns) !== true,
      );
    case 'predicate':
      return those((row) => fits(check.predicate, row, columns) !== true);
    case 'unique': {
      const key = keyOf(columns, check.columns);
      const counts = new Map<string, number>();
      for (const row of rows) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1);
      return those((row) => counts.get(key(row))! > 1);
    }
    case 'min_rows':
      return { violations: rows.length < check.rows ? 1 : 0, bad: new Set(), measured: rows.length };
    case 'max_null_ratio': {
      const nulls = rows.filter((row) => row[at(check.column)] === null).length;
      const measured = rows.length === 0 ? 0 : nulls / rows.length;
      return { violations: measured > check.ratio ? 1 : 0, bad: new Set(), measured };
    }
    case 'max_distinct': {
      const values = rows.map((row) => row[at(check.column)]).filter((value) => value !== null);
      const measured = new Set(values.map((value) => JSON.stringify(value))).size;
      return { violations: measured > check.values ? 1 : 0, bad: new Set(), measured };
    }
  }
}
