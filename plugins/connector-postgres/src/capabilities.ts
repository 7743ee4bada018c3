import type { SinkCapabilities, SourceCapabilities } from '@dpone/sdk';

export const sourceCapabilities: SourceCapabilities = {
  lanes: ['pg-copy-binary', 'pg-copy-text', 'parquet', 'csv', 'rows'],
  cursors: ['column', 'xmin', 'cdc'],
  partitions: true,
  snapshot: 'consistent',
  events: {
    operation: '_cdc_op',
    order: '_cdc_seq',
    unchanged: '_cdc_unchanged',
    oldKey: '_cdc_old_key',
    columns: ['_cdc_op', '_cdc_seq', '_cdc_lsn', '_cdc_xid', '_cdc_committed_at', '_cdc_unchanged', '_cdc_old_key'],
    upserts: ['read', 'insert', 'update'],
    deletes: ['delete'],
    truncates: ['truncate'],
  },
  // The log is read by one session, which also learns how far it came.
  elsewhere: ['all', 'column', 'xmin'],
  facts: [
    {
      fact: 'Every connection of a read sees one exported snapshot, also on a standby.',
      source: 'https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-SNAPSHOT-SYNCHRONIZATION',
    },
    {
      fact: 'From Postgres 14 tables are split by ranges of blocks; before, by ranges of a key.',
      source: 'https://www.postgresql.org/docs/14/release-14.html',
    },
    {
      fact: 'Rows that row security would hide are an error, not left out.',
      source: 'https://www.postgresql.org/docs/current/ddl-rowsecurity.html',
    },
    {
      fact: 'Cursor `column`: a transaction that is open during a read and commits a smaller value afterwards is missed, unless lookback_days reaches it; rows whose value is NULL come with the first load alone.',
      source: 'https://www.postgresql.org/docs/current/transaction-iso.html',
    },
    {
      fact: 'Cursor `xmin`: no committed row is missed, some are read twice, deleted ones are not seen.',
      source: 'https://www.postgresql.org/docs/current/ddl-system-columns.html',
    },
    {
      fact: 'Cursor `cdc`: every committed insert, update, delete and TRUNCATE comes once, in the order of the commits, whole transactions at a time; between loads a replication slot keeps the log.',
      source: 'https://www.postgresql.org/docs/current/logicaldecoding.html',
    },
  ],
};

export const sinkCapabilities: SinkCapabilities = {
  lanes: ['pg-copy-binary', 'pg-copy-text', 'parquet', 'csv', 'tsv', 'jsonl', 'rows'],
  finalize: [
    'replace_all',
    'append',
    'merge',
    'delete',
    'replace_partitions',
    'remove_absent',
    'add_versions',
    'apply_events',
  ],
  ddl: ['create_table', 'add_column', 'widen_column', 'drop_not_null', 'rename_column', 'drop_column'],
  changeLimits: ['lockSeconds', 'statementSeconds'],
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
    'query',
  ],
  transactional: true,
  rollback: true,
  parallelStaging: 'machine',
  framework: ['load_id', 'run_id', 'loaded_at', 'extracted_at', 'row_id', 'row_hash', 'true', 'null'],
  maxIdentifier: 63,
  facts: [
    {
      fact: 'Schema changes, data, receipt and state commit in one transaction.',
      source: 'https://www.postgresql.org/docs/current/ddl-alter.html',
    },
    {
      fact: 'An advisory lock ends with the connection that took it, however its process died.',
      source: 'https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS',
    },
    {
      fact: 'A column that is added with a constant default rewrites no row.',
      source: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES',
    },
    {
      fact: 'jsonb keeps the value of a document, not its spaces, order of keys or double keys; json keeps its text.',
      source: 'https://www.postgresql.org/docs/current/datatype-json.html',
    },
  ],
};
