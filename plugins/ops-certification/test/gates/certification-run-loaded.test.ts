import { join } from 'node:path';
import { expect } from 'chai';
import { expectError } from '@dpone/testkit';
import { certificationRun } from '@dpone/ops-certification';
import { Workspace } from '../support/workspace.js';

/** A runner as a shell calls it: writes what a test says, with what it was told by its environment. */
const RUNNER = `
const { mkdirSync, writeFileSync } = require('node:fs');
const env = process.env;
const said = JSON.parse(env.SAID);
const folder = env.DPONE_MATRIX_ARTIFACT_DIR;
mkdirSync(folder, { recursive: true });
const facts = { run_id: env.DPONE_MATRIX_RUN_ID, configured_row_count: Number(env.DPONE_MATRIX_ROW_COUNT) };
const put = (name, value) => writeFileSync(folder + '/' + name, JSON.stringify(value));
if (said.run !== null) put('matrix_run.json', { ...facts, mode: env.DPONE_MATRIX_RUN_MODE, ...said.run });
for (const one of said.cases ?? []) put(one.case_id + '__behavior.json', { ...facts, ...one });
process.exitCode = said.exit ?? 0;
`;

const ID = 'ledger_to_postgres__full_refresh';
const GREEN = {
  case_id: ID,
  source: 'ledger',
  sink: 'postgres',
  strategy: 'full_refresh',
  passed: true,
  expected_row_count: 5,
  actual_row_count: 5,
  expected_checksum: 'a',
  actual_checksum: 'a',
};
const RUN = { cases: [{ case_id: ID }], skipped: [{ case_id: 'ledger_to_mssql__full_refresh' }] };

describe('certification-run with a runner', () => {
  let space: Workspace;
  beforeEach(async () => {
    space = await Workspace.make();
    await space.put('runner.cjs', RUNNER);
  });
  afterEach(() => space.remove());

  const load = (said: object, input: object = {}) =>
    space.run(
      certificationRun,
      { mode: 'real_local', row_count: 5, artifact_dir: 'out', ...input },
      {
        env: {
          ...process.env,
          DPONE_MATRIX_RUNNER: `"${process.execPath}" "${join(space.cwd, 'runner.cjs')}"`,
          SAID: JSON.stringify(said),
        },
      },
    );

  it('is green where every case that was loaded gave its rows; cases that were left out are warnings', async () => {
    const report = await load({ run: RUN, cases: [GREEN] });
    expect(report).to.deep.include({
      profile: 'real_local',
      passed: true,
      case_count: 1,
      warnings: ['matrix_case.left_out:ledger_to_mssql__full_refresh'],
    });
    expect(await space.json('out/certification_report.json')).to.include({ passed: true });
  });

  for (const [what, said, blocker] of [
    ['the checksum is another', { cases: [{ ...GREEN, actual_checksum: 'b' }] }, `matrix_checksum.mismatch:${ID}`],
    ['a row is missing', { cases: [{ ...GREEN, actual_row_count: 4 }] }, `matrix_rows.mismatch:${ID}`],
    ['a case left no file', { cases: [] }, `matrix_behavior.missing:${ID}`],
    ['a file is of an earlier run', { cases: [{ ...GREEN, run_id: 'old' }] }, `matrix_behavior.stale:${ID}`],
    [
      'it was loaded with fewer rows',
      { cases: [{ ...GREEN, configured_row_count: 1 }] },
      `matrix_behavior.row_count:${ID}`,
    ],
    ['nothing was compared', { cases: [{ case_id: ID, passed: true }] }, `matrix_behavior.unproven:${ID}`],
    ['the runner failed without a word', { cases: [GREEN], exit: 7 }, 'matrix_runner.exit:7'],
    ['there was no case', { run: { cases: [] }, cases: [] }, 'matrix.empty'],
  ] as const)
    it(`is red where ${what}`, async () => {
      const report = await load({ run: RUN, ...said });
      expect(report).to.deep.include({ passed: false, blockers: [blocker] });
    });

  it('fails where the runner left no record of this run, and writes no report', async () => {
    await expectError(() => load({ run: null, exit: 1 }), ['DPONE_RUNNER_FAILED']);
    await expectError(() => load({ run: { ...RUN, run_id: 'old' }, cases: [GREEN] }), ['DPONE_RUNNER_FAILED']);
  });

  it('asks for a runner, and for a mode that there is', async () => {
    const run = (env: object) =>
      space.run(certificationRun, { artifact_dir: 'out' }, { env: env as Record<string, string> });
    await expectError(() => run({ DPONE_MATRIX_RUN_MODE: 'real_local' }), ['DPONE_USAGE']);
    await expectError(() => run({ DPONE_MATRIX_RUN_MODE: 'staging' }), ['DPONE_USAGE']);
  });
});
