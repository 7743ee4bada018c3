import type { SinkCapabilities, SourceCapabilities } from '@dpone/sdk';

export const sourceCapabilities: SourceCapabilities = {
  lanes: ['csv', 'tsv', 'jsonl', 'parquet', 'rows'],
  cursors: ['new_files', 'column'],
  partitions: false,
  snapshot: 'per_file',
  elsewhere: ['all', 'new_files', 'column'],
  facts: [
    {
      fact: 'A file that is written to, cut, replaced or removed while it is read fails the load; it is compared by size, time and inode.',
      source: 'README.md#what-a-read-is',
    },
  ],
};

export const sinkCapabilities: SinkCapabilities = {
  lanes: ['csv', 'tsv', 'jsonl', 'parquet', 'rows'],
  finalize: ['replace_all', 'append'],
  appendsByKey: false,
  replaceAllBy: ['swap'],
  ddl: ['create_table', 'add_column'],
  checks: ['min_rows'],
  transactional: false,
  parallelStaging: 'machine',
  framework: ['load_id', 'run_id', 'loaded_at', 'extracted_at', 'null'],
  facts: [
    {
      fact: 'A rename within a file system is atomic: a reader sees the old file or the new one.',
      source: 'https://pubs.opengroup.org/onlinepubs/9799919799/functions/rename.html',
    },
    { fact: 'Rows of files are not matched by key: there is no merge.', source: 'README.md#the-sink' },
  ],
};
