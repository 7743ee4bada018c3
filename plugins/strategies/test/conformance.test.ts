import { conformance, type StrategyScenario } from '@dpone/testkit';
import {
  backfill,
  cdcApply,
  fullRefresh,
  incrementalAppend,
  incrementalMerge,
  partitionReplace,
  replace,
  scd2,
  snapshotDiff,
  xmin,
} from '../dist/index.js';

const keyOf = (row: Readonly<Record<string, unknown>>, key: readonly string[]): string =>
  key.map((name) => String(row[name] as bigint)).join('|');

const SCENARIOS: readonly StrategyScenario[] = [
  {
    kind: 'strategy',
    id: 'full_refresh',
    definition: fullRefresh,
    options: [{ overwrite_type: 'truncate_insert' }, {}],
    effect: (_before, staged) => staged,
  },
  {
    kind: 'strategy',
    id: 'incremental_append',
    definition: incrementalAppend,
    options: [{}],
    effect: (before, staged) => {
      const known = new Set(before.map((row) => keyOf(row, ['id'])));
      return [...before, ...staged.filter((row) => !known.has(keyOf(row, ['id'])))];
    },
  },
  {
    kind: 'strategy',
    id: 'incremental_merge',
    definition: incrementalMerge,
    options: [{ merge_policy: 'delete+insert' }, { merge_policy: 'upsert' }],
    effect: (before, staged, key) => {
      const fresh = new Set(staged.map((row) => keyOf(row, key)));
      return [...before.filter((row) => !fresh.has(keyOf(row, key))), ...staged];
    },
  },
  {
    kind: 'strategy',
    id: 'xmin',
    definition: xmin,
    options: [{ merge_policy: 'delete_insert' }],
  },
  {
    kind: 'strategy',
    id: 'backfill',
    definition: backfill,
    options: ['replace', 'partition_replace', 'incremental_append'].map((inner_mode) => ({
      backfill: { inner_mode, chunk: { column: 'id', from: 1, to: 9, step: 4 } },
    })),
  },
  {
    kind: 'strategy',
    id: 'replace',
    definition: replace,
    options: [{ custom_predicate: 'id > 4' }, { window: { column: 'id', to: 7 } }],
    effect: (before, staged) => {
      const inside = (row: Readonly<Record<string, unknown>>): boolean =>
        (row['ordered_on'] as string) >= '2026-11-01' && (row['ordered_on'] as string) < '2026-12-01';
      return [...before.filter((row) => !inside(row)), ...staged];
    },
  },
  {
    kind: 'strategy',
    id: 'partition_replace',
    definition: partitionReplace,
    options: [
      { partition: { column: 'ordered_on', native: false } },
      { partition: { column: 'customer', require_native: true, max_partitions_per_run: 2 } },
    ],
    effect: (before, staged) => {
      const fresh = new Set(staged.map((row) => row['ordered_on']));
      return [...before.filter((row) => !fresh.has(row['ordered_on'])), ...staged];
    },
  },
  {
    kind: 'strategy',
    id: 'snapshot_diff',
    definition: snapshotDiff,
    options: [{}, { diff: { compare: 'row_hash' } }, { diff: { delete_policy: 'ignore' } }],
  },
  {
    kind: 'strategy',
    id: 'scd2',
    definition: scd2,
    options: [{}, { scd2: { effective_column: 'updated_at', row_hash_column: '__dpone__row_hash' } }],
  },
  {
    kind: 'strategy',
    id: 'cdc_apply',
    definition: cdcApply,
    options: [{ cdc: { order_column: 'position', delete_policy: 'soft_delete' } }],
  },
];

for (const scenario of SCENARIOS)
  describe(`${scenario.id} shows the kit behaviours`, () => {
    for (const one of conformance(scenario)) it(one.name, one.run);
  });
