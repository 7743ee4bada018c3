import type { SinkCapabilities, SourceCapabilities } from '@dpone/sdk';

export const sourceCapabilities: SourceCapabilities = {
  lanes: ['rows'],
  cursors: ['column', 'cdc'],
  partitions: true,
  snapshot: 'consistent',
  elsewhere: ['chunk'],
  events: {
    operation: '_cdc_op',
    order: '_cdc_seq',
    columns: ['_cdc_op', '_cdc_seq'],
    upserts: ['read', 'insert', 'update'],
    deletes: ['delete'],
    truncates: ['truncate'],
  },
  facts: [
    {
      fact: 'Each partition is a SNAPSHOT transaction; a shared lock of the table, held while they begin, makes them one state.',
      source: 'https://learn.microsoft.com/sql/t-sql/statements/set-transaction-isolation-level-transact-sql#snapshot',
    },
    {
      fact: 'Cursor `column` on a rowversion column: rows up to MIN_ACTIVE_ROWVERSION() are taken, so no row of a transaction that was still open is missed.',
      source: 'https://learn.microsoft.com/sql/t-sql/functions/min-active-rowversion-transact-sql',
    },
    {
      fact: 'Cursor `column` on another column: a transaction that is open during a read and commits a smaller value afterwards is missed, unless lookback_days reaches it; rows whose value is NULL come with the first load alone.',
      source: 'https://learn.microsoft.com/sql/t-sql/statements/set-transaction-isolation-level-transact-sql#snapshot',
    },
    {
      fact: 'Cursor `cdc` is change tracking: one event for each row that was inserted, updated or deleted since, as it is now. Version, changes and rows are of one SNAPSHOT transaction.',
      source: 'https://learn.microsoft.com/sql/relational-databases/track-changes/work-with-change-tracking-sql-server',
    },
    {
      fact: 'datetime2, time and datetimeoffset keep 100 ns; decimals, money and bigint are exact.',
      source: 'https://learn.microsoft.com/sql/t-sql/data-types/datetime2-transact-sql',
    },
  ],
};

export const sinkCapabilities: SinkCapabilities = {
  lanes: ['rows', 'csv', 'tsv', 'jsonl'],
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
  changeLimits: ['lockSeconds'],
  checks: [
    'not_null',
    'unique',
    'accepted_values',
    'min_rows',
    'max_null_ratio',
    'max_distinct',
    'predicate',
    'length',
    'count',
    'query',
  ],
  transactional: true,
  rollback: true,
  parallelStaging: 'machine',
  framework: ['load_id', 'run_id', 'loaded_at', 'extracted_at', 'row_id', 'row_hash', 'true', 'null'],
  maxIdentifier: 128,
  facts: [
    {
      fact: 'Schema changes, data, receipt and state commit in one transaction; sp_rename and TRUNCATE TABLE are part of it.',
      source: 'https://learn.microsoft.com/sql/t-sql/statements/truncate-table-transact-sql',
    },
    {
      fact: 'An application lock of a session ends with the session, however its process died.',
      source:
        'https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-getapplock-transact-sql',
    },
    {
      fact: 'A bulk load with TABLOCK into a heap is minimally logged where the recovery model allows it, and several can run at once.',
      source:
        'https://learn.microsoft.com/sql/relational-databases/import-export/prerequisites-for-minimal-logging-in-bulk-import',
    },
    {
      fact: 'Texts are compared by the collation of the column: where it ignores case or accents, keys that differ only in those are one key; blanks at the end never count.',
      source: 'https://learn.microsoft.com/sql/relational-databases/collations/collation-and-unicode-support',
    },
  ],
};
