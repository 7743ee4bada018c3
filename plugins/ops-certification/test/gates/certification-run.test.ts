import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { expectError } from '@dpone/testkit';
import { certificationRun, integrationMatrixReport } from '@dpone/ops-certification';
import { Workspace } from '../support/workspace.js';

const CASE = { source: 'postgres', sink: 'mssql', strategy: 'snapshot_diff', artifact_dir: 'out' };

describe('certification-run', () => {
  let space: Workspace;
  beforeEach(async () => (space = await Workspace.make()));
  afterEach(() => space.remove());

  it('works out rows and checksum as every implementation does', async () => {
    const report = await space.run(certificationRun, CASE);
    expect(report.results[0]).to.include({
      case_id: 'postgres_to_mssql__snapshot_diff',
      expected_row_count: 10_000,
      expected_checksum: 'feccb753',
    });
    expect(report.profile).to.equal('mock_contract');
  });

  it('has 200 cases, each with its file', async () => {
    const report = await space.run(certificationRun, { row_count: 1, artifact_dir: 'out' });
    expect(report.case_count).to.equal(200);
    expect(await readdir(join(space.cwd, 'out'))).to.have.length(202);
  });

  it('takes rows and ratios from the environment, the flag before it', async () => {
    const env = {
      DPONE_MATRIX_ROW_COUNT: '40',
      DPONE_MATRIX_MOCK_ROW_COUNT: '20',
      DPONE_MATRIX_CHANGE_RATIO: '0.5',
      DPONE_MATRIX_DELETE_RATIO: '0.1',
    };
    await space.run(certificationRun, CASE, { env });
    expect(await space.json('out/postgres_to_mssql__snapshot_diff__behavior.json')).to.include({
      configured_row_count: 20,
      changed_row_count: 10,
      deleted_row_count: 2,
    });
    const { workload } = await space.run(certificationRun, { ...CASE, row_count: 7 }, { env });
    expect(workload.row_count).to.equal(7);
  });

  for (const [what, input, env] of [
    ['no row', { row_count: 0 }, {}],
    ['too many rows', { row_count: 100_001 }, {}],
    ['a filter that nothing passes', { sink: 'oracle' }, {}],
    ['a row count that is no number', {}, { DPONE_MATRIX_ROW_COUNT: 'many' }],
    ['a ratio beyond 1', {}, { DPONE_MATRIX_CHANGE_RATIO: '1.1' }],
    ['more deletes than changes', {}, { DPONE_MATRIX_DELETE_RATIO: '0.5' }],
  ] as const)
    it(`refuses ${what}, and writes nothing`, async () => {
      await expectError(
        () => space.run(certificationRun, { ...CASE, ...input }, { env }),
        ['DPONE_USAGE', 'DPONE_INPUT_INVALID'],
      );
      expect(await readdir(space.cwd)).to.eql([]);
    });

  describe('with a report of real loads', () => {
    const measured = (row: object) => ({ results: [{ case_id: 'postgres_to_mssql__snapshot_diff', ...row }] });
    const real = (report: unknown) =>
      space.put('real.json', report).then(() => space.run(certificationRun, { ...CASE, measured: 'real.json' }));

    it('is green where rows and checksum agree', async () => {
      const report = await real(measured({ actual_row_count: 10_000, actual_checksum: 'feccb753' }));
      expect(report).to.include({ passed: true, profile: 'measured' });
    });

    it('is red where they differ, and where the case was not loaded', async () => {
      const other = await real(measured({ actual_row_count: 9_999, actual_checksum: 'feccb753' }));
      expect(other.blockers).to.eql(['matrix_case.not_passed:postgres_to_mssql__snapshot_diff']);
      expect(await space.json('out/postgres_to_mssql__snapshot_diff__behavior.json')).to.include({
        passed: false,
        actual_row_count: 9_999,
        expected_row_count: 10_000,
      });
      const none = await real({ results: [] });
      expect(none.blockers).to.eql(['matrix_case.missing:postgres_to_mssql__snapshot_diff']);
    });

    it('refuses what is no report', async () => {
      await expectError(() => real({ passed: true }), ['DPONE_INPUT_INVALID']);
    });
  });

  it('is read by integration-matrix-report as it is', async () => {
    await space.run(certificationRun, { source: 'mssql', sink: 'kafka', row_count: 5, artifact_dir: 'out' });
    const report = await space.run(integrationMatrixReport, { artifact_dir: 'out', output_dir: 'report' });
    expect(report).to.include({ passed: true, total_cases: 6, passed_cases: 6 });
  });
});
