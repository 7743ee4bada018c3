import type { SourceCapabilities } from '@dpone/sdk';

export const sourceCapabilities: SourceCapabilities = {
  lanes: ['pg-copy-binary', 'pg-copy-text', 'parquet', 'csv', 'rows'],
  cursors: ['column', 'xmin'],
  partitions: true,
  snapshot: 'consistent',
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
  ],
};
