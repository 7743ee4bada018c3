import type { Column, FinalizeStep, Predicate, PredicateValue } from '@dpone/sdk';
import { comparable } from './compare.js';
import type { Row } from './fixtures/fixture.js';
import { applyEvents } from './model-events.js';
import { addVersions } from './model-versions.js';

/** What a step does to a target, said a second time and independently of any sink: the expectation of the kit. */
export interface ModelResult {
  readonly rows: readonly Row[];
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

/** When the model's loads began. */
export const MODEL_LOADED_AT = '2026-01-01T00:00:00.000000Z';

/** Applies steps in order, as a load that began at `loadedAt`. Versions and events are not counted. */
export function applySteps(
  steps: readonly FinalizeStep[],
  before: readonly Row[],
  staged: readonly Row[],
  columns: readonly Column[],
  loadedAt: string = MODEL_LOADED_AT,
): ModelResult {
  let total: ModelResult = { rows: before, inserted: 0, updated: 0, deleted: 0 };
  for (const step of steps) {
    const next = applyStep(step, total.rows, staged, columns, loadedAt);
    total = {
      rows: next.rows,
      inserted: total.inserted + next.inserted,
      updated: total.updated + next.updated,
      deleted: total.deleted + next.deleted,
    };
  }
  return total;
}

function applyStep(
  step: FinalizeStep,
  before: readonly Row[],
  staged: readonly Row[],
  columns: readonly Column[],
  loadedAt: string,
): ModelResult {
  const keyOf = (key: readonly string[]) => (row: Row) =>
    JSON.stringify(key.map((name) => comparable(row[name], columns.find((c) => c.name === name)!.type)));
  switch (step.op) {
    case 'replace_all':
      return { rows: staged, inserted: staged.length, updated: 0, deleted: before.length };
    case 'append': {
      const known = new Set(step.unlessKey === undefined ? [] : before.map(keyOf(step.unlessKey)));
      const fresh =
        step.unlessKey === undefined ? staged : staged.filter((row) => !known.has(keyOf(step.unlessKey!)(row)));
      return { rows: [...before, ...fresh], inserted: fresh.length, updated: 0, deleted: 0 };
    }
    case 'merge': {
      const key = keyOf(step.key);
      const { unlessSame } = step;
      const known = new Map(before.map((row) => [key(row), row]));
      const same = keyOf(unlessSame ?? []);
      const fresh = staged.filter((row) => {
        const old = known.get(key(row));
        return unlessSame === undefined || old === undefined || same(old) !== same(row);
      });
      const freshKeys = new Set(fresh.map(key));
      const kept = before.filter((row) => !freshKeys.has(key(row)));
      const updated = before.length - kept.length;
      return { rows: [...kept, ...fresh], inserted: fresh.length - updated, updated, deleted: 0 };
    }
    case 'delete': {
      const kept = before.filter((row) => matches(step.where, row, columns) !== true);
      return { rows: kept, inserted: 0, updated: 0, deleted: before.length - kept.length };
    }
    case 'replace_partitions': {
      const key = keyOf([step.column]);
      const partitions = new Set(staged.map(key));
      const kept = before.filter((row) => !partitions.has(key(row)));
      return { rows: [...kept, ...staged], inserted: staged.length, updated: 0, deleted: before.length - kept.length };
    }
    case 'remove_absent': {
      const key = keyOf(step.key);
      const present = new Set(staged.map(key));
      if (step.how === 'mark') {
        const goes = (row: Row): boolean => !present.has(key(row)) && (row['__dpone__deleted_at'] ?? null) === null;
        const rows = before.map((row) => (goes(row) ? { ...row, __dpone__deleted_at: loadedAt } : row));
        return { rows, inserted: 0, updated: 0, deleted: before.filter(goes).length };
      }
      const kept = before.filter((row) => present.has(key(row)));
      return { rows: kept, inserted: 0, updated: 0, deleted: before.length - kept.length };
    }
    case 'add_versions':
      return addVersions(step, before, staged, columns, loadedAt);
    case 'apply_events':
      return applyEvents(step, before, staged, columns, loadedAt);
  }
}

/** A predicate on one row with SQL's three values: null is "unknown". */
export function matches(predicate: Predicate, row: Row, columns: readonly Column[]): boolean | null {
  switch (predicate.op) {
    case 'and':
      return fold(predicate.all, row, columns, false);
    case 'or':
      return fold(predicate.all, row, columns, true);
    case 'not': {
      const inner = matches(predicate.predicate, row, columns);
      return inner === null ? null : !inner;
    }
    case 'is_null':
      return row[predicate.column] === null;
    case 'is_not_null':
      return row[predicate.column] !== null;
    case 'in':
    case 'not_in': {
      const results = predicate.values.map((value) => compare(row[predicate.column], value, predicate.column, columns));
      const found = results.includes(0) ? true : results.includes(null) ? null : false;
      return found === null ? null : (predicate.op === 'in') === found;
    }
    case 'sql':
      throw new Error('The model reads no SQL.');
    default: {
      const order = compare(row[predicate.column], predicate.value, predicate.column, columns);
      if (order === null) return null;
      return { eq: order === 0, ne: order !== 0, lt: order < 0, le: order <= 0, gt: order > 0, ge: order >= 0 }[
        predicate.op
      ];
    }
  }
}

function fold(all: readonly Predicate[], row: Row, columns: readonly Column[], decides: boolean): boolean | null {
  const results = all.map((predicate) => matches(predicate, row, columns));
  if (results.includes(decides)) return decides;
  return results.includes(null) ? null : !decides;
}

/** Negative, zero or positive; null where a side is NULL. Dates and times are held in an order that text has too. */
function compare(value: unknown, other: PredicateValue, name: string, columns: readonly Column[]): number | null {
  if (value === null || value === undefined || other === null) return null;
  const kind = columns.find((c) => c.name === name)!.type.kind;
  const numeric = /^(u?int|decimal|float)/.test(kind);
  const [a, b] = numeric ? [Number(value), Number(other)] : [value as string, other as string];
  return a < b ? -1 : a > b ? 1 : 0;
}
