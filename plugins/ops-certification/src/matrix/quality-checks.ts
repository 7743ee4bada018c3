import type { MatrixCase } from './cases.js';

const COMMON = ['wide_columns_preserved', 'no_unexpected_null_density'];
const SNAPSHOT = ['row_count_matches_source_snapshot', 'checksum_matches_source_snapshot'];
const DELETES_IN_EVENTS = new Set([
  'incremental_append',
  'incremental_merge',
  'replace',
  'snapshot_diff',
  'xmin',
  'cdc',
]);

const INTO_TABLES: Readonly<Record<string, readonly string[]>> = {
  incremental_append: ['append_count_matches_delta', 'existing_rows_preserved'],
  full_refresh: ['row_count_matches_full_source', 'checksum_matches_full_source'],
  snapshot_diff: [...SNAPSHOT, 'snapshot_diff_row_hash_matches', 'delete_keys_absent'],
  scd2: ['scd2_current_rows_match_source', 'scd2_history_closed', 'row_hash_changes_create_new_versions'],
  backfill: [...SNAPSHOT, 'backfill_chunk_state_committed', 'delete_keys_absent'],
};

/** What has to hold after a load of this case. */
export function qualityChecks({ sink, strategy }: MatrixCase): readonly string[] {
  if (sink !== 'kafka') return [...(INTO_TABLES[strategy] ?? [...SNAPSHOT, 'delete_keys_absent']), ...COMMON];
  const deletes = DELETES_IN_EVENTS.has(strategy) ? ['delete_events_present_when_expected'] : [];
  return ['event_count_matches_expected', 'keyed_events_present', ...COMMON, ...deletes];
}
