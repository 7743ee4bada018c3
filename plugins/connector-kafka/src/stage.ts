import { open, type FileHandle } from 'node:fs/promises';
import {
  fail,
  isDponeError,
  type LoadRef,
  type RejectedRow,
  type RowBatch,
  type StageResult,
  type StagingSpec,
} from '@dpone/sdk';
import type { AvroValues } from './avro-values.js';
import { BadMessage } from './decode/bad-message.js';
import type { SinkOptions } from './options.js';
import { rowEncoder } from './row-encoder.js';
import { dataPath, forgetPart, FRAME, recordPart } from './staged-file.js';
import { Writer } from './wire/writer.js';

export interface StageCall {
  readonly folder: string;
  readonly load: LoadRef;
  readonly spec: StagingSpec;
  readonly options: SinkOptions;
  readonly topic: string;
  readonly signal: AbortSignal;
  /** Where values are Avro. */
  readonly avro: AvroValues | undefined;
}

/** Rows are encoded once, when they come, and written in large pieces. */
const FLUSH = 1 << 20;

/** Encodes a partition's rows into its file. A second try begins anew. */
export async function stageRows(
  call: StageCall,
  batches: AsyncIterable<RowBatch>,
  partition: number,
  onProgress: (rows: number, bytes: number) => void,
): Promise<StageResult> {
  const { folder, topic } = call;
  await forgetPart(folder, partition);
  const rejected: RejectedRow[] = [];
  try {
    const file = await open(dataPath(folder, partition), 'w');
    let written: { readonly rows: number; readonly bytes: number };
    try {
      written = await encodeAll(call, batches, file, rejected, onProgress);
    } finally {
      await file.close();
    }
    await recordPart(folder, { partition, ...written, rejected });
    return { ...written, rejected: rejected.length };
  } catch (error) {
    if (isDponeError(error)) throw error;
    const { code, message, name } = error as NodeJS.ErrnoException;
    if (name === 'AbortError') throw fail('DPONE_CANCELLED', `staging for ${topic}: cancelled`, { cause: error });
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    throw fail(full ? 'DPONE_DISK_FULL' : 'DPONE_SINK_WRITE', `staging for ${topic}: ${message}`, {
      where: folder,
      cause: error,
    });
  }
}

async function encodeAll(
  call: StageCall,
  batches: AsyncIterable<RowBatch>,
  file: FileHandle,
  rejected: RejectedRow[],
  onProgress: (rows: number, bytes: number) => void,
): Promise<{ rows: number; bytes: number }> {
  const { spec, load, options, signal } = call;
  const encode = rowEncoder(spec, load, options, call.avro);
  const frames = new Writer(FLUSH + 65_536);
  let rows = 0;
  let bytes = 0;
  const flush = async (): Promise<void> => {
    if (frames.length === 0) return;
    await file.write(frames.done());
    bytes += frames.length;
    frames.reset();
    onProgress(rows, bytes);
  };
  for await (const batch of batches) {
    signal.throwIfAborted();
    for (let row = 0; row < batch.rows; row++) {
      const from = frames.beginFrame();
      try {
        frames.endFrame(from, encode(batch, row, frames));
      } catch (error) {
        frames.rewind(from - FRAME);
        if (!(error instanceof BadMessage)) throw error;
        rejected.push(setAside(error, batch, row, call, rows + rejected.length));
        continue;
      }
      rows++;
      if (frames.length >= FLUSH) await flush();
    }
  }
  await flush();
  return { rows, bytes: bytes - rows * FRAME };
}

function setAside(
  { message }: BadMessage,
  batch: RowBatch,
  row: number,
  { spec, topic }: StageCall,
  at: number,
): RejectedRow {
  if (spec.badRows === 'fail')
    throw fail('DPONE_ROW_INVALID', `row ${at + 1} for ${topic}: ${message}`, {
      remedy: 'Set schema_contract.enforcement: quarantine to load the others and keep this one aside.',
    });
  const values = spec.columns.map((c, i) => [c.name, plain(batch.columns[i]![row])] as const);
  return { row: Object.fromEntries(values), reason: message, diagnostics: { topic, row: at + 1 } };
}

/** As JSON holds it: parts are files of JSON. */
const plain = (value: unknown): unknown =>
  typeof value === 'bigint'
    ? String(value)
    : ArrayBuffer.isView(value)
      ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
      : value;
