import { defineGate, jsonInput } from '@dpone/sdk';
import { z } from 'zod';
import { ambiguousNames, readBundle } from '../bundle.js';

const rules = z.strictObject({
  required_evidence: z.array(z.string()).default([]),
  require_bundle_passed: z.boolean().default(true),
  require_artifacts_exist: z.boolean().default(false),
});

const ACTIONS = {
  'bundle.failed': () => 'Open the bundle, mend what made it red and make it again.',
  'bundle.empty': () => 'Make the bundle from a run that leaves evidence.',
  missing_required_evidence: (name: string) => `Make the evidence ${name} and put it into the bundle.`,
  required_evidence_failed: (name: string) => `Open ${name}, mend what made it red and make the bundle again.`,
  artifact_missing: (name: string) => `Bring the file of ${name} back, or make it again.`,
  checksum_mismatch: (name: string) => `Find out why the file of ${name} has changed since, and make the bundle again.`,
  ambiguous_evidence: (name: string) => `Leave one item called ${name} in the bundle.`,
};

/** Whether a bundle of evidence fits an organisation's rules. */
export const policyEvaluate = defineGate({
  summary: 'Hold a bundle of evidence against rules',
  description:
    'The rules say which evidence must be in the bundle, whether the bundle itself must be green, and whether its files must be there. Required items must be green and unchanged whatever the rules say. A rule that nobody knows is refused.',
  input: z.strictObject({
    bundle_json: z.string().describe('The file of the bundle, as evidence-bundle writes it.'),
    policy_json: jsonInput(
      rules,
      'The rules: required_evidence (names), require_bundle_passed (default true), require_artifacts_exist (default false).',
    ),
  }),
  example: {
    bundle_json: '.dpone/evidence/ops_evidence_bundle.json',
    policy_json: '{"required_evidence": ["certification"], "require_artifacts_exist": true}',
  },
  evaluate: async ({ bundle_json, policy_json: policy }, ctx) => {
    const { evidence, passed, items } = await readBundle(ctx.cwd, bundle_json);
    const wanted = new Set(policy.required_evidence);
    const broken: [keyof typeof ACTIONS, string?][] = [];
    if (policy.require_bundle_passed && !(passed && evidence.passed)) broken.push(['bundle.failed']);
    if (items.length === 0) broken.push(['bundle.empty']);
    for (const name of wanted)
      if (!items.some((item) => item.name === name)) broken.push(['missing_required_evidence', name]);
    for (const item of items)
      if ((item.required || wanted.has(item.name)) && !item.passed)
        broken.push(['required_evidence_failed', item.name]);
    if (policy.require_artifacts_exist)
      for (const item of items) if (item.file === 'missing') broken.push(['artifact_missing', item.name]);
    for (const item of items) if (item.file === 'changed') broken.push(['checksum_mismatch', item.name]);
    for (const name of ambiguousNames(items)) broken.push(['ambiguous_evidence', name]);
    const violations = broken.map(([rule, name]) => (name === undefined ? rule : `${rule}.${name}`));
    return {
      schema_version: 'dpone.ops.policy_decision.v1',
      passed: violations.length === 0,
      blockers: violations,
      violations,
      actions: broken.map(([rule, name = '']) => ACTIONS[rule](name)),
    };
  },
  view: {
    title: 'policy decision',
    facts: ['passed'],
    sections: ({ violations, actions }) => [
      {
        heading: 'Violations',
        head: ['violation', 'action'],
        rows: violations.map((violation, i) => [violation, actions[i]]),
      },
    ],
    runbook: [
      'Do what stands beside each violation; it names the item of the bundle.',
      'Make the bundle again after every change of its evidence.',
      'Change a rule only in the place where it is reviewed, never to get past a red run.',
    ],
  },
});
