import { defineGate } from '@dpone/sdk';
import { z } from 'zod';
import { repairPlan } from '../strategy/repair-plan.js';
import { systemName } from '../strategy/systems.js';

const text = (description: string) =>
  z
    .string()
    .regex(/^[^\p{Cc}]*\S[^\p{Cc}]*$/u, 'is empty, or has control characters')
    .describe(description);

const input = z.strictObject({
  run_id: text('The run that failed.'),
  source_type: text('The system that it read.'),
  sink_type: text('The system that it wrote.'),
  strategy: text('Its load strategy.'),
  failed_stage: text('The stage at which it failed.').default('finalize'),
  partition: z.array(text('A partition.')).default([]).describe('A partition that it was to load; repeatable.'),
});

/** How a failed run is mended. */
export const strategyRepairPlan = defineGate({
  summary: 'Plan how a failed run is mended',
  description:
    'Prints the commands in their order. Only what failed before the target was touched may be begun again without a person.',
  input,
  args: ['run_id'],
  example: {
    run_id: '01J00000000000000000000000',
    source_type: 'postgres',
    sink_type: 'mssql',
    strategy: 'full_refresh',
  },
  format: 'text',
  evaluate: ({ run_id, source_type, sink_type, strategy, failed_stage, partition }) => ({
    ...repairPlan({ runId: run_id, strategy, stage: failed_stage, partitions: partition }),
    source_type: systemName(source_type),
    sink_type: systemName(sink_type),
    schema_version: 'dpone.strategy.repair_plan.v1',
    passed: true,
    blockers: [],
  }),
  text: ({ commands }) => commands.join('\n'),
  view: {
    title: 'repair plan',
    facts: ['run_id', 'safe_to_auto_resume'],
    tables: [{ heading: 'Steps', of: 'steps', columns: { step: 'action', what: 'description', command: 'command' } }],
    runbook: [
      'Stop the schedule of the load.',
      'Take the steps in their order; a command with --plan shows first what it would do.',
      'Start the schedule only when the comparison is green.',
    ],
  },
});
