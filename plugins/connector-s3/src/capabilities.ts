import type { SinkCapabilities, SourceCapabilities } from '@dpone/sdk';

export const sourceCapabilities: SourceCapabilities = {
  lanes: ['csv', 'tsv', 'jsonl', 'parquet', 'rows'],
  cursors: ['new_files', 'column'],
  partitions: true,
  snapshot: 'per_file',
  elsewhere: ['all', 'new_files', 'column'],
  facts: [
    {
      fact: 'Every part of an object is asked for under the ETag that the listing gave: one that was replaced meanwhile fails the load. With `versions` what was listed is read whatever happens to it.',
      source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_RequestSyntax',
    },
    {
      fact: 'Listings are strongly consistent: an object that was written before the listing began is in it.',
      source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel',
    },
    {
      fact: 'The time of an object that was uploaded in parts is that of the beginning of its upload: what is new is told by keys and ETags, never by times alone.',
      source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html#SysMetadata',
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
  parallelStaging: 'process',
  framework: ['load_id', 'run_id', 'loaded_at', 'extracted_at', 'null'],
  facts: [
    {
      fact: 'An upload in parts is no object before it is completed, and then it is one at once.',
      source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html',
    },
    {
      fact: 'A write under If-Match or If-None-Match takes effect for one of several writers.',
      source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html',
    },
    {
      fact: 'An upload has at most 10,000 parts, each but the last of at least 5 MiB.',
      source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html',
    },
    { fact: 'Rows of objects are not matched by key: there is no merge.', source: 'README.md#the-sink' },
  ],
};
