import { conformance } from '@dpone/testkit';
import { expect } from 'chai';
import { strategyRepairPlan } from '@dpone/ops-planning';
import { folder } from '../support/folder.js';

const NO_EVIDENCE = 'it plans from what is said on the command line and reads no file';
const INPUT = { run_id: 'R1', source_type: 'postgres', sink_type: 'mssql', strategy: 'full_refresh' };

describe('strategy repair-plan', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'strategy-repair-plan',
    definition: strategyRepairPlan,
    green: () => ({ input: INPUT, evidence: [] }),
    waivers: [
      { behaviour: 'gate.broken-evidence-is-never-green', reason: NO_EVIDENCE },
      { behaviour: 'gate.survives-any-json', reason: NO_EVIDENCE },
    ],
  }))
    it(c.name, c.run);

  const plan = async (given: object) => {
    const space = await folder();
    try {
      return await space.run(strategyRepairPlan, { ...INPUT, ...given });
    } finally {
      await space.remove();
    }
  };

  for (const [stage, safe] of [
    ['extract', true],
    ['stage', true],
    ['finalize', false],
    ['anything', false],
  ] as const)
    it(`may ${safe ? '' : 'not '}begin ${stage} again without a person`, async () => {
      expect((await plan({ failed_stage: stage })).safe_to_auto_resume).to.equal(safe);
    });

  it('replays partitions, never without a person', async () => {
    const report = await plan({
      strategy: 'partition_replace',
      failed_stage: 'stage',
      partition: ['2026-01', '2026-02'],
    });
    expect(report.safe_to_auto_resume).to.equal(false);
    expect(report.commands[0]).to.equal('dpone resync --run-id R1 --partitions 2026-01,2026-02 --plan');
  });

  it('quotes what goes into commands', async () => {
    expect((await plan({ run_id: "R'; rm -rf /" })).commands[1]).to.equal(
      `dpone run-report 'R'\\''; rm -rf /' --format md`,
    );
  });
});
