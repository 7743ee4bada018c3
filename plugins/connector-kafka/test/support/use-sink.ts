import type { Column, FinalizeResult, LoadProgram, LoadRef, Sink, SinkLoad } from '@dpone/sdk';
import { fixtureData, inCase, type Case, type Fixture } from '@dpone/testkit';
import { kafkaSink } from '../../dist/definitions.js';

export interface SinkOf {
  readonly connection: unknown;
  readonly topic: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

export type Use = <T>(run: (sink: Sink) => Promise<T>) => Promise<T>;

/** A host in which sinks are opened as many times as a test likes. */
export const withSinks = (of: SinkOf, run: (use: Use, c: Case) => Promise<void>): Promise<void> =>
  inCase({}, (c) =>
    run(async (work) => {
      const sink = await kafkaSink.create({
        ...c.ctx,
        connection: kafkaSink.connection!.parse(of.connection),
        options: kafkaSink.options.parse({ topic: of.topic, ...of.options }),
        table: { name: of.topic },
        step: () => Promise.resolve(),
      });
      try {
        return await work(sink);
      } finally {
        await sink.close();
      }
    }, c),
  );

export const loadId = (n: number): string => `01JDP0NE00TESTK1T${String(n).padStart(9, '0')}`;
export const owner = (n: number) => ({ loadId: loadId(n), host: 'test', pid: process.pid });

export const refOf = (topic: string, n: number, fence: number): LoadRef => ({
  loadId: loadId(n),
  runId: loadId(1000 + n),
  process: 'test',
  target: { name: topic },
  startedAt: '2026-03-01T00:00:00.000Z',
  fence,
});

export const programOf = (load: LoadRef, columns: readonly Column[], rows: number): LoadProgram => ({
  load,
  columns,
  changes: [{ kind: 'create_table', schema: { columns } }],
  steps: [{ op: 'append' }],
  receipt: {
    loadId: load.loadId,
    runId: load.runId,
    process: load.process,
    target: load.target.name,
    strategy: 'test',
    fence: load.fence,
    rowsStaged: rows,
    rowsRejected: 0,
    startedAt: load.startedAt,
    detail: null,
  },
  state: null,
});

/** Stages a fixture; rows that cannot be messages are set aside. */
export async function staged(sink: Sink, c: Case, load: LoadRef, fixture: Fixture): Promise<SinkLoad> {
  const { columns } = fixture.schema;
  const staging = await sink.begin(load, { columns, framework: [], badRows: 'reject' });
  await staging.stage(await fixtureData(fixture, { id: 'rows', transport: 'rows' }, c.ctx), 0, () => {});
  return staging;
}

/** One whole load. */
export async function loadInto(
  sink: Sink,
  c: Case,
  topic: string,
  n: number,
  fixture: Fixture,
): Promise<FinalizeResult> {
  const lock = await sink.lock(owner(n), 0);
  const load = refOf(topic, n, lock.fence);
  const staging = await staged(sink, c, load, fixture);
  const result = await staging.finalize(programOf(load, fixture.schema.columns, await staging.count()));
  await staging.drop();
  await lock.release();
  return result;
}
