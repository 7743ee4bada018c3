import type { Column, FinalizeStep, Predicate, PredicateValue } from '@dpone/sdk';
import { comparable } from './compare.js';
import type { Row } from './fixtures/fixture.js';

/** What a step does to a target, said a second time and independently of any sink: the expectation of the kit. */
export interface ModelResult {
  readonly rows: readonly Row[];
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

/** The steps that the model knows. The others are held against a strategy's own tests. */
export const MODELLED = ['replace_all', 'append', 'merge', 'delete', 'replace_partitions', 'remove_absent'] as const;

/** Applies steps in order. Throws for a step that the model does not know. */
export function applySteps(
  steps: readonly FinalizeStep[],
  before: readonly Row[],
  staged: readonly Row[],
  columns: readonly Column[],
): ModelResult {
  let total: ModelResult = { rows: before, inserted: 0, updated: 0, deleted: 0 };
  for (const step of steps) {
    const next = applyStep(step, total.rows, staged, columns);
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
      const stagedKeys = new Set(staged.map(key));
      const kept = before.filter((row) => !stagedKeys.has(key(row)));
      const updated = before.length - kept.length;
      return { rows: [...kept, ...staged], inserted: staged.length - updated, updated, deleted: 0 };
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
      if (step.how !== 'delete') break;
      const key = keyOf(step.key);
      const present = new Set(staged.map(key));
      const kept = before.filter((row) => present.has(key(row)));
      return { rows: kept, inserted: 0, updated: 0, deleted: before.length - kept.length };
    }
    default:
  }
  throw new Error(`The model does not know ${JSON.stringify(step)}.`);
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
