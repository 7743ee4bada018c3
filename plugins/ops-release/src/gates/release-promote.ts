import { defineGate, fail, folderInput, isoTimestamp, plainPath } from '@dpone/sdk';
import { z } from 'zod';
import { attach, attachInput, itemsTable, nothingJudged } from '../attach.js';

const SUMMARY = ['blockers', 'violations', 'findings', 'results', 'items', 'steps', 'sections', 'status'];

/** Whether a release may go from one environment to the next, with the checksums of what says so. */
export const releasePromote = defineGate({
  summary: 'Decide whether a release may be promoted to another environment',
  description:
    'Red when a piece of evidence is missing or red, or when there is none that can be judged. An environment is not promoted onto itself.',
  input: z.strictObject({
    release: z.string().describe('The release.'),
    from_env: z.string().describe('The environment in which it is proved.'),
    to_env: z.string().describe('The environment that it goes to.'),
    ...attachInput,
    output_dir: folderInput('.dpone/promotions/latest'),
  }),
  artifact: 'promotion_manifest',
  example: {
    release: 'v1.0.0',
    from_env: 'staging',
    to_env: 'production',
    artifact: { release_orchestration: '.dpone/release/release_orchestration.json' },
  },
  evaluate: async (input, ctx) => {
    if (input.from_env.trim() === input.to_env.trim())
      throw fail('DPONE_USAGE', `--from-env and --to-env are the same: ${input.from_env}.`);
    const attached = await attach(ctx, input, SUMMARY);
    const blockers = [...attached.blockers, ...nothingJudged(attached)];
    return {
      schema_version: 'dpone.ops.promotion_manifest.v1',
      release: input.release,
      from_environment: input.from_env,
      to_environment: input.to_env,
      status: blockers.length === 0 ? 'promoted' : 'blocked',
      // When it was decided, also where the decision is no.
      promoted_at: isoTimestamp(ctx.clock.now()),
      passed: blockers.length === 0,
      blockers,
      warnings: attached.silent,
      output_dir: plainPath(input.output_dir),
      items: attached.items,
    };
  },
  view: {
    title: 'release promotion',
    facts: ['release', 'from_environment', 'to_environment', 'promoted_at', 'status', 'passed'],
    tables: [itemsTable()],
    runbook: [
      'Open the evidence that a blocker names; its own report says what is wrong.',
      'Mend that in the environment the release comes from, and make the evidence again there.',
      'Promote again. Nothing is to be deployed to the next environment before this is green.',
    ],
  },
});
