import { defineStrategy, type Predicate, type StrategyDefinition } from '@dpone/sdk';
import { z } from 'zod';

/** The strategy in the receipt of a part that was loaded again. */
export const RESYNC = 'resync';

/** Rows of a part are removed and added. */
export const replacing = (where: Predicate): StrategyDefinition =>
  defineStrategy({
    summary: 'Replaces the rows of a part by what the source holds of them now',
    options: z.strictObject({}),
    needs: [['delete', 'append']],
    uniqueKey: 'optional',
    cursor: 'none',
    example: { mode: RESYNC },
    plan: ({ uniqueKey }) => ({
      read: 'all',
      where,
      checks: [
        { id: 'resync.inside', kind: 'predicate', predicate: where, on: 'fail' },
        ...(uniqueKey.length === 0
          ? []
          : [{ id: `unique.${uniqueKey.join('.')}`, kind: 'unique', columns: uniqueKey, on: 'fail' } as const]),
      ],
      steps: [{ op: 'delete', where }, { op: 'append' }],
      reasons: ['the rows of the part are read and replaced; the state stays as it is'],
    }),
  }) as StrategyDefinition;
