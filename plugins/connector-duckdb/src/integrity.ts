import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Writable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { asDponeError, fail, isDponeError, type FileSet } from '@dpone/sdk';
import type { Session } from './session.js';

/**
 * Proves that compressed text files are whole. DuckDB ends a gzip or zstd stream that was cut off as if it were complete,
 * and checks no checksum: rows would be missing under a green load. Runs beside the read, on threads that it leaves idle.
 * (Parquet needs no such look: its footer stands at the end and its pages carry sizes.)
 */
export async function verifyCompressed(files: FileSet, signal: AbortSignal): Promise<void> {
  if (files.compression === 'none' || files.lane === 'parquet') return;
  for (const path of files.paths) {
    try {
      await (files.compression === 'gzip' ? verifyGzip(path, signal) : verifyZstd(path));
    } catch (error) {
      if (isDponeError(error)) throw error;
      if (signal.aborted) throw fail('DPONE_CANCELLED', `reading ${path}: cancelled`, { cause: error });
      const message = error instanceof Error ? error.message : String(error);
      throw fail('DPONE_SOURCE_READ', `${path} is not a whole ${files.compression} file: ${message}`, {
        where: path,
        remedy: 'Get the file again: it was cut off or damaged.',
        cause: error,
      });
    }
  }
}

/**
 * Runs a statement that reads compressed files while the files are verified, and waits for both: a statement must have
 * ended before its connection is given up. A file that was cut off is the first cause, whatever the statement says.
 */
export async function readVerified(
  session: Session,
  files: FileSet,
  signal: AbortSignal,
  statement: () => Promise<number>,
): Promise<number> {
  const broken = verifyCompressed(files, signal).then(
    () => undefined,
    (error: unknown) => {
      session.connection.interrupt();
      return asDponeError(error, 'DPONE_SOURCE_READ');
    },
  );
  const [result, cause] = await Promise.all([
    statement().then(
      (rows) => ({ rows }),
      (error: unknown) => ({ error }),
    ),
    broken,
  ]);
  if (cause !== undefined) throw cause;
  if ('error' in result) throw result.error;
  return result.rows;
}

const CHUNK = 256 * 1024;

/** zlib checks the CRC and the length at the end of each member. */
async function verifyGzip(path: string, signal: AbortSignal): Promise<void> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const source = createReadStream(path, { highWaterMark: CHUNK });
  await pipeline(source, createGunzip({ chunkSize: CHUNK }), nowhere, { signal });
}

const ZSTD_MAGIC = 0xfd2fb528;
const BLOCK_HEADER = 3;

/** Walks the frames by the sizes in their block headers: what is missing at the end shows without decompressing. */
async function verifyZstd(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    let at = 0;
    while (at < size) at = await skipFrame(file, at);
    if (at !== size) throw new Error(`it ends ${at - size} bytes too early`);
  } finally {
    await file.close();
  }
}

async function skipFrame(file: FileHandle, start: number): Promise<number> {
  const magic = (await bytesAt(file, start, 4)).readUInt32LE(0);
  // Skippable frames: 0x184D2A50 to 0x184D2A5F, then their size.
  if (magic >>> 4 === 0x184d2a5) return start + 8 + (await bytesAt(file, start + 4, 4)).readUInt32LE(0);
  if (magic !== ZSTD_MAGIC) throw new Error(`byte ${start} does not begin a frame`);
  const descriptor = (await bytesAt(file, start + 4, 1)).readUInt8(0);
  const singleSegment = (descriptor & 0x20) !== 0;
  const contentSize = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6]!;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  let at = start + 5 + (singleSegment ? 0 : 1) + dictionary + contentSize;
  for (let last = false; !last;) {
    const header = (await bytesAt(file, at, BLOCK_HEADER)).readUIntLE(0, BLOCK_HEADER);
    last = (header & 1) === 1;
    const runLength = ((header >>> 1) & 3) === 1;
    at += BLOCK_HEADER + (runLength ? 1 : header >>> 3);
  }
  return at + ((descriptor & 4) !== 0 ? 4 : 0);
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead < length) throw new Error('unexpected end of file');
  return buffer;
}
