import { defineStrategy, fail } from '@dpone/sdk';
import { z } from 'zod';

const options = z.strictObject({
  min_rows: z
    .int()
    .min(0)
    .default(1)
    .describe('A load of fewer rows is refused. Default 1: an empty source never empties the target.'),
});

/** Replaces the target by what was read, but refuses a load that is too small to be true. */
export const acmeStrategy = defineStrategy({
  summary: 'A full reload that refuses suspiciously few rows',
  options,
  needs: [['replace_all']],
  uniqueKey: 'none',
  cursor: 'none',
  example: { mode: 'acme', min_rows: 1 },
  plan: (input) => {
    if (!input.sink.finalize.includes('replace_all'))
      throw fail('DPONE_CAPABILITY', 'The strategy acme needs a sink that can replace a whole table.', {
        where: 'sink.strategy.mode',
        remedy: 'Use incremental_append or incremental_merge with this sink.',
      });
    return {
      read: 'all',
      checks: [{ id: 'min_rows', kind: 'min_rows', rows: input.options.min_rows, on: 'fail' }],
      steps: [{ op: 'replace_all', by: 'truncate_insert' }],
      reasons: [`the target becomes what was read, if that is at least ${input.options.min_rows} rows`],
    };
  },
});
