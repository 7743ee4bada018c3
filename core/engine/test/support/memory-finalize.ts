import { fail, type Column, type FinalizeStep, type SchemaChange } from '@dpone/sdk';
import type { Durable, Row } from './memory-store.js';

interface Counts {
  inserted: number;
  updated: number;
  deleted: number;
}

/** Makes one schema change inside a transaction. */
export function applyChange(transaction: Durable, target: string, change: SchemaChange): void {
  const table = transaction.tables.get(target) ?? { columns: [], rows: [] };
  const columns = [...table.columns];
  const at = (name: string): number => columns.findIndex((c) => c.name === name);
  switch (change.kind) {
    case 'create_table':
      if (transaction.tables.has(target)) throw fail('DPONE_SINK_WRITE', `${target} exists`);
      transaction.tables.set(target, { columns: change.schema.columns, rows: [] });
      return;
    case 'add_column':
      transaction.tables.set(target, {
        columns: [...columns, change.column],
        rows: table.rows.map((row) => [...row, null]),
      });
      return;
    case 'widen_column':
      columns[at(change.column.name)] = change.column;
      break;
    case 'drop_not_null':
      columns[at(change.column)] = { ...columns[at(change.column)]!, nullable: true };
      break;
    case 'rename_column':
      columns[at(change.from)] = { ...columns[at(change.from)]!, name: change.to };
      break;
    case 'drop_column': {
      const gone = at(change.column);
      transaction.tables.set(target, {
        columns: columns.toSpliced(gone, 1),
        rows: table.rows.map((row) => row.toSpliced(gone, 1)),
      });
      return;
    }
  }
  transaction.tables.set(target, { ...table, columns });
}

/** Carries one finalize step out inside a transaction. */
export function applyStep(
  transaction: Durable,
  target: string,
  step: FinalizeStep,
  staged: readonly Column[],
  rows: readonly Row[],
  counts: Counts,
): Counts {
  const table = transaction.tables.get(target)!;
  const from = table.columns.map((c) => staged.findIndex((s) => s.name === c.name));
  const incoming = rows.map((row) => from.map((i) => (i < 0 ? null : row[i])));
  for (const row of incoming)
    table.columns.forEach((column, i) => {
      if (!column.nullable && row[i] === null) throw fail('DPONE_SINK_WRITE', `${column.name} is NOT NULL`);
    });
  const put = (next: readonly Row[]): void => void transaction.tables.set(target, { ...table, rows: next });
  const keyOf =
    (key: readonly string[]) =>
    (row: Row): string =>
      JSON.stringify(key.map((name) => String(row[table.columns.findIndex((c) => c.name === name)])));
  switch (step.op) {
    case 'replace_all':
      put(incoming);
      return { ...counts, inserted: incoming.length, deleted: table.rows.length };
    case 'append': {
      const key = step.unlessKey && keyOf(step.unlessKey);
      const known = new Set(key === undefined ? [] : table.rows.map(key));
      const added = key === undefined ? incoming : incoming.filter((row) => !known.has(key(row)));
      put([...table.rows, ...added]);
      return { ...counts, inserted: added.length };
    }
    case 'merge': {
      const key = keyOf(step.key);
      const merged = new Map(table.rows.map((row) => [key(row), row]));
      const updated = incoming.filter((row) => merged.has(key(row))).length;
      for (const row of incoming) merged.set(key(row), row);
      put([...merged.values()]);
      return { ...counts, inserted: incoming.length - updated, updated };
    }
    default:
      throw fail('DPONE_CAPABILITY', `the store cannot ${step.op}`);
  }
}
