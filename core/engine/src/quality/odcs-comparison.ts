import type { NumberRange } from '@dpone/sdk';
import { ODCS_OPERATORS, type OdcsQualityRule } from '@dpone/sdk/odcs';

/** The numbers that a rule's comparison lets pass, or why it has none. */
export function rangesOf(rule: OdcsQualityRule): readonly NumberRange[] | { readonly refused: string } {
  const given = ODCS_OPERATORS.filter((operator) => rule[operator] !== undefined);
  if (given.length !== 1)
    return { refused: `needs exactly one of ${ODCS_OPERATORS.join(', ')}, and has ${given.join(', ') || 'none'}` };
  const operator = given[0]!;
  const bounds = [rule[operator]].flat();
  if (!bounds.every((bound) => typeof bound === 'number'))
    return { refused: `compares a count by ${operator} with what is no number` };
  return BY_OPERATOR[operator](bounds[0]!, bounds[1]!);
}

const BY_OPERATOR: Readonly<Record<(typeof ODCS_OPERATORS)[number], (a: number, b: number) => readonly NumberRange[]>> =
  {
    mustBe: (a) => [{ min: a, max: a }],
    mustNotBe: (a) => [
      { max: a, maxOpen: true },
      { min: a, minOpen: true },
    ],
    mustBeGreaterThan: (a) => [{ min: a, minOpen: true }],
    mustBeGreaterOrEqualTo: (a) => [{ min: a }],
    mustBeLessThan: (a) => [{ max: a, maxOpen: true }],
    mustBeLessOrEqualTo: (a) => [{ max: a }],
    mustBeBetween: (a, b) => [{ min: a, max: b }],
    mustNotBeBetween: (a, b) => [
      { max: a, maxOpen: true },
      { min: b, minOpen: true },
    ],
  };

/** Whether a count passes only where nothing is counted: the rule is then one that every row must keep. */
export function wantsNone(ranges: readonly NumberRange[], unit: 'rows' | 'percent'): boolean {
  const most = Math.max(
    ...ranges.map(({ max = Infinity, maxOpen }) => (maxOpen === true && unit === 'rows' ? Math.ceil(max) - 1 : max)),
  );
  return most === 0 && ranges.some(({ min = 0 }) => min <= 0);
}
