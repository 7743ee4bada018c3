import { defineGate, folderInput, plainPath } from '@dpone/sdk';
import { z } from 'zod';
import { attach, attachInput, itemsTable, nothingJudged } from '../attach.js';

const SUMMARY = ['blockers', 'violations', 'findings', 'results', 'items', 'strategy_rows', 'samples', 'status'];

/** The last word of a pipeline: all evidence of a release, judged once more. */
export const releaseGate = defineGate({
  summary: 'Decide on a release by its evidence',
  description:
    'Red when a piece of evidence is missing or red, or when there is none that can be judged. A document that is no JSON is listed with its checksum and decides nothing.',
  input: z.strictObject({
    release: z.string().describe('The release.'),
    ...attachInput,
    artifact_dir: folderInput('.dpone/releases/latest'),
  }),
  folder: 'artifact_dir',
  artifact: 'release_gate',
  example: { release: 'v1.0.0', artifact: { slo: '.dpone/slo_report.json' }, artifact_dir: '.dpone/releases/v1.0.0' },
  evaluate: async (input, ctx) => {
    const attached = await attach(ctx, input, SUMMARY);
    const blockers = [...attached.blockers, ...nothingJudged(attached)];
    return {
      schema_version: 'dpone.ops.release_gate.v1',
      release: input.release,
      passed: blockers.length === 0,
      blockers,
      // Kept for programs that read it; it never held anything.
      warnings: [],
      silent: attached.silent,
      artifact_dir: plainPath(input.artifact_dir),
      items: attached.items,
    };
  },
  view: {
    title: 'release gate',
    facts: ['release', 'passed', 'silent'],
    tables: [itemsTable()],
    runbook: [
      'Take the blockers one by one: each is the name of a piece of evidence in the table.',
      'Open its file and read why it is red; where it is missing, run the command that makes it.',
      'Mend the cause, not the file: evidence that was edited by hand fails its checksum later.',
      'Run the gate again over the new evidence, and publish only once it is green.',
    ],
  },
});
