import type { Predicate, PredicateValue } from '@dpone/sdk';
import { momentOf } from './moment.js';

/** From `from` up to, and without, `to`; whole numbers, or infinite where a side is open. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** Where a message lies that fits a condition. */
export interface WhereBounds {
  readonly partition: Interval;
  readonly offset: Interval;
  /** Milliseconds since 1970. */
  readonly timestamp: Interval;
}

/** What a column is to the broker; undefined where it is none of these. */
export type PlaceOf = (column: string) => keyof WhereBounds | undefined;

const OPEN: Interval = { from: -Infinity, to: Infinity };
const ANYWHERE: WhereBounds = { partition: OPEN, offset: OPEN, timestamp: OPEN };

/**
 * The least partitions, offsets and times that hold every message for which the condition is true. Exact for conditions
 * on one of them alone; wider where they are tied to others, never narrower.
 */
export function whereBounds(where: Predicate, placeOf: PlaceOf): WhereBounds {
  switch (where.op) {
    case 'and':
      return where.all.map((one) => whereBounds(one, placeOf)).reduce(both, ANYWHERE);
    case 'or':
      return where.all.length === 0 ? ANYWHERE : where.all.map((one) => whereBounds(one, placeOf)).reduce(either);
    case 'eq':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge': {
      const place = placeOf(where.column);
      return place === undefined ? ANYWHERE : { ...ANYWHERE, [place]: side(where.op, valueOf(where.value, place)) };
    }
    case 'in': {
      const place = placeOf(where.column);
      if (place === undefined || where.values.length === 0) return ANYWHERE;
      const each = where.values.map((value) => side('eq', valueOf(value, place)));
      return { ...ANYWHERE, [place]: each.reduce(hull) };
    }
    default:
      return ANYWHERE;
  }
}

const meet = (a: Interval, b: Interval): Interval => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) });
const hull = (a: Interval, b: Interval): Interval => ({ from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) });

const each =
  (join: (a: Interval, b: Interval) => Interval) =>
  (a: WhereBounds, b: WhereBounds): WhereBounds => ({
    partition: join(a.partition, b.partition),
    offset: join(a.offset, b.offset),
    timestamp: join(a.timestamp, b.timestamp),
  });
const both = each(meet);
const either = each(hull);

/** A value between two whole numbers; they are the same where it is one itself. */
interface Between {
  readonly below: number;
  readonly above: number;
}

function side(op: 'eq' | 'lt' | 'le' | 'gt' | 'ge', value: Between | undefined): Interval {
  // What is no number or time is compared, or refused, where rows are.
  if (value === undefined) return OPEN;
  const { below, above } = value;
  switch (op) {
    case 'eq':
      return { from: above, to: below + 1 };
    case 'lt':
      return { from: -Infinity, to: above };
    case 'le':
      return { from: -Infinity, to: below + 1 };
    case 'gt':
      return { from: below + 1, to: Infinity };
    case 'ge':
      return { from: above, to: Infinity };
  }
}

function valueOf(value: PredicateValue, place: keyof WhereBounds): Between | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  return place === 'timestamp' ? millisOf(String(value)) : numberOf(String(value));
}

const WHOLE = /^-?\d{1,15}$/;
const DECIMAL = /^(-?)(\d{1,15})\.(\d+)$/;

/** Taken from its digits: a double would round a number that lies close to a whole one. */
function numberOf(text: string): Between | undefined {
  if (WHOLE.test(text)) return { below: Number(text), above: Number(text) };
  const [, sign, whole, part] = DECIMAL.exec(text) ?? [];
  if (whole === undefined || part === undefined) return undefined;
  return between(sign === '-' ? -1 : 1, Number(whole), /^0*$/.test(part));
}

function between(sign: 1 | -1, whole: number, exact: boolean): Between {
  const value = sign * whole;
  if (exact) return { below: value, above: value };
  return sign === 1 ? { below: value, above: value + 1 } : { below: value - 1, above: value };
}

function millisOf(text: string): Between | undefined {
  const moment = momentOf(text);
  if (moment === undefined) return undefined;
  const { seconds, fraction } = moment;
  return between(1, seconds * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0')), fraction.length <= 3);
}
