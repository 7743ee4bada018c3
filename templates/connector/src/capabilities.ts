import type { SinkCapabilities, SourceCapabilities } from '@dpone/sdk';

/** What this connector can, as data: the planner, the conformance kit and the docs read it. Say the truth; the kit checks. */
export const sourceCapabilities: SourceCapabilities = {
  lanes: ['rows'],
  cursors: ['column'],
  partitions: true,
  snapshot: 'consistent',
};

export const sinkCapabilities: SinkCapabilities = {
  lanes: ['rows'],
  finalize: ['replace_all', 'append', 'merge', 'delete', 'replace_partitions', 'remove_absent'],
  ddl: ['create_table', 'add_column', 'widen_column', 'drop_not_null', 'rename_column', 'drop_column'],
  checks: [
    'not_null',
    'unique',
    'accepted_values',
    'min_rows',
    'max_null_ratio',
    'max_distinct',
    'predicate',
    'length',
    'pattern',
    'count',
  ],
  transactional: true,
  rollback: true,
  parallelStaging: 'process',
  framework: ['load_id', 'run_id', 'loaded_at', 'extracted_at', 'true', 'null'],
  facts: [{ fact: 'The whole store is one file that is read and written as a whole.', source: 'src/store.ts' }],
};
