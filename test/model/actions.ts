import { PROTOCOL_STEPS, type ProtocolStep } from '@dpone/engine';
import fc from 'fast-check';

/** What happens to one row of the source. Few keys and few values, so that they come again. */
export interface RowChange {
  readonly id: number;
  /** The row is removed where it is there; put where it is not. */
  readonly removes: boolean;
  readonly group: number;
  readonly name: number;
  /** Minutes before the source's newest time: a change that comes late. */
  readonly late: number;
}

export type Action =
  | { readonly kind: 'change'; readonly rows: readonly RowChange[] }
  | { readonly kind: 'load' }
  /** A load whose process is killed (SIGKILL) when it reaches a step of the protocol. */
  | { readonly kind: 'kill'; readonly at: ProtocolStep }
  /** Two loads at once; the first is killed where a step is named. */
  | { readonly kind: 'crowd'; readonly at: ProtocolStep | null }
  | { readonly kind: 'add_column' }
  /** The clock of the loads goes forward or back. */
  | { readonly kind: 'clock'; readonly minutes: number };

const PLAIN = { noNullPrototype: true } as const;

const rowChange: fc.Arbitrary<RowChange> = fc.record(
  {
    id: fc.integer({ min: 1, max: 7 }),
    removes: fc.boolean(),
    group: fc.integer({ min: 1, max: 4 }),
    name: fc.integer({ min: 0, max: 2 }),
    late: fc.integer({ min: 0, max: 3 }),
  },
  PLAIN,
);

const step = fc.constantFrom(...PROTOCOL_STEPS);

const action = (kind: Action['kind'], fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Action> =>
  fc.record(fields, PLAIN).map((own) => ({ kind, ...own }) as Action);

/** A story of a source and its loads; it begins with rows, and ends with a load that nothing disturbs. */
export const sequences: fc.Arbitrary<readonly Action[]> = fc
  .tuple(
    fc.array(rowChange, { minLength: 3, maxLength: 8 }),
    fc.array(
      fc.oneof(
        { weight: 5, arbitrary: action('change', { rows: fc.array(rowChange, { minLength: 1, maxLength: 5 }) }) },
        { weight: 2, arbitrary: action('load', {}) },
        { weight: 4, arbitrary: action('kill', { at: step }) },
        { weight: 1, arbitrary: action('crowd', { at: fc.option(step, { nil: null }) }) },
        { weight: 1, arbitrary: action('add_column', {}) },
        { weight: 1, arbitrary: action('clock', { minutes: fc.integer({ min: -90, max: 90 }) }) },
      ),
      { minLength: 4, maxLength: 9 },
    ),
  )
  .map(([rows, actions]) => [
    { kind: 'change' as const, rows: rows.map((row) => ({ ...row, removes: false })) },
    ...actions,
    { kind: 'load' as const },
  ]);
