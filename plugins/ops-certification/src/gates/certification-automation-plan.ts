import { defineGate, folderInput, plainPath } from '@dpone/sdk';
import { z } from 'zod';
import { automationSteps } from '../automation-steps.js';
import { MOST_ROWS } from '../matrix/workload.js';
import { requiredArtifacts, stepTable } from '../plan-step.js';

const input = z.strictObject({
  profile: z
    .enum(['mock_contract', 'mock_local', 'vendor_live'])
    .default('mock_contract')
    .describe('What the matrix is run against.'),
  row_count: z.int().default(10_000).describe(`Rows of a case, 1 to ${MOST_ROWS}; what is beyond is brought back.`),
  output_dir: folderInput('.dpone/certification-automation-plan/latest'),
});

/** The steps of a full certification, for a workflow to carry out. */
export const certificationAutomationPlan = defineGate({
  summary: 'Plan a full certification: steps, commands and what each leaves behind',
  description:
    'Runs nothing. The commands run as they are printed, one after the other, from the folder of a project. No figure in them is typed: speed, rows and lineage are those of a load that the benchmark step makes, of files, without a server. The first one of a folder is the baseline of those after it.',
  input,
  artifact: 'certification_automation_plan',
  example: { profile: 'mock_contract', row_count: 100 },
  evaluate: ({ profile, row_count, output_dir }) => {
    const rowCount = Math.min(Math.max(row_count, 1), MOST_ROWS);
    const steps = automationSteps(profile, rowCount);
    return {
      schema_version: 'dpone.ops.certification_automation_plan.v1',
      profile,
      row_count: rowCount,
      passed: true,
      blockers: [],
      step_count: steps.length,
      required_artifacts: requiredArtifacts(steps),
      steps,
      output_dir: plainPath(output_dir),
    };
  },
  view: {
    title: 'certification automation plan',
    facts: ['profile', 'row_count', 'step_count'],
    tables: [stepTable],
    runbook: [
      'Profile mock_contract loads no case: its matrix says what each case has to give. What is measured is the load of the benchmark step.',
      'A red benchmark: measure again on a quiet machine. The baseline is .dpone/benchmarks/certification.json; keep it from one release to the next.',
      'Carry the steps out in their order and stop at the first that does not end with 0.',
      'Keep what they leave behind with the release, the evidence chain in a place that the build cannot write to again.',
    ],
  },
});
