import {
  swaps,
  type Column,
  type FinalizeResult,
  type FinalizeStep,
  type FinalizeStepName,
  type FrameworkColumn,
  type Json,
  type LoadProgram,
  type LoadRef,
  type SchemaChange,
  type Sink,
  type SinkLoad,
  type StageResult,
  type TargetLock,
} from '@dpone/sdk';
import { sameRows } from '../../compare.js';
import { CASE_TIME, inCase, type Case } from '../../context.js';
import { withColumns, type Fixture, type Row } from '../../fixtures/fixture.js';
import { fixtureData, refusal } from '../../lane-data.js';
import type { Place, SinkScenario } from '../../scenario.js';
import { parsed } from '../valid-definition.js';

/** A case on one fresh target. */
export interface Bench {
  readonly scenario: SinkScenario;
  readonly c: Case;
  readonly place: Place;
}

export const bench = (
  scenario: SinkScenario,
  run: (b: Bench) => Promise<void>,
  name: string = 'orders',
): Promise<void> => inCase(scenario, async (c) => run({ scenario, c, place: await scenario.place(name, c) }));

/** The columns of a fixture that the system has types for. */
export const held = (scenario: SinkScenario, fixture: Fixture): Fixture =>
  withColumns(fixture, (column) => scenario.holds?.(column) ?? true);

type StepHook = (name: FinalizeStepName) => void;

/** Opens a sink, as one process of the host does, and closes it. */
export async function useSink<T>(
  { scenario, c, place }: Bench,
  run: (sink: Sink) => Promise<T>,
  onStep: StepHook = () => {},
): Promise<T> {
  const { definition } = scenario;
  const sink = await definition.create({
    ...c.ctx,
    connection:
      definition.connection === null ? undefined : parsed(definition.connection, place.connection, 'connection'),
    options: parsed(definition.options, place.options ?? {}, 'options'),
    table: place.table ?? { name: 'orders' },
    ...(place.stagingSchema === undefined ? {} : { stagingSchema: place.stagingSchema }),
    step: async (name) => onStep(name),
  });
  try {
    return await run(sink);
  } finally {
    await sink.close();
  }
}

/** A ULID that is the same at every call; later numbers sort later. */
export const loadId = (n: number): string => `01JDP0NE00TESTK1T${String(n).padStart(9, '0')}`;

export const loadRef = (
  { place }: Bench,
  n: number,
  fence: number,
  startedAt: string = CASE_TIME.toISOString(),
): LoadRef => ({
  loadId: loadId(n),
  runId: loadId(1000 + n),
  process: 'case',
  target: place.table ?? { name: 'orders' },
  startedAt,
  fence,
});

export const owner = (n: number): { loadId: string; host: string; pid: number } => ({
  loadId: loadId(n),
  host: 'kit',
  pid: process.pid,
});

/** What a load does besides staging. */
export interface LoadOptions {
  readonly steps?: readonly FinalizeStep[];
  readonly changes?: readonly SchemaChange[];
  readonly state?: Json;
  readonly key?: readonly string[];
  readonly framework?: readonly FrameworkColumn[];
  /** Staged columns that do not reach the target. */
  readonly envelope?: readonly string[];
  /** Default: the kit's clock. */
  readonly startedAt?: string;
}

export const STATE_KEY = 'case';

export function program(load: LoadRef, columns: readonly Column[], staged: number, options: LoadOptions): LoadProgram {
  return {
    load,
    columns,
    changes: options.changes ?? [],
    steps: options.steps ?? [{ op: 'replace_all', by: 'truncate_insert' }],
    receipt: {
      loadId: load.loadId,
      runId: load.runId,
      process: load.process,
      target: load.target.name,
      strategy: 'case',
      fence: load.fence,
      rowsStaged: staged,
      rowsRejected: 0,
      startedAt: load.startedAt,
      detail: { kit: true },
    },
    state: options.state === undefined ? null : { key: STATE_KEY, state: options.state },
  };
}

/** Makes staging for a fixture and fills it on the sink's cheapest lane. */
export async function stage(
  b: Bench,
  sink: Sink,
  load: LoadRef,
  fixture: Fixture,
  { framework = [], steps }: Pick<LoadOptions, 'framework' | 'steps'> = {},
): Promise<{ staging: SinkLoad; result: StageResult }> {
  const { columns } = fixture.schema;
  const more = steps === undefined ? {} : { mayBecomeTarget: swaps(steps) };
  const staging = await sink.begin(load, { columns, framework, badRows: 'fail', ...more });
  return { staging, result: await stageInto(b, sink, staging, fixture, 0) };
}

export async function stageInto(
  b: Bench,
  sink: Sink,
  staging: SinkLoad,
  fixture: Fixture,
  partition: number,
): Promise<StageResult> {
  const offers = [...sink.accepts(fixture.schema.columns)].sort((x, y) => x.cost - y.cost);
  const lane = offers.find((offer) => refusal(offer, fixture.schema) === undefined);
  if (lane === undefined) throw new Error('The sink accepts no lane for these columns.');
  return staging.stage(await fixtureData(fixture, lane, b.c.ctx), partition, () => {});
}

/** One whole load by the protocol: lock, stage, finalize, drop, release. */
export async function load(
  b: Bench,
  n: number,
  fixture: Fixture,
  options: LoadOptions,
  onStep?: StepHook,
): Promise<FinalizeResult> {
  return useSink(
    b,
    async (sink) => {
      const lock = await sink.lock(owner(n), 0);
      try {
        return await loadUnder(b, sink, lock, n, fixture, options);
      } finally {
        await lock.release();
      }
    },
    onStep,
  );
}

export async function loadUnder(
  b: Bench,
  sink: Sink,
  lock: TargetLock,
  n: number,
  fixture: Fixture,
  options: LoadOptions,
): Promise<FinalizeResult> {
  const ref = loadRef(b, n, lock.fence, options.startedAt);
  const { staging, result } = await stage(b, sink, ref, fixture, options);
  const done = await staging.finalize(
    program(ref, targetColumns(fixture.schema.columns, options), result.rows, options),
  );
  await staging.drop();
  return done;
}

/** What reaches the target: the data without an envelope, then the framework's columns. */
export const targetColumns = (
  columns: readonly Column[],
  { envelope = [], framework = [] }: Pick<LoadOptions, 'envelope' | 'framework'>,
): Column[] => [
  ...columns.filter((c) => !envelope.includes(c.name)),
  ...framework.map(({ name, type, nullable }) => ({ name, type, nullable })),
];

/** Makes the target with these rows. */
export const create = (b: Bench, n: number, fixture: Fixture, options: LoadOptions = {}): Promise<FinalizeResult> =>
  load(b, n, fixture, {
    changes: [{ kind: 'create_table', schema: fixture.schema }],
    steps: firstSteps(b),
    ...options,
  });

/** How a first load fills the target, by what the sink can do. */
export function firstSteps({ scenario }: Bench): readonly FinalizeStep[] {
  const { finalize } = scenario.definition.capabilities;
  return finalize.includes('append') ? [{ op: 'append' }] : [{ op: 'replace_all', by: 'truncate_insert' }];
}

/** Holds the target, read by the system's own means, against what it should be. */
export async function expectTarget(
  b: Bench,
  expected: readonly Row[] | null,
  columns: readonly Column[],
  what: string,
): Promise<void> {
  const rows = await b.scenario.rows(b.place, b.c);
  if (rows === null && expected !== null) throw new Error(`${what}: the target does not exist.`);
  if (rows !== null && expected === null) throw new Error(`${what}: the target exists, and should not.`);
  if (rows !== null && expected !== null) sameRows(rows, expected, columns, what);
}

/** Throws where the system shows staging of any load. */
export async function expectNoStaging(b: Bench): Promise<void> {
  // The word, not the letters: "postgres" has them, too.
  const debris = (await b.scenario.tables(b.place, b.c)).filter((name) => /(?<![a-z])stg/i.test(name));
  if (debris.length > 0) throw new Error(`Staging is left behind: ${debris.join(', ')}.`);
}
