import type { CanonicalType, Predicate, PredicateValue } from '@dpone/sdk';

/** The ends of a range; an open end does not belong to it. */
export interface ValueBounds {
  readonly min?: PredicateValue;
  readonly max?: PredicateValue;
  readonly minOpen?: boolean;
  readonly maxOpen?: boolean;
}

/** Every value that is there lies between the ends. */
export function withinBounds(column: string, { min, max, minOpen, maxOpen }: ValueBounds): Predicate {
  const ends: Predicate[] = [
    ...(min === undefined ? [] : [{ op: minOpen === true ? 'gt' : 'ge', column, value: min } as const]),
    ...(max === undefined ? [] : [{ op: maxOpen === true ? 'lt' : 'le', column, value: max } as const]),
  ];
  return {
    op: 'or',
    all: [
      { op: 'is_null', column },
      { op: 'and', all: ends },
    ],
  };
}

const NUMBERS = /^(u?int\d+|decimal|float\d+)$/;
const NUMBER_TEXT = /^-?\d+(\.\d+)?$/;
const SHAPES: Readonly<Record<string, RegExp>> = {
  date: /^\d{4}-\d\d-\d\d$/,
  time: /^\d\d:\d\d(:\d\d(\.\d+)?)?$/,
  timestamp: /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?$/,
};

/** Whether a system can compare a column with a value: a number with a number, a date with a text that is one. */
export function canCompare(type: CanonicalType, value: PredicateValue): boolean {
  if (value === null) return false;
  if (NUMBERS.test(type.kind))
    return typeof value === 'number' || (typeof value === 'string' && NUMBER_TEXT.test(value));
  if (type.kind === 'bool') return typeof value === 'boolean';
  if (typeof value !== 'string') return false;
  return type.kind === 'string' || SHAPES[type.kind]?.test(value) === true;
}
