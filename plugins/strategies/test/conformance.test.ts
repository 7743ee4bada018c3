import { conformance, type StrategyScenario } from '@dpone/testkit';
import { fullRefresh, incrementalAppend, incrementalMerge } from '../dist/index.js';

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
];

for (const scenario of SCENARIOS)
  describe(`${scenario.id} shows the kit behaviours`, () => {
    for (const one of conformance(scenario)) it(one.name, one.run);
  });
