import { defineStrategy, fail, type SinkCapabilities } from '@dpone/sdk';
import { commonSchema, unusedReason, type CommonOptions } from './common-options.js';
import { keyChecks } from './key-checks.js';
import { cursorName } from './read-scope.js';
import { requirePrimitive } from './require-primitive.js';

const MODE = 'incremental_merge';
type Way = NonNullable<SinkCapabilities['mergeBy']>[number];

const SYNONYMS: Readonly<Record<string, string>> = {
  default: 'auto',
  'delete+insert': 'delete_insert',
  exchange: 'shadow_swap',
  alter_delete_insert: 'mutation_delete_insert',
  upsert_events: 'event_upsert',
};

const WHY: Readonly<Record<Way, string>> = {
  upsert: 'upsert: matched rows are updated in place and keep the columns that the load does not fill',
  delete_insert: 'delete_insert: matched rows are deleted, then all staged rows are inserted',
};

/** Rows of a known key are replaced, the others added. */
export const incrementalMerge = defineStrategy<CommonOptions>({
  summary: 'Replaces rows of a known key by what is new at the source, and adds the others',
  options: commonSchema,
  needs: [['merge']],
  uniqueKey: 'required',
  cursor: 'optional',
  example: { mode: MODE, unique_key: 'id', merge_policy: 'auto' },
  plan: (input) => {
    const { options, uniqueKey, sink } = input;
    requirePrimitive(MODE, 'merge', sink);
    if (uniqueKey.length === 0)
      throw fail('DPONE_OPTION_CONFLICT', `${MODE} needs a unique_key`, {
        where: 'sink.strategy.unique_key',
        remedy: 'Set sink.strategy.unique_key to the columns that identify a row.',
      });
    const by = chooseWay(options.merge_policy, sink);
    const cursor = cursorName(input);
    return {
      read: cursor === undefined ? 'all' : 'increment',
      checks: keyChecks(uniqueKey),
      steps: [{ op: 'merge', key: uniqueKey, by }],
      reasons: [
        cursor === undefined
          ? 'there is no cursor: the source is read whole and merged'
          : `what is new since the last load is read, by ${cursor}`,
        WHY[by],
        ...unusedReason(MODE, options, ['merge_policy']),
      ],
    };
  },
});

function chooseWay(given: CommonOptions['merge_policy'], sink: SinkCapabilities): Way {
  const can = sink.mergeBy ?? (['upsert', 'delete_insert'] as const);
  const wanted = SYNONYMS[given] ?? given;
  const way = wanted === 'auto' ? can[0] : can.find((one) => one === wanted);
  if (way !== undefined) return way;
  throw fail('DPONE_CAPABILITY', `this sink does not merge by merge_policy: ${given}`, {
    where: 'sink.strategy.merge_policy',
    remedy: `Set it to ${['auto', ...can].join(' or ')}.`,
  });
}
