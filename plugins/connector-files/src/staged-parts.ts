import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { atomicWrite, stableJson, type RejectedRow } from '@dpone/sdk';

/** A partition's file in staging. What is recorded of it is written after the file: without the record it is not there. */
export interface StagedPart {
  readonly partition: number;
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly rejected: readonly RejectedRow[];
}

const RECORD = /^part-(\d+)\.json$/;

export const partFile = (staging: string, partition: number): string => join(staging, `part-${partition}.data`);

export async function recordPart(staging: string, part: StagedPart): Promise<void> {
  const { partition, rows, bytes, rejected } = part;
  const record: Omit<StagedPart, 'path'> = { partition, rows, bytes, rejected };
  await atomicWrite(join(staging, `part-${part.partition}.json`), stableJson(record, 0));
}

/** The parts of a load, by partition, whichever process staged them. */
export async function stagedParts(staging: string): Promise<StagedPart[]> {
  const parts: StagedPart[] = [];
  for (const name of await readdir(staging)) {
    if (!RECORD.test(name)) continue;
    const record = JSON.parse(await readFile(join(staging, name), 'utf8')) as Omit<StagedPart, 'path'>;
    parts.push({ ...record, path: partFile(staging, record.partition) });
  }
  return parts.toSorted((a, b) => a.partition - b.partition);
}
