import { defineGate, policyBlockers, policyInput, readPolicy } from '@dpone/sdk';
import { z } from 'zod';
import { ambiguousNames, readBundle, type BundleItem } from '../bundle.js';

/** Whether a bundle of evidence lets a run go live. */
export const goLiveGate = defineGate({
  summary: 'Decide on going live by a bundle of evidence',
  description:
    'Red when a required item of the bundle is red, when the file behind one is not what it was, when a name stands for two items, when the bundle is red or holds nothing. What is wrong with an optional item is a warning.',
  input: z.strictObject({
    bundle_json: z.string().describe('The file of the bundle, as evidence-bundle writes it.'),
    policy: policyInput,
  }),
  example: { bundle_json: '.dpone/evidence/ops_evidence_bundle.json' },
  evaluate: async ({ bundle_json, policy }, ctx) => {
    const { evidence, passed, items } = await readBundle(ctx.cwd, bundle_json);
    const blockers = [
      ...items.filter(({ required }) => required).flatMap(problemOf),
      ...ambiguousNames(items).map((name) => `${name}.ambiguous`),
      ...(await policyBlockers(await readPolicy(policy, ctx.cwd), [evidence], [], ctx.cwd)),
    ];
    if (items.length === 0) blockers.push('bundle.empty');
    // Where an item says why, that is the reason.
    if (blockers.length === 0 && !(passed && evidence.passed)) blockers.push('bundle.not_passed');
    return {
      schema_version: 'dpone.ops.go_live_gate.v1',
      passed: blockers.length === 0,
      blockers,
      warnings: items.filter(({ required }) => !required).flatMap(problemOf),
    };
  },
  view: {
    title: 'go-live gate',
    facts: ['passed'],
    runbook: [
      'Find the item of the bundle that a blocker names, and open the file at its path.',
      'Mend what made it red: the load, the contract, the connector or the docs.',
      'Make the bundle again, so that verdicts and checksums are those of now, and ask the gate again.',
    ],
  },
});

const problemOf = ({ name, passed, file }: BundleItem): string[] =>
  passed ? (file === 'changed' ? [`${name}.checksum_mismatch`] : []) : [name];
