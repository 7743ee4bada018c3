import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { duckdbCodec } from '@dpone/connector-duckdb';
import type { LaneId, ReadRequest, Source, SourceRead } from '@dpone/sdk';
import { inCase, laneRows, type Case, type Row } from '@dpone/testkit';
import { postgresSource } from '../../dist/definitions.js';

export interface SourceOf {
  readonly connection: unknown;
  readonly table?: { readonly schema?: string; readonly name: string };
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Opens a source as the host does, and closes it. */
export const useSource = <T>(of: SourceOf, run: (source: Source, c: Case) => Promise<T>): Promise<T> =>
  inCase({ codecs: [duckdbCodec] }, async (c) => {
    const source = await postgresSource.create({
      ...c.ctx,
      connection: postgresSource.connection!.parse(of.connection),
      options: postgresSource.options.parse(of.options ?? {}),
      ...(of.table === undefined ? {} : { table: of.table }),
    });
    try {
      return await run(source, c);
    } finally {
      await source.close();
    }
  });

export const request = (change: Partial<ReadRequest> = {}): ReadRequest => ({
  scope: 'all',
  state: null,
  parallel: 1,
  badRows: 'fail',
  ...change,
});

const TRANSPORT = { parquet: 'push', csv: 'push', rows: 'rows' } as const;

/** Every part of a read on a lane that the kit can decode, its parts at the same time as a load would. */
export async function rowsOf(read: SourceRead, c: Case, lane: keyof typeof TRANSPORT = 'rows'): Promise<Row[]> {
  const of = { id: lane as LaneId, transport: TRANSPORT[lane] };
  const parts = await Promise.all(
    read.partitions.map(async (partition) => laneRows(await read.data(partition, of), of, c.ctx)),
  );
  return parts.flat();
}

/** Opens, reads and closes. */
export const readAll = (
  of: SourceOf,
  change: Partial<ReadRequest> = {},
  lane?: keyof typeof TRANSPORT,
): Promise<Row[]> =>
  useSource(of, async (source, c) => {
    const read = await source.open(request(change));
    try {
      const rows = await rowsOf(read, c, lane);
      await read.verify();
      return rows;
    } finally {
      await read.close();
    }
  });

/** One part of a stream lane in a file; resolves with its path and how many rows the server says. */
export async function streamToFile(
  read: SourceRead,
  lane: 'pg-copy-binary' | 'pg-copy-text',
  folder: string,
): Promise<{ readonly path: string; readonly sent: number | undefined }> {
  const data = await read.data(read.partitions[0]!, { id: lane, transport: 'stream' });
  if (data.transport !== 'stream') throw new Error(`${lane} came as ${data.transport}`);
  const path = join(folder, lane);
  await pipeline(data.stream, createWriteStream(path));
  return { path, sent: await data.sent };
}

/** The code of the error that something fails with, and what it says with its remedy. */
export async function failure(run: () => Promise<unknown>): Promise<{ readonly code: string; readonly text: string }> {
  try {
    await run();
  } catch (error) {
    const { code, message, remedy } = error as { code: string; message: string; remedy: string };
    return { code, text: `${message} ${remedy}` };
  }
  throw new Error('nothing was refused');
}
