import type { SinkCapabilities, SourceCapabilities } from '@dpone/sdk';

export const sourceCapabilities: SourceCapabilities = {
  lanes: ['native', 'pg-copy-text', 'parquet', 'csv', 'tsv', 'rows'],
  cursors: ['column'],
  partitions: false,
  snapshot: 'consistent',
  elsewhere: ['chunk'],
  facts: [
    {
      fact: 'A read is one SELECT: it sees the parts that there were when it began, whatever is inserted or merged meanwhile.',
      source: 'https://clickhouse.com/docs/knowledgebase/are_materialized_views_inserted_asynchronously',
    },
    {
      fact: 'String holds bytes: a value that is no UTF-8 is refused where a text is read, unless `options.bytes` names its column.',
      source: 'https://clickhouse.com/docs/sql-reference/data-types/string',
    },
  ],
};

export const sinkCapabilities: SinkCapabilities = {
  lanes: ['native', 'pg-copy-text', 'parquet', 'rows'],
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
  transactional: false,
  parallelStaging: 'machine',
  framework: ['load_id', 'run_id', 'loaded_at', 'extracted_at', 'row_id', 'row_hash', 'true', 'null'],
  facts: [
    {
      fact: 'EXCHANGE TABLES swaps two tables at once in databases of the engines Atomic, Replicated and Shared.',
      source: 'https://clickhouse.com/docs/sql-reference/statements/exchange',
    },
    {
      fact: 'ATTACH PARTITION FROM and REPLACE PARTITION FROM link the parts of a table of the same structure; they copy no data.',
      source: 'https://clickhouse.com/docs/sql-reference/statements/alter/partition',
    },
    {
      fact: 'An INSERT whose insert_deduplication_token the table has seen inserts nothing.',
      source: 'https://clickhouse.com/docs/guides/developer/deduplicating-inserts-on-retries',
    },
    {
      fact: 'Array, Map and Tuple cannot be NULL: a NULL in such a column stops the load.',
      source: 'https://clickhouse.com/docs/sql-reference/data-types/nullable',
    },
    {
      fact: 'Date32 reaches from 1900-01-01 to 2299-12-31; a date outside of it stops the load.',
      source: 'https://clickhouse.com/docs/sql-reference/data-types/date32',
    },
  ],
};
