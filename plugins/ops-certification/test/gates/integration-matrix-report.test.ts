import { expect } from 'chai';
import { expectError } from '@dpone/testkit';
import { integrationMatrixReport } from '@dpone/ops-certification';
import { Workspace } from '../support/workspace.js';

describe('integration-matrix-report', () => {
  let space: Workspace;
  beforeEach(async () => (space = await Workspace.make()));
  afterEach(() => space.remove());
  const report = () => space.run(integrationMatrixReport, { artifact_dir: 'm', output_dir: 'out' });
  const behaviour = (more: object) => space.put('m/a__behavior.json', { case_id: 'a', passed: true, ...more });

  it('is red without a case', async () => {
    await space.put('m/notes.txt', 'x');
    expect((await report()).blockers).to.eql(['matrix.empty']);
  });

  it('refuses a folder that is not there', async () => {
    await expectError(report, ['DPONE_INPUT_INVALID']);
  });

  for (const [what, more, blocker] of [
    ['failed', { passed: false }, 'matrix_behavior.not_passed:a'],
    ['says "true" in words', { passed: 'true' }, 'matrix_behavior.not_passed:a'],
    ['lost rows', { expected_row_count: '10', actual_row_count: 9 }, 'matrix_rows.mismatch:a'],
    ['has another checksum', { expected_checksum: 'x', actual_checksum: 'y' }, 'matrix_checksum.mismatch:a'],
    ['has a blocker', { blockers: ['boom'] }, 'boom'],
  ] as const)
    it(`is red where a case ${what}`, async () => {
      await space.put('m/a.json', { case_id: 'a', source: 's', sink: 't', strategy: 'x' });
      await behaviour(more);
      expect(await report()).to.deep.include({ passed: false, failed_cases: 1, blockers: [blocker] });
    });

  it('is red where a case has no behaviour, or is red itself', async () => {
    await space.put('m/a.json', { case_id: 'a' });
    expect((await report()).blockers).to.eql(['matrix_behavior.missing:a']);
    await space.put('m/a.json', { case_id: 'a', passed: false });
    await behaviour({});
    expect((await report()).blockers).to.eql(['matrix_preflight.not_passed:a']);
  });

  it('lets no second file hide a red first one', async () => {
    await behaviour({ passed: false });
    await space.put('m/b__behavior.json', { case_id: 'a', passed: true });
    expect((await report()).blockers).to.eql(['artifact.duplicate']);
  });

  it('names behaviours that no case asked for', async () => {
    await space.put('m/a.json', { case_id: 'a' });
    await behaviour({});
    await space.put('m/b__behavior.json', { case_id: 'b', passed: false });
    expect(await report()).to.deep.include({ passed: true, warnings: ['matrix_case.missing:b'] });
  });
});
