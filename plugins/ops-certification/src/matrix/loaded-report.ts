import { below, byName, fail, isJsonObject, plainPath, type GateContext, type JsonObject } from '@dpone/sdk';
import type { Workload } from './counts.js';
import { judgeCase } from './judge-case.js';
import { leftOut, readMatrix } from './read-matrix.js';
import { runRunner } from './run-runner.js';
import type { MatrixMode } from './workload.js';

/** What is to be loaded, by what, and where its files go. */
export interface LoadRequest {
  readonly mode: Exclude<MatrixMode, 'mock_contract'>;
  readonly runner: string | undefined;
  readonly folder: string;
  readonly workload: Workload;
  readonly chosen: {
    readonly source: string | undefined;
    readonly sink: string | undefined;
    readonly strategy: string | undefined;
  };
}

/** Has the runner load the cases, and judges what it left behind; what it says of itself decides nothing. */
export async function loadedReport(request: LoadRequest, ctx: GateContext) {
  const { mode, workload } = request;
  const folder = plainPath(request.folder);
  const runId = ctx.newId();
  const exit = await runRunner(request, runId, ctx);
  const matrix = await readMatrix(ctx.cwd, folder);
  const run = matrix?.run;
  if (matrix === null || run === undefined || run['run_id'] !== runId)
    throw fail('DPONE_RUNNER_FAILED', `The runner ended with code ${exit} and left no record of this run.`, {
      where: `${folder}/matrix_run.json`,
      remedy: 'Read what it printed above.',
    });
  const ids = casesOf(run).sort(byName);
  const results = ids.map((id) => {
    const behaviour = matrix.behaviours.get(id);
    const judged = judgeCase(id, { case_id: id }, behaviour);
    const blockers = [...judged.blockers, ...strangeness(id, behaviour, runId, request)];
    return {
      case_id: id,
      source: judged.source,
      sink: judged.sink,
      strategy: judged.strategy,
      passed: blockers.length === 0,
      artifact_path: below(folder, `${id}__behavior.json`),
      expected_row_count: judged.expected_row_count,
      actual_row_count: judged.actual_row_count,
      expected_checksum: textOf(behaviour, 'expected_checksum'),
      actual_checksum: textOf(behaviour, 'actual_checksum'),
      blockers,
    };
  });
  const blockers = [
    ...(results.length === 0 ? ['matrix.empty'] : results.flatMap((result) => result.blockers)),
    // A runner that failed although every file is in order has something to say that is in none of them.
    ...(exit !== 0 && results.every(({ passed }) => passed) ? [`matrix_runner.exit:${exit}`] : []),
  ];
  return {
    schema_version: 'dpone.ops.certification_report.v1',
    profile: mode,
    case_count: results.length,
    passed: blockers.length === 0,
    blockers,
    warnings: leftOut(run).map((id) => `matrix_case.left_out:${id}`),
    workload: {
      row_count: workload.rows,
      change_ratio: workload.changeRatio,
      delete_ratio: workload.deleteRatio,
    },
    results,
  };
}

/** Why a file is not about this run: left by an earlier one, or of another size. */
function strangeness(id: string, behaviour: JsonObject | undefined, runId: string, request: LoadRequest): string[] {
  if (behaviour === undefined) return [];
  if (behaviour['run_id'] !== runId) return [`matrix_behavior.stale:${id}`];
  if (behaviour['configured_row_count'] !== request.workload.rows) return [`matrix_behavior.row_count:${id}`];
  // What nothing was expected of, or nothing was found in, cannot be green.
  const hasAll = ['expected_checksum', 'actual_checksum'].every((key) => textOf(behaviour, key) !== null);
  return behaviour['passed'] === true && !hasAll ? [`matrix_behavior.unproven:${id}`] : [];
}

function casesOf(run: JsonObject): string[] {
  const cases = Array.isArray(run['cases']) ? (run['cases'] as unknown[]) : [];
  return cases.flatMap((one) => (isJsonObject(one) && typeof one['case_id'] === 'string' ? [one['case_id']] : []));
}

function textOf(behaviour: JsonObject | undefined, key: string): string | null {
  const value = behaviour?.[key];
  return typeof value === 'string' && value !== '' ? value : null;
}
