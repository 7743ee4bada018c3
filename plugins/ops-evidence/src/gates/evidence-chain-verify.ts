import { resolve } from 'node:path';
import { defineGate, plainPath, verifyChain } from '@dpone/sdk';
import { z } from 'zod';
import { alteredFiles } from '../altered-files.js';

const input = z.strictObject({
  chain_dir: z.string().default('.dpone/evidence-chain').describe('Where the chain is kept.'),
  expect_head: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'a hash is 64 hex digits')
    .optional()
    .describe('The hash that the last entry must have, from where the chain’s writers cannot write.'),
  strict: z.boolean().default(false).describe('Red for entries whose artifact index is gone, too.'),
  files: z
    .boolean()
    .default(false)
    .describe('Compute the checksums of the files, too, that the artifact index of the last entry lists.'),
});

/** Whether a chain is what it was when its last link was made. */
export const evidenceChainVerify = defineGate({
  summary: 'Verify an evidence chain: hashes, order, index, and what each entry vouches for',
  description:
    'Entries follow the index; where there is none, the hashes in them. Index and entry files must say the same. A chain that was cut, or rewritten as a whole together with its index, is seen only with --expect-head. Writes nothing.',
  input,
  example: { chain_dir: '.dpone/evidence-chain' },
  evaluate: async ({ chain_dir, expect_head, strict, files }, ctx) => {
    const folder = resolve(ctx.cwd, chain_dir);
    const chain = await verifyChain(folder, ctx.cwd, expect_head);
    const altered = files ? await alteredFiles(folder, ctx.cwd) : [];
    const blockers = [
      ...chain.broken_entries.map((name) => (name.startsWith('chain.') ? name : `${name}.not_verified`)),
      ...(strict ? chain.unchecked_entries.map((name) => `${name}.unchecked`) : []),
      ...altered.map((path) => `file.altered:${path}`),
    ];
    return {
      schema_version: 'dpone.ops.evidence_chain_verify.v1',
      verified: blockers.length === 0,
      passed: blockers.length === 0,
      blockers,
      warnings: strict ? [] : chain.unchecked_entries.map((name) => `${name}.unchecked`),
      entry_count: chain.entry_count,
      broken_entries: chain.broken_entries,
      unchecked_entries: chain.unchecked_entries,
      altered_files: altered,
      head: chain.head,
      chain_dir: plainPath(chain_dir),
    };
  },
  view: {
    title: 'evidence chain verification',
    facts: ['verified', 'entry_count', 'head', 'chain_dir'],
    sections: ({ broken_entries }) =>
      broken_entries.length === 0 ? [] : [{ heading: 'Broken entries', list: broken_entries }],
    runbook: [
      'Take the first broken entry: what follows it is broken because of it.',
      'Compare its copy of the artifact index with a backup, and see which file was changed after the entry was made.',
      'An unexpected change of evidence is an incident: open one before anything is built anew.',
    ],
  },
});
