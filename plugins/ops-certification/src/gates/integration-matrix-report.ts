import { byName, defineGate, fail, plainPath } from '@dpone/sdk';
import { z } from 'zod';
import { leftOut, readMatrix } from '../matrix/read-matrix.js';
import { judgeCase } from '../matrix/judge-case.js';

const input = z.strictObject({
  artifact_dir: z.string().describe('The folder with the case files and behaviour files of a matrix run.'),
  output_dir: z.string().describe('Where the certification report is written.'),
});

/** The cases of a matrix run as one certification report. */
export const integrationMatrixReport = defineGate({
  summary: 'Make one certification report of the case files of a matrix run',
  description:
    'Every case needs its behaviour file, passed, with the rows and the checksum that were expected. Where there are behaviour files only, as certification-run writes them, each is a case. The matrix_run.json of a runner names the cases that must be there; those that it left out are warnings.',
  input,
  artifact: 'certification_report',
  example: { artifact_dir: 'test_artifacts/integration_matrix', output_dir: 'test_artifacts/integration_matrix' },
  evaluate: async ({ artifact_dir, output_dir }, ctx) => {
    const matrix = await readMatrix(ctx.cwd, artifact_dir);
    if (matrix === null)
      throw fail('DPONE_INPUT_INVALID', 'This is no folder that can be read.', {
        where: `--artifact-dir ${artifact_dir}`,
      });
    const { cases, behaviours, run } = matrix;
    const alone = cases.size === 0;
    const ids = [...(alone ? behaviours : cases).keys()].sort(byName);
    const results = ids.map((id) => judgeCase(id, cases.get(id), behaviours.get(id)));
    const blockers = ids.length === 0 ? ['matrix.empty'] : results.flatMap((result) => result.blockers);
    const passed = results.filter((result) => result.passed).length;
    return {
      schema_version: 'dpone.ops.certification_report.v1',
      passed: blockers.length === 0,
      total_cases: results.length,
      passed_cases: passed,
      failed_cases: results.length - passed,
      blockers,
      warnings: [
        ...[...behaviours.keys()]
          .filter((id) => !alone && !cases.has(id))
          .sort(byName)
          .map((id) => `matrix_case.missing:${id}`),
        ...leftOut(run).map((id) => `matrix_case.left_out:${id}`),
      ],
      results,
      output_dir: plainPath(output_dir),
    };
  },
  view: {
    title: 'integration matrix report',
    facts: ['passed', 'total_cases', 'passed_cases', 'failed_cases'],
    sections: (report) => [
      {
        head: ['case', 'source', 'sink', 'strategy', 'status', 'rows', 'blockers'],
        rows: report.results.map((row) => [
          row.case_id,
          row.source,
          row.sink,
          row.strategy,
          row.passed ? 'passed' : 'failed',
          `${row.actual_row_count ?? '-'} / ${row.expected_row_count ?? '-'}`,
          row.blockers,
        ]),
      },
    ],
    runbook: [
      'A case without a behaviour file was not run to its end: run that case alone and look at its log.',
      'Where rows or checksums differ, open the behaviour file and compare what was expected with what came.',
      'Mend the load or, in a reviewed change, the expectation; then make this report again from a new run.',
    ],
  },
});
