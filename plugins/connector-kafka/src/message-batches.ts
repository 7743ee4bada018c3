import type { Column, RejectedRow, RowBatch } from '@dpone/sdk';
import { fail } from '@dpone/sdk';
import { BadMessage } from './decode/bad-message.js';
import type { MessageDecoder } from './decode/decoder.js';
import type { MetadataColumn } from './metadata-columns.js';
import type { RowTest } from './predicate.js';
import type { Records } from './wire/record-batch.js';

export interface BatchOf {
  readonly topic: string;
  readonly partition: number;
  readonly decoder: MessageDecoder;
  /** Columns of the value that are wanted, in order. */
  readonly values: readonly Column[];
  readonly metadata: readonly MetadataColumn[];
  /** Where each column stands: its index among the values, or among the metadata behind them. */
  readonly order: readonly number[];
  readonly test: RowTest | undefined;
  readonly tombstones: 'rows' | 'skip';
  readonly badRows: 'fail' | 'reject';
  readonly batchSize: number;
}

/** Records as batches of the rows lane; messages that cannot be read travel beside them, or end the read. */
export async function* messageBatches(responses: AsyncIterable<Records>, of: BatchOf): AsyncGenerator<RowBatch> {
  for await (const records of responses)
    for (let at = 0; at < records.offsets.length; at += of.batchSize) {
      const end = Math.min(at + of.batchSize, records.offsets.length);
      const { prepare } = of.decoder;
      if (prepare !== undefined)
        for (let i = at; i < end; i++) {
          const value = records.values[i] ?? null;
          const looking = value === null ? undefined : prepare(value);
          if (looking !== undefined) await looking;
        }
      const batch = oneBatch(records, at, end, of);
      if (batch.rows > 0 || batch.rejected !== undefined) yield batch;
    }
}

function oneBatch(records: Records, from: number, to: number, of: BatchOf): RowBatch {
  const { decoder, metadata, values, order, test } = of;
  const own: unknown[][] = values.map(() => Array.from({ length: to - from }));
  const meta: unknown[][] = metadata.map(() => Array.from({ length: to - from }));
  const all = order.map((i) => (i < own.length ? own[i]! : meta[i - own.length]!));
  const rejected: RejectedRow[] = [];
  let rows = 0;
  for (let at = from; at < to; at++) {
    const value = records.values[at]!;
    if (value === null && of.tombstones === 'skip') continue;
    try {
      for (let m = 0; m < metadata.length; m++) meta[m]![rows] = metadata[m]!.read(records, at, of.partition);
      if (value === null) for (const column of own) column[rows] = null;
      else decoder.decode(value, own, rows);
    } catch (error) {
      if (!(error instanceof BadMessage)) throw error;
      if (of.badRows === 'fail') throw refusedMessage(error, records, at, of);
      rejected.push(setAside(error, records, at, of));
      continue;
    }
    if (test === undefined || test(all, rows) === true) rows++;
  }
  for (const column of [...own, ...meta]) column.length = rows;
  return { rows, columns: all, ...(rejected.length === 0 ? {} : { rejected }) };
}

/** The error of a message that cannot be read: it says which one. */
export function refusedMessage(
  { message }: BadMessage,
  records: Records,
  at: number,
  { topic, partition }: Pick<BatchOf, 'topic' | 'partition'>,
): Error {
  return fail('DPONE_ROW_INVALID', `${topic}: partition ${partition}, offset ${records.offsets[at]}: ${message}`, {
    where: `topic ${topic}, partition ${partition}, offset ${records.offsets[at]}`,
    remedy: 'Set schema_contract.enforcement: quarantine to load the others and keep this one aside.',
  });
}

function setAside(error: BadMessage, records: Records, at: number, { topic, partition }: BatchOf): RejectedRow {
  const value = records.values[at] ?? null;
  const key = records.keys[at] ?? null;
  const text = value === null ? { raw: '' } : textOf(value);
  return {
    row: { raw: text.raw },
    reason: error.message,
    diagnostics: {
      topic,
      partition,
      offset: records.offsets[at]!,
      timestamp: records.timestamps[at]!,
      ...(text.encoding === undefined ? {} : { encoding: text.encoding }),
      ...(key === null ? {} : { key: textOf(key).raw }),
    },
  };
}

/** The bytes as text where they are some, else as base64: what is set aside can be produced again. */
function textOf(bytes: Buffer): { readonly raw: string; readonly encoding?: string } {
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes)
    ? { raw: text }
    : { raw: bytes.toString('base64'), encoding: 'base64' };
}
