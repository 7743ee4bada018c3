import type { Column, FinalizeResult, FinalizeStep, FrameworkColumn } from '@dpone/sdk';
import { rowText } from '../../compare.js';
import type { Row } from '../../fixtures/fixture.js';
import { applySteps, type ModelResult } from '../../model.js';
import type { SinkScenario } from '../../scenario.js';
import {
  bench,
  create,
  expectNoStaging,
  expectTarget,
  loadUnder,
  owner,
  targetColumns,
  useSink,
  type Bench,
} from './use-sink.js';

/** What one load brings. */
export interface CourseBatch {
  readonly rows: readonly Row[];
  /** When it began: UTC, milliseconds. */
  readonly at: string;
}

/** Loads of one target, one after the other. */
export interface Course {
  /** The staged columns, an envelope's too. */
  readonly columns: readonly Column[];
  readonly envelope?: readonly string[];
  readonly framework?: readonly FrameworkColumn[];
  readonly steps: readonly FinalizeStep[];
  readonly batches: readonly CourseBatch[];
  /** Whether the model counts these steps. */
  readonly counted: boolean;
}

/** Carries a course out on a fresh target, each load twice, and holds it against the model. */
export const followsModel = (scenario: SinkScenario, course: Course): Promise<void> =>
  bench(scenario, async (b) => {
    const columns = targetColumns(course.columns, course);
    await create(b, 1, { name: 'orders', schema: { columns }, rows: [] });
    let rows: readonly Row[] = [];
    for (const [i, batch] of course.batches.entries()) rows = await follow(b, course, batch, rows, i);
    await expectNoStaging(b);
  });

async function follow(
  b: Bench,
  course: Course,
  batch: CourseBatch,
  before: readonly Row[],
  i: number,
): Promise<readonly Row[]> {
  const fixture = { name: 'orders', schema: { columns: course.columns }, rows: batch.rows };
  const columns = targetColumns(course.columns, course);
  const all = [...course.columns, ...columns.filter((c) => !course.columns.includes(c))];
  const model = (rows: readonly Row[]): ModelResult =>
    applySteps(course.steps, rows, batch.rows, all, batch.at.replace('Z', '000Z'));
  const first = model(before);
  const again = model(first.rows);
  const results = await useSink(b, async (sink) => {
    const done: FinalizeResult[] = [];
    for (const n of [2 * i + 2, 2 * i + 3]) {
      const lock = await sink.lock(owner(n), 0);
      await sink.inspect();
      done.push(await loadUnder(b, sink, lock, n, fixture, { ...course, startedAt: batch.at }));
      await lock.release();
    }
    return done;
  });
  await expectTarget(b, again.rows, columns, `load ${i + 1} and its repetition`);
  for (const [what, result, expected, from] of [
    [`load ${i + 1}`, results[0]!, first, before],
    [`load ${i + 1} a second time`, results[1]!, again, first.rows],
  ] as const)
    expectCounts(what, result, expected, course.counted || sameText(from, expected.rows, columns));
  return again.rows;
}

/** The model counts; where nothing had to change it counts nothing, also of steps that it does not count. */
function expectCounts(what: string, result: FinalizeResult, expected: ModelResult, known: boolean): void {
  const text = (counts: Pick<FinalizeResult, 'inserted' | 'updated' | 'deleted'>): string =>
    `${counts.inserted}/${counts.updated}/${counts.deleted}`;
  if (known && text(result) !== text(expected))
    throw new Error(`${what}: inserted/updated/deleted are ${text(result)}, expected ${text(expected)}.`);
}

const sameText = (left: readonly Row[], right: readonly Row[], columns: readonly Column[]): boolean =>
  texts(left, columns) === texts(right, columns);

const texts = (rows: readonly Row[], columns: readonly Column[]): string =>
  rows
    .map((row) => rowText(row, columns))
    .sort()
    .join('\n');
