import type { ReadRequest, RejectedRow, Source, SourceRead } from '@dpone/sdk';
import { inCase, type Row } from '@dpone/testkit';
import { kafkaSource } from '../../dist/definitions.js';

export interface SourceOf {
  readonly connection: unknown;
  readonly topic: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Opens a source as the host does, and closes it. */
export const useSource = <T>(of: SourceOf, run: (source: Source) => Promise<T>): Promise<T> =>
  inCase({}, async (c) => {
    const source = await kafkaSource.create({
      ...c.ctx,
      connection: kafkaSource.connection!.parse(of.connection),
      options: kafkaSource.options.parse({ topic: of.topic, ...of.options }),
    });
    try {
      return await run(source);
    } finally {
      await source.close();
    }
  });

export const request = (change: Partial<ReadRequest> = {}): ReadRequest => ({
  scope: { cursor: 'offsets' },
  state: null,
  parallel: 2,
  badRows: 'fail',
  ...change,
});

export interface Taken {
  readonly rows: readonly Row[];
  readonly rejected: readonly RejectedRow[];
  readonly read: SourceRead;
  /** What the next load goes on from, as it is stored. */
  readonly state: ReadRequest['state'];
}

/** Everything of a read, and what it leaves. */
export async function take(source: Source, change: Partial<ReadRequest> = {}): Promise<Taken> {
  const read = await source.open(request(change));
  const rows: Row[] = [];
  const rejected: RejectedRow[] = [];
  try {
    for (const partition of read.partitions) {
      const data = await read.data(partition, { id: 'rows', transport: 'rows' });
      if (data.transport !== 'rows') throw new Error('no rows');
      for await (const batch of data.batches) {
        rejected.push(...(batch.rejected ?? []));
        for (let r = 0; r < batch.rows; r++)
          rows.push(Object.fromEntries(read.schema.columns.map((c, i) => [c.name, batch.columns[i]![r]])));
      }
    }
    await read.verify();
    const { advance } = read;
    const state = advance.kind === 'value' ? (JSON.parse(JSON.stringify(advance.state)) as Taken['state']) : null;
    return { rows, rejected, read, state };
  } finally {
    await read.close();
  }
}

export const takeFrom = (of: SourceOf, change: Partial<ReadRequest> = {}): Promise<Taken> =>
  useSource(of, (source) => take(source, change));

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
