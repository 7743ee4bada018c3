import type { SinkCapabilities, SourceCapabilities } from '@dpone/sdk';

export const sourceCapabilities: SourceCapabilities = {
  lanes: ['parquet', 'csv', 'tsv', 'jsonl', 'rows'],
  cursors: ['column'],
  partitions: false,
  snapshot: 'consistent',
  elsewhere: ['chunk'],
  facts: [
    {
      fact: 'A read is one transaction: it sees the state in which it began, whatever is committed meanwhile.',
      source: 'https://duckdb.org/docs/stable/connect/concurrency',
    },
    {
      fact: 'One process writes a database file at a time, or several read it.',
      source: 'https://duckdb.org/docs/stable/connect/concurrency',
    },
  ],
};

export const sinkCapabilities: SinkCapabilities = {
  lanes: ['parquet', 'csv', 'tsv', 'jsonl', 'rows'],
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
  parallelStaging: 'process',
  framework: ['load_id', 'run_id', 'loaded_at', 'extracted_at', 'row_id', 'row_hash', 'true', 'null'],
  facts: [
    {
      fact: 'Schema changes and data changes commit in one transaction.',
      source: 'https://duckdb.org/docs/stable/sql/statements/transactions',
    },
    { fact: 'DECIMAL has at most 38 digits.', source: 'https://duckdb.org/docs/stable/sql/data_types/numeric' },
    {
      fact: 'TIMESTAMPTZ keeps microseconds, TIMESTAMP_NS nanoseconds from 1677 to 2262.',
      source: 'https://duckdb.org/docs/stable/sql/data_types/timestamp',
    },
  ],
};
