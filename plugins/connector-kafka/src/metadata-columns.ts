import type { Column } from '@dpone/sdk';
import { BadMessage } from './decode/bad-message.js';
import { utf8 } from './decode/plain.js';
import { millisText } from './decode/time-text.js';
import type { Metadata, SourceOptions } from './options.js';
import type { RecordHeaders, Records } from './wire/record-batch.js';

/** A column of a message's own things: what its type is, and how it is read of a record. */
export interface MetadataColumn {
  readonly column: Column;
  readonly read: (records: Records, at: number, partition: number) => unknown;
}

/** Columns of a message beside its value, in the order of the option `metadata`. */
export function metadataColumns(
  options: Pick<SourceOptions, 'metadata' | 'metadata_prefix' | 'key_format'>,
  topic: string,
): MetadataColumn[] {
  const column = (name: string, type: Column['type'], nullable: boolean): Column => ({
    name: `${options.metadata_prefix}${name}`,
    type,
    nullable,
  });
  const key = options.key_format;
  const all: Readonly<Record<Metadata, MetadataColumn>> = {
    topic: { column: column('topic', { kind: 'string' }, false), read: () => topic },
    partition: {
      column: column('partition', { kind: 'int32' }, false),
      read: (_records, _at, partition) => partition,
    },
    offset: { column: column('offset', { kind: 'int64' }, false), read: (records, at) => BigInt(records.offsets[at]!) },
    timestamp: {
      column: column('timestamp', { kind: 'timestamp', precision: 3, tz: true }, true),
      // -1 where the producer gave none.
      read: ({ timestamps }, at) => (timestamps[at]! < 0 ? null : millisText(timestamps[at]!)),
    },
    key: {
      column: column('key', { kind: key }, true),
      read: ({ keys }, at) =>
        keys[at] === null ? null : key === 'string' ? keyText(keys[at]!) : Buffer.from(keys[at]!),
    },
    headers: {
      column: column('headers', { kind: 'json' }, true),
      read: ({ headers }, at) => ((headers[at] ?? null) === null ? null : headersText(headers[at]!)),
    },
    tombstone: {
      column: column('tombstone', { kind: 'bool' }, false),
      read: ({ values }, at) => values[at] === null,
    },
  };
  return options.metadata.map((name) => all[name]);
}

function keyText(key: Buffer): string {
  try {
    return utf8(key);
  } catch (error) {
    if (error instanceof BadMessage) throw new BadMessage('the key is no UTF-8 (key_format: bytes keeps it)');
    throw error;
  }
}

/** A list of pairs: a name may stand several times, and their order counts. Bytes that are no text are base64. */
function headersText(headers: RecordHeaders): string {
  return JSON.stringify(
    headers.map(([name, value]) => {
      if (value === null) return [name, null];
      try {
        return [name, utf8(value)];
      } catch {
        return [name, { base64: value.toString('base64') }];
      }
    }),
  );
}
