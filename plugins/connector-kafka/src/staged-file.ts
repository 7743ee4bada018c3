import { open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RejectedRow } from '@dpone/sdk';

/** What a partition of the load has come to; written when all of it is on disk. */
export interface StagedPart {
  readonly partition: number;
  readonly rows: number;
  readonly bytes: number;
  readonly rejected: readonly RejectedRow[];
}

/** Staged records, one behind the other: of each the hash of its key, and all of it but its place in a batch. */
export interface StagedRecords {
  readonly bytes: Buffer;
  readonly count: number;
  /** Where each record's tail begins and ends in the bytes, and its hash: three numbers a record. */
  readonly places: readonly number[];
}

/** Length of the tail, hash of the key. */
export const FRAME = 8;
const CHUNK = 1 << 20;

export const dataPath = (folder: string, partition: number): string => join(folder, `part-${partition}.records`);
const partPath = (folder: string, partition: number): string => join(folder, `part-${partition}.json`);

/** Makes a part count: what has no such file was never staged whole. */
export async function recordPart(folder: string, part: StagedPart): Promise<void> {
  const path = partPath(folder, part.partition);
  await writeFile(`${path}.new`, JSON.stringify(part));
  await rename(`${path}.new`, path);
}

export async function forgetPart(folder: string, partition: number): Promise<void> {
  await rm(partPath(folder, partition), { force: true });
}

/** The parts that are staged, in order. */
export async function stagedParts(folder: string): Promise<readonly StagedPart[]> {
  const names = (await readdir(folder)).filter((name) => /^part-\d+\.json$/.test(name));
  const parts = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as StagedPart),
  );
  return parts.toSorted((a, b) => a.partition - b.partition);
}

/** The records of a part, chunk by chunk; the bytes are the chunk's own. */
export async function* stagedRecords(folder: string, partition: number): AsyncGenerator<StagedRecords> {
  const file = await open(dataPath(folder, partition), 'r');
  try {
    let rest = Buffer.alloc(0);
    for (;;) {
      const chunk = Buffer.allocUnsafe(rest.length + CHUNK);
      rest.copy(chunk);
      const { bytesRead } = await file.read(chunk, rest.length, CHUNK);
      const end = rest.length + bytesRead;
      const places: number[] = [];
      let at = 0;
      while (at + FRAME <= end) {
        const length = chunk.readUInt32LE(at);
        if (at + FRAME + length > end) break;
        places.push(at + FRAME, at + FRAME + length, chunk.readInt32LE(at + 4));
        at += FRAME + length;
      }
      if (places.length > 0) yield { bytes: chunk, count: places.length / 3, places };
      rest = chunk.subarray(at, end);
      if (bytesRead === 0) {
        if (rest.length > 0) throw new Error(`${dataPath(folder, partition)} ends in the middle of a record`);
        return;
      }
    }
  } finally {
    await file.close();
  }
}
