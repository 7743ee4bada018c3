import { fail, type Column, type Predicate, type PredicateValue } from '@dpone/sdk';
import type { StoredRow } from './store.js';

/** Orders two stored values of a column; null where one of them is NULL. */
export function compareValues(a: unknown, b: unknown, column: Column): number | null {
  if (a === null || b === null) return null;
  const [x, y] = /^u?int/.test(column.type.kind)
    ? [BigInt(a as number), BigInt(b as number)]
    : /^(decimal|float)/.test(column.type.kind)
      ? [Number(a), Number(b)]
      : [a as string, b as string];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Whether a row fits a predicate, with SQL's three values: null is "unknown", as for every comparison with NULL. */
export function fits(predicate: Predicate, row: StoredRow, columns: readonly Column[]): boolean | null {
  const at = (name: string): number => {
    const index = columns.findIndex((column) => column.name === name);
    if (index < 0) throw fail('DPONE_PREDICATE_INVALID', `A predicate names column ${name}, which the table lacks.`);
    return index;
  };
  const order = (name: string, value: PredicateValue): number | null =>
    compareValues(row[at(name)], value, columns[at(name)]!);
  switch (predicate.op) {
    case 'and':
    case 'or': {
      const decides = predicate.op === 'or';
      const results = predicate.all.map((inner) => fits(inner, row, columns));
      return results.includes(decides) ? decides : results.includes(null) ? null : !decides;
    }
    case 'not': {
      const inner = fits(predicate.predicate, row, columns);
      return inner === null ? null : !inner;
    }
    case 'is_null':
      return row[at(predicate.column)] === null;
    case 'is_not_null':
      return row[at(predicate.column)] !== null;
    case 'in':
    case 'not_in': {
      const results = predicate.values.map((value) => order(predicate.column, value));
      const found = results.includes(0) ? true : results.includes(null) ? null : false;
      return found === null ? null : found === (predicate.op === 'in');
    }
    case 'sql':
      throw fail('DPONE_PREDICATE_INVALID', 'acme has no SQL, so custom_predicate cannot be used.');
    default: {
      const result = order(predicate.column, predicate.value);
      if (result === null) return null;
      return { eq: result === 0, ne: result !== 0, lt: result < 0, le: result <= 0, gt: result > 0, ge: result >= 0 }[
        predicate.op
      ];
    }
  }
}

/** A text that two rows share exactly when they share the key. */
export function keyOf(columns: readonly Column[], key: readonly string[]): (row: StoredRow) => string {
  const at = key.map((name) => columns.findIndex((column) => column.name === name));
  return (row) => JSON.stringify(at.map((index) => row[index]));
}
