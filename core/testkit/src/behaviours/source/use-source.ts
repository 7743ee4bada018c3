import type { BadRowPolicy, Lane, ReadRequest, Schema, Source, SourceRead } from '@dpone/sdk';
import { inCase, type Case } from '../../context.js';
import type { Fixture, Row } from '../../fixtures/fixture.js';
import { withColumns } from '../../fixtures/fixture.js';
import { laneRows, refusal } from '../../lane-data.js';
import type { Place, SourceScenario } from '../../scenario.js';
import { parsed } from '../valid-definition.js';

/** A request for everything; `change` says what is special about it. */
export const request = (change: Partial<ReadRequest> = {}): ReadRequest => ({
  scope: 'all',
  state: null,
  parallel: 1,
  badRows: 'fail' satisfies BadRowPolicy,
  ...change,
});

/** Opens a source at a place, as the host does, and closes it. */
export async function useSource<T>(
  scenario: SourceScenario,
  c: Case,
  place: Place,
  run: (source: Source) => Promise<T>,
): Promise<T> {
  const { definition } = scenario;
  const source = await definition.create({
    ...c.ctx,
    connection:
      definition.connection === null ? undefined : parsed(definition.connection, place.connection, 'connection'),
    options: parsed(definition.options, place.options ?? {}, 'options'),
    ...(place.table === undefined ? {} : { table: place.table }),
  });
  try {
    return await run(source);
  } finally {
    await source.close();
  }
}

/** A case with a seeded fixture. */
export async function seeded(
  scenario: SourceScenario,
  fixture: Fixture,
  run: (c: Case, place: Place) => Promise<void>,
): Promise<void> {
  await inCase(scenario, async (c) => run(c, await scenario.seed(fixture, c)));
}

/** The columns of a fixture that the system has types for. */
export const held = (scenario: SourceScenario, fixture: Fixture): Fixture =>
  withColumns(fixture, (column) => scenario.holds?.(column) ?? true);

/** The first lane that carries the whole schema. */
export function firstLane(read: SourceRead): Lane {
  const offer = read.lanes.find((lane) => lane.remote !== true && refusal(lane, read.schema) === undefined);
  if (offer === undefined) throw new Error('No offered lane carries every column.');
  return offer;
}

/** Every partition of a read on one lane. */
export async function readRows(read: SourceRead, lane: Lane, c: Case): Promise<Row[]> {
  const rows: Row[] = [];
  for (const partition of read.partitions)
    rows.push(...(await laneRows(await read.data(partition, lane), lane, c.ctx)));
  return rows;
}

/** Opens a read, reads all of it on its first lane, verifies and closes it. */
export async function readOnce(
  source: Source,
  asked: ReadRequest,
  c: Case,
): Promise<{ rows: Row[]; schema: Schema; read: SourceRead }> {
  const read = await source.open(asked);
  try {
    const rows = await readRows(read, firstLane(read), c);
    await read.verify();
    return { rows, schema: read.schema, read };
  } finally {
    await read.close();
  }
}
