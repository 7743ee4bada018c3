import { createHash } from 'node:crypto';
import type { Workload } from '@dpone/ops-certification';
import type { Column } from '@dpone/sdk';
import type { Row } from '@dpone/testkit';
import { plain } from '../../fidelity/plain.js';
import { expectLoads } from '../expect-loads.js';
import type { Story } from '../fixture.js';
import type { PairRun, Round } from '../run-pair.js';
import { expected, MODELS, type Expected } from '../strategies.js';
import type { System } from '../system.js';
import type { MatrixCase } from './cases.js';

/** What every behaviour file of a run says. */
export interface RunFacts {
  readonly run_id: string;
  readonly run_mode: string;
  readonly configured_row_count: number;
  readonly change_ratio: number;
  readonly delete_ratio: number;
}

/** `<case_id>__behavior.json`: what the model says that the case gives, and what its loads gave. */
export interface Behaviour extends RunFacts, MatrixCase {
  readonly passed: boolean;
  readonly blockers: readonly string[];
  readonly [key: string]: unknown;
}

const SAMPLES = 3;

export const factsOf = (run_id: string, run_mode: string, workload: Workload): RunFacts => ({
  run_id,
  run_mode,
  configured_row_count: workload.rows,
  change_ratio: workload.changeRatio,
  delete_ratio: workload.deleteRatio,
});

/** A case that came to no load. */
export const notLoaded = (one: MatrixCase, facts: RunFacts, blocker: string, why: string): Behaviour => ({
  ...one,
  ...facts,
  passed: false,
  blockers: [`${blocker}:${one.case_id}`],
  notes: [why],
});

/** Compares what the loads of a case left behind with what its model says: rows, values, counts, after each load. */
export function behaviourOf(one: MatrixCase, facts: RunFacts, run: PairRun, source: System): Behaviour {
  const { story, columns } = run;
  const should = expected(MODELS[one.strategy]!, source, story);
  const rounds = run.rounds.get(one.strategy)!;
  const fault = faultOf(rounds, should, columns);
  const last = rounds.length - 1;
  const [actual, target] = [rounds[last]!.rows, should[last]!.target];
  return {
    ...one,
    ...facts,
    target_before: samplesOf(should[0]!.target, columns),
    source_rows: samplesOf(should[1]!.read, columns),
    expected_rows: samplesOf(target, columns),
    actual_rows: actual === null ? null : samplesOf(actual, columns),
    target_before_count: should[0]!.target.length,
    source_row_count: should[1]!.read.length,
    expected_row_count: target.length,
    actual_row_count: actual?.length ?? null,
    expected_checksum: checksumOf(target, columns),
    actual_checksum: actual === null ? null : checksumOf(actual, columns),
    ...changesOf(story),
    columns: columns.map(({ name }) => name),
    loads: rounds.map((round, i) => loadOf(round, should[i]!)),
    quality_checks: [
      'rows_read_match_model',
      'every_value_matches_model',
      'row_count_reported_matches_target',
      'no_row_twice_no_row_lost',
      'unchanged_by_a_load_of_nothing_new',
    ].slice(0, rounds.length > 2 ? 5 : 4),
    passed: fault === undefined,
    blockers: fault === undefined ? [] : [`matrix_behavior.not_passed:${one.case_id}`],
    notes: fault === undefined ? [] : [fault],
  };
}

function faultOf(
  rounds: readonly Round[],
  should: readonly Expected[],
  columns: readonly Column[],
): string | undefined {
  try {
    expectLoads(rounds, should, columns);
    return undefined;
  } catch (error) {
    return (error as Error).message.slice(0, 2000);
  }
}

const changesOf = ({ changed, added, deleted }: Story): object => ({
  changed_row_count: changed.length + added.length + deleted.length,
  updated_row_count: changed.length,
  inserted_row_count: added.length,
  deleted_row_count: deleted.length,
});

function loadOf({ result, rows }: Round, should: Expected): object {
  if (result instanceof Error) return { passed: false, error: result.message, target_rows: rows?.length ?? null };
  const { duration_seconds, extracted_rows, final_rows, errors } = result.result;
  return {
    passed: result.passed,
    load_id: result.load_id,
    lane: result.lane,
    expected_read: should.read.length,
    extracted_rows,
    final_rows,
    target_rows: rows?.length ?? null,
    duration_seconds,
    ...(errors.length === 0 ? {} : { error: errors.map(({ message }) => message).join('; ') }),
  };
}

const textsOf = (row: Row, columns: readonly Column[]): string[] =>
  columns.map(({ name, type }) => plain(row[name], type));

/** SHA-256 of all values of all rows, in whatever order these come. */
function checksumOf(rows: readonly Row[], columns: readonly Column[]): string {
  const hash = createHash('sha256');
  for (const text of rows.map((row) => JSON.stringify(textsOf(row, columns))).sort()) hash.update(`${text}\n`);
  return hash.digest('hex');
}

/** The first and the last rows by their id, each value as a text. */
function samplesOf(rows: readonly Row[], columns: readonly Column[]): object[] {
  const sorted = rows.toSorted((a, b) => Number(a['id']) - Number(b['id']));
  const few = sorted.length <= 2 * SAMPLES ? sorted : [...sorted.slice(0, SAMPLES), ...sorted.slice(-SAMPLES)];
  return few.map((row) => Object.fromEntries(textsOf(row, columns).map((text, i) => [columns[i]!.name, text])));
}
