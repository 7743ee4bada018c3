import type { SinkCapabilities, SourceCapabilities } from '@dpone/sdk';

export const sourceCapabilities: SourceCapabilities = {
  lanes: ['pg-copy-text', 'rows'],
  cursors: ['offsets'],
  partitions: true,
  snapshot: 'offsets',
  elsewhere: ['all', 'offsets'],
  facts: [
    {
      fact: 'A read ends at the last stable offset of each partition when it begins; messages of aborted transactions never show.',
      source: 'https://kafka.apache.org/documentation/#consumerconfigs_isolation.level',
    },
    {
      fact: 'Offsets are the state of the load: where the target is transactional they commit with its rows. No group of consumers is used.',
      source: 'https://kafka.apache.org/documentation/#semantics',
    },
    {
      fact: 'A window of offsets or partitions is fetched alone, one of times from the first message of its time on; to its end alone where brokers stamp the messages.',
      source: 'https://kafka.apache.org/39/javadoc/org/apache/kafka/clients/admin/OffsetSpec.html',
    },
    {
      fact: 'Of a compacted topic the read sees what compaction has left: at least the last message of each key.',
      source: 'https://kafka.apache.org/documentation/#compaction',
    },
    {
      fact: 'Messages that retention removed behind the stored offsets stop the load, unless on_removed is continue.',
      source: 'https://kafka.apache.org/documentation/#topicconfigs_retention.ms',
    },
  ],
};

export const sinkCapabilities: SinkCapabilities = {
  lanes: ['rows'],
  finalize: ['append', 'replace_all'],
  appendsByKey: false,
  replaceAllBy: ['truncate_insert'],
  ddl: ['create_table', 'add_column', 'widen_column', 'drop_not_null'],
  checks: ['min_rows'],
  transactional: true,
  parallelStaging: 'machine',
  framework: ['load_id', 'run_id', 'loaded_at', 'extracted_at', 'null'],
  facts: [
    {
      fact: 'Messages, receipt and state of a load are one Kafka transaction: readers with read_committed see all of it or nothing.',
      source: 'https://kafka.apache.org/documentation/#semantics',
    },
    {
      fact: 'The brokers refuse the transaction of a worker whose lock was taken over: its epoch is older.',
      source:
        'https://cwiki.apache.org/confluence/display/KAFKA/KIP-98+-+Exactly+Once+Delivery+and+Transactional+Messaging',
    },
    {
      fact: 'A key goes to the partition that the Java client takes: murmur2 of its bytes.',
      source:
        'https://github.com/apache/kafka/blob/4.3.1/clients/src/main/java/org/apache/kafka/common/utils/Utils.java',
    },
    {
      fact: 'full_refresh deletes the older records after its transaction: until then a reader from the beginning sees both.',
      source: 'https://kafka.apache.org/protocol#The_Messages_DeleteRecords',
    },
  ],
};
