import { defineStrategy, type StagingCheck } from '@dpone/sdk';
import { z } from 'zod';

const key = (columns: readonly string[]): StagingCheck => ({
  id: `unique.${columns.join('+')}`,
  kind: 'unique',
  columns,
  on: 'fail',
});

export const fullRefresh = defineStrategy({
  summary: 'The target becomes the source',
  options: z.object({
    overwrite_type: z.enum(['truncate_insert', 'exchange']).default('truncate_insert').describe('How.'),
  }),
  needs: [['replace_all']],
  uniqueKey: 'optional',
  cursor: 'none',
  example: { mode: 'full_refresh' },
  plan: ({ options, uniqueKey }) => ({
    read: 'all',
    checks: uniqueKey.length === 0 ? [] : [key(uniqueKey)],
    steps: [{ op: 'replace_all', by: options.overwrite_type === 'exchange' ? 'swap' : 'truncate_insert' }],
    reasons: [],
  }),
});

export const incrementalAppend = defineStrategy({
  summary: 'New rows are added',
  options: z.object({}),
  needs: [['append']],
  uniqueKey: 'optional',
  cursor: 'required',
  example: { mode: 'incremental_append' },
  plan: () => ({ read: 'increment', checks: [], steps: [{ op: 'append' }], reasons: [] }),
});

export const incrementalMerge = defineStrategy({
  summary: 'Changed and new rows by key',
  options: z.object({}),
  needs: [['merge']],
  uniqueKey: 'required',
  cursor: 'optional',
  example: { mode: 'incremental_merge', unique_key: 'id' },
  plan: ({ uniqueKey, cursor }) => ({
    read: cursor === undefined ? 'all' : 'increment',
    checks: [key(uniqueKey)],
    steps: [{ op: 'merge', key: uniqueKey, by: 'upsert' }],
    reasons: [],
  }),
});

/** Needs what the store cannot do. */
export const partitionReplace = defineStrategy({
  summary: 'Whole partitions',
  options: z.object({}),
  needs: [['replace_partitions']],
  uniqueKey: 'none',
  cursor: 'none',
  example: { mode: 'partition_replace' },
  plan: () => ({
    read: 'all',
    checks: [],
    steps: [{ op: 'replace_partitions', column: 'day', native: 'auto' }],
    reasons: [],
  }),
});
