import { fail, type FinalizeStep, type SchemaChange } from '@dpone/sdk';
import { fits, keyOf } from './rows.js';
import type { StoredRow, StoredTable } from './store.js';

/** The target while a program is carried out, and what has been counted. */
export interface Target {
  table: StoredTable | undefined;
  inserted: number;
  updated: number;
  deleted: number;
}

export function applyChange(change: SchemaChange, target: Target): void {
  if (change.kind === 'create_table') {
    target.table = { columns: [...change.schema.columns], rows: [] };
    return;
  }
  const { columns, rows } = target.table!;
  switch (change.kind) {
    case 'add_column':
      target.table = { columns: [...columns, change.column], rows: rows.map((row) => [...row, null]) };
      return;
    case 'widen_column':
      target.table = { columns: columns.map((c) => (c.name === change.column.name ? change.column : c)), rows };
      return;
    case 'drop_not_null':
      target.table = { columns: columns.map((c) => (c.name === change.column ? { ...c, nullable: true } : c)), rows };
      return;
    case 'rename_column':
      target.table = { columns: columns.map((c) => (c.name === change.from ? { ...c, name: change.to } : c)), rows };
      return;
    case 'drop_column': {
      const gone = columns.findIndex((c) => c.name === change.column);
      target.table = { columns: columns.toSpliced(gone, 1), rows: rows.map((row) => row.toSpliced(gone, 1)) };
    }
  }
}

/** Carries a step out on the target's rows. Staged rows are put into the order of the target's columns first. */
export function applyStep(step: FinalizeStep, target: Target, staging: StoredTable, loadedAt: string): void {
  const table = target.table!;
  const before = table.rows;
  const order = table.columns.map((column) => staging.columns.findIndex((c) => c.name === column.name));
  const staged = staging.rows.map((row) => order.map((index) => (index < 0 ? null : row[index])));
  const replace = (rows: StoredRow[], inserted: number, updated: number, deleted: number): void => {
    table.rows = rows;
    target.inserted += inserted;
    target.updated += updated;
    target.deleted += deleted;
  };
  switch (step.op) {
    case 'replace_all':
      return replace(staged, staged.length, 0, before.length);
    case 'append': {
      const key = keyOf(table.columns, step.unlessKey ?? []);
      const known = new Set(step.unlessKey === undefined ? [] : before.map(key));
      const fresh = staged.filter((row) => !known.has(key(row)));
      return replace([...before, ...fresh], fresh.length, 0, 0);
    }
    case 'merge': {
      const key = keyOf(table.columns, step.key);
      const same = keyOf(table.columns, step.unlessSame ?? []);
      const known = new Map(before.map((row) => [key(row), row]));
      const differs = (row: StoredRow): boolean => {
        const old = known.get(key(row));
        return step.unlessSame === undefined || old === undefined || same(old) !== same(row);
      };
      const fresh = staged.filter(differs);
      const keys = new Set(fresh.map(key));
      const kept = before.filter((row) => !keys.has(key(row)));
      const updated = before.length - kept.length;
      return replace([...kept, ...fresh], fresh.length - updated, updated, 0);
    }
    case 'delete': {
      const kept = before.filter((row) => fits(step.where, row, table.columns) !== true);
      return replace(kept, 0, 0, before.length - kept.length);
    }
    case 'replace_partitions': {
      const key = keyOf(table.columns, [step.column]);
      const partitions = new Set(staged.map(key));
      const kept = before.filter((row) => !partitions.has(key(row)));
      return replace([...kept, ...staged], staged.length, 0, before.length - kept.length);
    }
    case 'remove_absent': {
      const key = keyOf(table.columns, step.key);
      const present = new Set(staged.map(key));
      if (step.how === 'mark') {
        const mark = table.columns.findIndex((c) => c.name === '__dpone__deleted_at');
        const goes = (row: StoredRow): boolean => !present.has(key(row)) && row[mark] === null;
        const marked = before.map((row) => (goes(row) ? row.with(mark, loadedAt) : row));
        return replace(marked, 0, 0, before.filter(goes).length);
      }
      const kept = before.filter((row) => present.has(key(row)));
      return replace(kept, 0, 0, before.length - kept.length);
    }
    default:
  }
  throw fail('DPONE_CAPABILITY', `acme cannot carry out ${step.op}.`);
}
