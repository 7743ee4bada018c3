import { hostname } from 'node:os';
import type { FinalizeStepName, FinalizeStep, LoadProgram, LoadRef, PluginContext, Sink, SinkLoad } from '@dpone/sdk';
import { orders, toBatches, type Fixture } from '@dpone/testkit';
import { FilesSink } from '../../dist/sink.js';
import { sinkOptions } from '../../dist/options.js';

export const loadId = (n: number): string => `01JDP0NE00FILES00T${String(n).padStart(8, '0')}`;

/** The columns of these tests hold in every format. */
export const fixtureOf = (from: number, to: number): Fixture => orders(from, to);

export function openSink(
  ctx: PluginContext,
  options: Readonly<Record<string, unknown>>,
  step: (name: FinalizeStepName) => void = () => undefined,
): Sink {
  return new FilesSink({
    ...ctx,
    connection: null,
    options: sinkOptions.parse(options),
    table: { name: 'orders' },
    step: async (name) => step(name),
  });
}

export const refOf = (n: number, fence: number): LoadRef => ({
  loadId: loadId(n),
  runId: loadId(n),
  process: 'test',
  target: { name: 'orders' },
  startedAt: '2026-03-01T00:00:00.000Z',
  fence,
});

export const programOf = (load: LoadRef, fixture: Fixture, step: FinalizeStep, state: string): LoadProgram => ({
  load,
  columns: fixture.schema.columns,
  changes: [],
  steps: [step],
  receipt: {
    loadId: load.loadId,
    runId: load.runId,
    process: load.process,
    target: 'orders',
    strategy: 'test',
    fence: load.fence,
    rowsStaged: fixture.rows.length,
    rowsRejected: 0,
    startedAt: load.startedAt,
    detail: null,
  },
  state: { key: 'test', state },
});

async function* batches(fixture: Fixture) {
  yield* toBatches(fixture);
  await Promise.resolve();
}

/** Stages a fixture in several parts. */
export async function stageParts(sink: Sink, load: LoadRef, fixtures: readonly Fixture[]): Promise<SinkLoad> {
  const { schema } = fixtures[0]!;
  const staging = await sink.begin(load, { columns: schema.columns, framework: [], badRows: 'fail' });
  for (const [i, fixture] of fixtures.entries())
    await staging.stage({ transport: 'rows', schema, batches: batches(fixture) }, i, () => undefined);
  return staging;
}

/** A whole load under the lock. */
export async function loadParts(
  sink: Sink,
  n: number,
  fixtures: readonly Fixture[],
  step: FinalizeStep,
  state: string,
): Promise<void> {
  await stageParts(sink, refOf(n, 0), fixtures);
  const whole = { ...fixtures[0]!, rows: fixtures.flatMap((f) => f.rows) };
  await finalizeStaged(sink, n, whole, step, state);
}

/** Ends a load that is staged; its lock is left to whoever comes next where the process dies. */
export async function finalizeStaged(
  sink: Sink,
  n: number,
  whole: Fixture,
  step: FinalizeStep,
  state: string,
): Promise<void> {
  const lock = await sink.lock({ loadId: loadId(n), host: hostname(), pid: process.pid }, 0);
  const ref = refOf(n, lock.fence);
  const staging = await sink.attach(ref, { columns: whole.schema.columns, framework: [], badRows: 'fail' });
  await staging.finalize(programOf(ref, whole, step, state));
  await staging.drop();
  await lock.release();
}
