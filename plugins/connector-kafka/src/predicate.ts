import { decimalText, fail, isInteger, typeName, type Column, type Predicate, type PredicateValue } from '@dpone/sdk';
import { compareMoments, momentOf, sortableMoment, sortableText } from './moment.js';

/** Whether a row of a batch fits; null where NULL leaves it open, as in SQL. */
export type RowTest = (columns: readonly (readonly unknown[])[], row: number) => boolean | null;

/** A predicate on batches of these columns. Kafka filters nothing itself: what does not fit is left out here. */
export function compilePredicate(predicate: Predicate, columns: readonly Column[]): RowTest {
  switch (predicate.op) {
    case 'and':
      return fold(predicate.all, columns, false);
    case 'or':
      return fold(predicate.all, columns, true);
    case 'not': {
      const inner = compilePredicate(predicate.predicate, columns);
      return (batch, row) => {
        const result = inner(batch, row);
        return result === null ? null : !result;
      };
    }
    case 'sql':
      throw fail('DPONE_CAPABILITY', 'Kafka knows no SQL: custom_predicate cannot be applied to a topic', {
        where: 'source.options.custom_predicate',
        remedy: 'Remove it, and choose rows where they are used.',
      });
    default: {
      const at = indexOf(predicate.column, columns);
      const test = leaf(predicate, columns[at]!);
      return (batch, row) => test(batch[at]![row]);
    }
  }
}

type Leaf = Exclude<Predicate, { op: 'and' | 'or' | 'not' | 'sql' }>;

function leaf(predicate: Leaf, column: Column): (value: unknown) => boolean | null {
  switch (predicate.op) {
    case 'is_null':
      return (value) => value === null;
    case 'is_not_null':
      return (value) => value !== null;
    case 'in':
    case 'not_in': {
      const { values, op } = predicate;
      const orders = values.map((one) => orderOf(column, one));
      return (value) => {
        const results = orders.map((order) => order(value));
        const found = results.includes(0) ? true : results.includes(null) ? null : false;
        return found === null ? null : (op === 'in') === found;
      };
    }
    default: {
      const { op, value: other } = predicate;
      const holds = { eq: isZero, ne: isNotZero, lt: isBelow, le: isAtMost, gt: isAbove, ge: isAtLeast }[op];
      const order = orderOf(column, other);
      return (value) => {
        const result = order(value);
        return result === null ? null : holds(result);
      };
    }
  }
}

const isZero = (n: number): boolean => n === 0;
const isNotZero = (n: number): boolean => n !== 0;
const isBelow = (n: number): boolean => n < 0;
const isAtMost = (n: number): boolean => n <= 0;
const isAbove = (n: number): boolean => n > 0;
const isAtLeast = (n: number): boolean => n >= 0;

function fold(all: readonly Predicate[], columns: readonly Column[], decides: boolean): RowTest {
  const tests = all.map((one) => compilePredicate(one, columns));
  return (batch, row) => {
    let open = false;
    for (const test of tests) {
      const result = test(batch, row);
      if (result === decides) return decides;
      open ||= result === null;
    }
    return open ? null : !decides;
  };
}

/** A value beside the one of the condition: below 0 where it is the smaller; null where either is NULL. */
type Order = (value: unknown) => number | null;

function orderOf(column: Column, other: PredicateValue): Order {
  if (other === null) return () => null;
  const compare = comparison(column, other);
  return (value) => (value === null || value === undefined ? null : compare(value));
}

function comparison(column: Column, other: string | number | boolean): (value: unknown) => number {
  const { type } = column;
  if (isInteger(type) || ['decimal', 'float32', 'float64'].includes(type.kind))
    return (value) => byNumber(value, other);
  if (type.kind === 'timestamp' || type.kind === 'date') return byTime(column, other);
  return (value) => byText(value, other);
}

const byText = (a: unknown, b: unknown): number => (a === b ? 0 : (a as string) < (b as string) ? -1 : 1);

/** By what is meant, not by how it is written: a manifest may say the same time with a space, a zone, or less digits. */
function byTime({ name, type }: Column, other: string | number | boolean): (value: unknown) => number {
  const bound = momentOf(String(other));
  if (bound === undefined || (bound.shifted && !(type.kind === 'timestamp' && type.tz)))
    throw fail('DPONE_OPTION_CONFLICT', `${name} is ${typeName(type)} and cannot be compared with ${String(other)}`, {
      where: `column ${name}`,
      remedy: `Write a date or a time${bound === undefined ? '' : ' without an offset'}, as 2026-11-01${type.kind === 'date' ? '' : 'T00:00:00'}.`,
    });
  const sortable = sortableMoment(bound);
  return (value) => {
    const own = sortableText(value as string);
    return own === undefined || sortable === undefined
      ? compareMoments(momentOf(value as string)!, bound)
      : byText(own, sortable);
  };
}

/** Exact: texts of decimals are compared as scaled integers. */
function byNumber(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [x, y] = [scaled(String(a)), scaled(String(b))];
  if (x === undefined || y === undefined) return Number(a) - Number(b);
  const power = Math.min(x.power, y.power);
  const left = x.units * 10n ** BigInt(x.power - power);
  const right = y.units * 10n ** BigInt(y.power - power);
  return left === right ? 0 : left < right ? -1 : 1;
}

function scaled(text: string): { readonly units: bigint; readonly power: number } | undefined {
  const plain = decimalText(text);
  if (plain === '0') return { units: 0n, power: 0 };
  const match = /^(-?\d+)e(-?\d+)$/.exec(plain);
  // Beyond the exponents of a double nothing is compared digit by digit.
  if (match === null || Math.abs(Number(match[2])) > 1100) return undefined;
  return { units: BigInt(match[1]!), power: Number(match[2]) };
}

export function indexOf(name: string, columns: readonly Column[]): number {
  const exact = columns.findIndex((c) => c.name === name);
  const at = exact >= 0 ? exact : columns.findIndex((c) => c.name.toLowerCase() === name.toLowerCase());
  if (at < 0)
    throw fail('DPONE_SOURCE_NOT_FOUND', `the messages have no column ${name}`, {
      where: `column ${name}`,
      remedy: `They have: ${columns.map((c) => c.name).join(', ')}.`,
    });
  return at;
}
