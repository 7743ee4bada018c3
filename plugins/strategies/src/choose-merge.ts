import { fail, type SinkCapabilities } from '@dpone/sdk';
import type { CommonOptions } from './common-options.js';

export type MergeWay = NonNullable<SinkCapabilities['mergeBy']>[number];

const SYNONYMS: Readonly<Record<string, string>> = {
  default: 'auto',
  'delete+insert': 'delete_insert',
  exchange: 'shadow_swap',
  alter_delete_insert: 'mutation_delete_insert',
  upsert_events: 'event_upsert',
};

/** How rows of a known key are replaced: as merge_policy says, or what the sink does first. */
export function chooseMerge(given: CommonOptions['merge_policy'], sink: SinkCapabilities): MergeWay {
  const can = sink.mergeBy ?? (['upsert', 'delete_insert'] as const);
  const wanted = SYNONYMS[given] ?? given;
  const way = wanted === 'auto' ? can[0] : can.find((one) => one === wanted);
  if (way !== undefined) return way;
  throw fail('DPONE_CAPABILITY', `this sink does not merge by merge_policy: ${given}`, {
    where: 'sink.strategy.merge_policy',
    remedy: `Set it to ${['auto', ...can].join(' or ')}.`,
  });
}
