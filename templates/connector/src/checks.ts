import { fail, type Counted, type RowRule, type StagingCheck } from '@dpone/sdk';
import { checkOutcome } from '@dpone/sdk/connector';
import { fits, keyOf } from './rows.js';
import type { StoredRow, StoredTable } from './store.js';

/** How many rows break a check, which they are, and what was measured. A check on the whole counts 1. */
export function violations(
  check: StagingCheck,
  table: StoredTable,
): {
  violations: number;
  bad: Set<StoredRow>;
  measured?: number;
} {
  const { columns, rows } = table;
  const at = (name: string): number => columns.findIndex((column) => column.name === name);
  const those = (bad: Set<StoredRow>): { violations: number; bad: Set<StoredRow> } => ({ violations: bad.size, bad });
  switch (check.kind) {
    case 'unique': {
      const key = keyOf(columns, check.columns);
      const counts = new Map<string, number>();
      for (const row of rows) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1);
      return those(new Set(rows.filter((row) => counts.get(key(row))! > 1)));
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
    case 'query':
      throw fail('DPONE_CAPABILITY', `acme runs no query of ${check.id}.`);
    case 'count':
      return { ...checkOutcome(check, rows.length, counted(check.counted, table)), bad: new Set() };
    default:
      return those(breaking(check, table));
  }
}

function counted(of: Counted, table: StoredTable): number {
  const { columns, rows } = table;
  switch (of.what) {
    case 'rows':
      return rows.length;
    case 'broken':
      return breaking(of.rule, table).size;
    case 'repeated': {
      const known = rows.filter((row) => of.columns.every((c) => row[columns.findIndex((o) => o.name === c)] !== null));
      return known.length - new Set(known.map(keyOf(columns, of.columns))).size;
    }
  }
}

/** The rows that break a rule which every row must fit. */
function breaking(rule: RowRule, { columns, rows }: StoredTable): Set<StoredRow> {
  /** Only of a text is it known how long it is, and what it fits. */
  const texts = (breaks: (text: string) => boolean, column: string): Set<StoredRow> => {
    const at = columns.findIndex((c) => c.name === column);
    return new Set(rows.filter((row) => typeof row[at] === 'string' && breaks(row[at])));
  };
  switch (rule.kind) {
    case 'not_null':
      return new Set(rows.filter((row) => fits({ op: 'is_null', column: rule.column }, row, columns) === true));
    case 'accepted_values': {
      const { column } = rule;
      const accepted = { op: 'in', column, values: rule.values } as const;
      const known = { op: 'is_not_null', column } as const;
      return new Set(rows.filter((row) => fits(known, row, columns) && fits(accepted, row, columns) !== true));
    }
    case 'predicate':
      return new Set(rows.filter((row) => fits(rule.predicate, row, columns) !== true));
    case 'length':
      return texts((text) => {
        const { length } = Array.from(text);
        return length < (rule.min ?? 0) || length > (rule.max ?? Infinity);
      }, rule.column);
    case 'pattern': {
      const pattern = new RegExp(rule.pattern, 'u');
      return texts((text) => !pattern.test(text), rule.column);
    }
  }
}
