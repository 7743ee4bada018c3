import {
  below,
  defineGate,
  fail,
  folderInput,
  isJsonObject,
  plainPath,
  readEvidence,
  type OutputFile,
} from '@dpone/sdk';
import { z } from 'zod';
import { behaviourOf, resultOf, type Measured } from '../matrix/behaviour.js';
import { MATRIX } from '../matrix/cases.js';
import { loadedReport } from '../matrix/loaded-report.js';
import { MATRIX_MODES, modeOf, workloadOf } from '../matrix/workload.js';

const input = z.strictObject({
  source: z.string().optional().describe('Only cases from this source.'),
  sink: z.string().optional().describe('Only cases into this sink.'),
  strategy: z.string().optional().describe('Only cases of this load strategy.'),
  row_count: z
    .int()
    .optional()
    .describe(
      'Rows of a case, 1 to 100000. Without it DPONE_MATRIX_MOCK_ROW_COUNT, then DPONE_MATRIX_ROW_COUNT, then 10000.',
    ),
  mode: z
    .enum(MATRIX_MODES)
    .optional()
    .describe(
      'mock_contract loads nothing; mock_local, real_local and vendor_live load every case by the runner. Without it DPONE_MATRIX_RUN_MODE, then mock_contract.',
    ),
  runner: z
    .string()
    .optional()
    .describe(
      'The command that loads the cases: it gets DPONE_MATRIX_* and writes <case_id>__behavior.json files. Without it DPONE_MATRIX_RUNNER.',
    ),
  measured: z
    .string()
    .optional()
    .describe('A certification report of real loads: its row counts and checksums are compared, case by case.'),
  artifact_dir: folderInput('test_artifacts/certification/latest'),
});

const fileOf = (id: string): string => `${id}__behavior.json`;

/** What each source, sink and strategy has to give: worked out, and compared with real loads where there are some. */
export const certificationRun = defineGate({
  summary: 'Work out what every source, sink and strategy has to give, and compare real loads with it',
  description:
    'Writes a behaviour file a case. In the mode mock_contract nothing is loaded: it says what a load must give. In every other mode the runner loads the cases, and a case is red when its rows or its checksum are not those expected, when it was not loaded in this run or not with this row count, or when it is not there. --measured compares a report of loads that others made.',
  input,
  folder: 'artifact_dir',
  artifact: 'certification_report',
  example: { source: 'postgres', sink: 'mssql', strategy: 'snapshot_diff', row_count: 100, artifact_dir: 'out' },
  evaluate: async ({ source, sink, strategy, row_count, mode: asked, runner, measured, artifact_dir }, ctx) => {
    const workload = workloadOf(row_count, ctx.env);
    const mode = asked ?? modeOf(ctx.env);
    if (mode !== 'mock_contract') {
      if (measured !== undefined)
        throw fail('DPONE_USAGE', 'Cases are either loaded or measured already.', { where: '--mode, --measured' });
      return loadedReport({ mode, runner, folder: artifact_dir, workload, chosen: { source, sink, strategy } }, ctx);
    }
    const cases = MATRIX.filter(
      (one) =>
        (source === undefined || one.source === source) &&
        (sink === undefined || one.sink === sink) &&
        (strategy === undefined || one.strategy === strategy),
    );
    if (cases.length === 0)
      throw fail('DPONE_USAGE', 'No case has this source, sink and strategy.', {
        where: '--source, --sink, --strategy',
      });
    const real = measured === undefined ? undefined : await measurements(ctx.cwd, measured);
    const folder = plainPath(artifact_dir);
    const results = cases.map((one) => {
      // A case that was not measured is one that did not give its rows.
      const result = resultOf(one, workload, real && (real.get(one.case_id) ?? { rows: null, checksum: null }));
      return {
        case_id: one.case_id,
        passed: result.passed,
        artifact_path: below(folder, fileOf(one.case_id)),
        expected_row_count: result.counts.actualRows,
        actual_row_count: result.actualRows,
        expected_checksum: result.counts.checksum,
        actual_checksum: result.actualChecksum,
      };
    });
    const blockers = results
      .filter(({ passed }) => !passed)
      .map(({ case_id: id }) => `matrix_case.${real!.has(id) ? 'not_passed' : 'missing'}:${id}`);
    return {
      schema_version: 'dpone.ops.certification_report.v1',
      profile: real === undefined ? 'mock_contract' : 'measured',
      case_count: results.length,
      passed: blockers.length === 0,
      blockers,
      workload: {
        row_count: workload.rows,
        change_ratio: workload.changeRatio,
        delete_ratio: workload.deleteRatio,
      },
      results,
    };
  },
  files: (report) => {
    // A runner has written its own.
    if (report.profile !== 'mock_contract' && report.profile !== 'measured') return [];
    const { row_count: rows, change_ratio: changeRatio, delete_ratio: deleteRatio } = report.workload;
    const byId = new Map(MATRIX.map((one) => [one.case_id, one]));
    return report.results.map(({ case_id, actual_row_count, actual_checksum }): OutputFile => ({
      path: fileOf(case_id),
      // Made when it is written: all of them at once would be a gigabyte.
      get json() {
        const one = byId.get(case_id)!;
        const workload = { rows, changeRatio, deleteRatio };
        return behaviourOf(
          one,
          workload,
          resultOf(one, workload, { rows: actual_row_count, checksum: actual_checksum }),
        );
      },
    }));
  },
  view: {
    title: 'certification run',
    facts: ['profile', 'case_count', 'passed'],
    tables: [
      {
        of: 'results',
        columns: {
          case: 'case_id',
          status: 'passed',
          rows: 'actual_row_count',
          checksum: 'actual_checksum',
          artifact: 'artifact_path',
        },
      },
    ],
    runbook: [
      'Take the first red case and open its behaviour file: it has the counts and sample rows that the load must give, and its notes say what differs.',
      'Load that case alone with the same row count, and look which rows are missing, doubled or stale in the target.',
      'If the load is wrong, write a failing test of the sink or strategy first; if the expectation is, change it in a reviewed commit.',
    ],
  },
});

async function measurements(cwd: string, path: string): Promise<ReadonlyMap<string, Measured>> {
  const { value } = await readEvidence(cwd, 'measured', path);
  const { results } = value;
  if (!Array.isArray(results))
    throw fail('DPONE_INPUT_INVALID', 'This is no certification report: it has no list of results.', { where: path });
  return new Map(
    (results as unknown[]).flatMap((row): [string, Measured][] =>
      isJsonObject(row) && typeof row['case_id'] === 'string'
        ? [[row['case_id'], { rows: row['actual_row_count'], checksum: row['actual_checksum'] }]]
        : [],
    ),
  );
}
