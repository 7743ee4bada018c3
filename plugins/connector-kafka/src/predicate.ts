import { decimalText, fail, isInteger, type Column, type Predicate, type PredicateValue } from '@dpone/sdk';

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
      const { type } = columns[at]!;
      const test = leaf(predicate, type);
      return (batch, row) => test(batch[at]![row]);
    }
  }
}

type Leaf = Exclude<Predicate, { op: 'and' | 'or' | 'not' | 'sql' }>;

function leaf(predicate: Leaf, type: Column['type']): (value: unknown) => boolean | null {
  const order = orderOf(type);
  switch (predicate.op) {
    case 'is_null':
      return (value) => value === null;
    case 'is_not_null':
      return (value) => value !== null;
    case 'in':
    case 'not_in': {
      const { values, op } = predicate;
      return (value) => {
        const results = values.map((one) => order(value, one));
        const found = results.includes(0) ? true : results.includes(null) ? null : false;
        return found === null ? null : (op === 'in') === found;
      };
    }
    default: {
      const { op, value: other } = predicate;
      const holds = { eq: isZero, ne: isNotZero, lt: isBelow, le: isAtMost, gt: isAbove, ge: isAtLeast }[op];
      return (value) => {
        const result = order(value, other);
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

type Order = (value: unknown, other: PredicateValue) => number | null;

function orderOf(type: Column['type']): Order {
  const numeric = isInteger(type) || ['decimal', 'float32', 'float64'].includes(type.kind);
  const compare = numeric ? byNumber : byText;
  return (value, other) => (value === null || value === undefined || other === null ? null : compare(value, other));
}

const byText = (a: unknown, b: unknown): number => (a === b ? 0 : (a as string) < (b as string) ? -1 : 1);

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
