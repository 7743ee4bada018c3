import { resolve } from 'node:path';
import { defineGate, fail, readArtifact, type GateContext } from '@dpone/sdk';
import { z } from 'zod';
import { liveRollback } from '../rollback/live-rollback.js';
import { liveInput, rollbackInput } from '../rollback/rollback-input.js';

const input = z.strictObject({
  plan_json: z.string().min(1).describe('The file of a plan, as rollback-plan --format json prints it.'),
  yes: z.boolean().default(false).describe('Confirm the plan; with --manifest, carry it out.'),
  ...liveInput,
});

const plan = z.object({
  sink: rollbackInput.sink,
  target: rollbackInput.target,
  load_id: rollbackInput.load_id,
  strategy: z.string().default('restore_backup'),
  actions: z.array(z.unknown()).default([]),
});

/** Confirms a reviewed plan and, where the target can be reached, carries it out. */
export const rollbackApply = defineGate({
  summary: 'Confirm a reviewed rollback plan, and carry it out where a manifest is given',
  description:
    'Red without --yes: a plan that nobody confirmed is not applied. With --manifest the target is put back through its sink plugin, by its receipts and its backup; the statements of the file are never run, for anybody could have written them.',
  input,
  example: { plan_json: '.dpone/rollback/plan.json', yes: true },
  evaluate: async ({ plan_json, yes, manifest, selector }, ctx) => {
    const { sink, target, load_id, strategy, actions } = await readPlan(plan_json, ctx);
    const live =
      manifest === undefined ? null : await liveRollback({ manifest, selector, sink, target, load_id, yes }, ctx);
    const blockers = [...(yes ? [] : ['rollback.not_confirmed']), ...(live?.blockers ?? [])];
    const executed = live?.executed ?? false;
    const confirmed = yes && live === null;
    if (confirmed) ctx.log.warn('The plan is confirmed; nothing was executed, as no --manifest was given.');
    return {
      applied: confirmed || executed,
      planned_actions: actions.length,
      message: executed
        ? `${target} is what it was before load ${load_id}.`
        : confirmed
          ? 'The plan is confirmed. Nothing was executed: run its statements, or pass --manifest.'
          : 'Nothing was changed.',
      sink,
      target,
      load_id,
      strategy,
      executed,
      rollback: live,
      warnings: [
        ...(actions.length === 0 ? ['the plan has no actions'] : []),
        ...(confirmed ? ['nothing was executed'] : []),
        ...(live?.warnings ?? []),
      ],
      schema_version: 'dpone.ops.rollback_apply.v1',
      passed: blockers.length === 0,
      blockers,
    };
  },
  view: {
    title: 'rollback apply',
    facts: ['sink', 'target', 'load_id', 'applied', 'executed', 'planned_actions', 'message'],
    runbook: [
      'rollback.not_confirmed: review the plan, then repeat the command with --yes.',
      'Any other blocker comes from the target: see dpone ops rollback-execute.',
    ],
  },
});

async function readPlan(path: string, ctx: GateContext): Promise<z.output<typeof plan>> {
  const artifact = await readArtifact(resolve(ctx.cwd, path));
  if (artifact.state !== 'json')
    throw fail(
      'DPONE_INPUT_INVALID',
      `The plan is ${artifact.state === 'missing' ? 'not there' : 'no readable JSON'}.`,
      {
        where: path,
      },
    );
  const parsed = plan.safeParse(artifact.value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`).join('; ');
  throw fail('DPONE_INPUT_INVALID', `This is no rollback plan: ${problems}`, { where: path });
}
