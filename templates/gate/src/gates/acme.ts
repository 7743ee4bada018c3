import { artifactsInput, blockerOf, collectEvidence, defineGate, folderInput, plainPath, summaryOf } from '@dpone/sdk';
import { z } from 'zod';

const input = z.strictObject({
  evidence: artifactsInput('An artifact that must be green, NAME=PATH; repeatable.'),
  output_dir: folderInput('.dpone/acme'),
});

/** Green when there is evidence and every piece of it is. */
export const acmeGate = defineGate({
  summary: 'Check that every artifact named is green',
  input,
  artifact: 'acme_gate',
  example: { evidence: { release: '.dpone/release_gate.json' }, output_dir: '.dpone/acme' },
  evaluate: async ({ evidence, output_dir }, ctx) => {
    const found = await collectEvidence(ctx.cwd, evidence, Object.keys(evidence));
    const items = found.map((item) => ({
      name: item.name,
      path: item.path,
      sha256: item.sha256,
      // An artifact without a verdict proves nothing here.
      passed: item.verdict === 'green',
      summary: summaryOf(item, ['summary', 'status']),
    }));
    const blockers = found.flatMap((item) =>
      item.verdict === 'silent' ? [`${item.name}.not_passed`] : (blockerOf(item) ?? []),
    );
    if (items.length === 0) blockers.push('evidence.missing');
    return {
      schema_version: 'acme.v1',
      passed: blockers.length === 0,
      blockers,
      items,
      output_dir: plainPath(output_dir),
    };
  },
  view: {
    title: 'acme gate',
    facts: ['passed'],
    tables: [
      {
        of: 'items',
        columns: { artifact: 'name', status: 'passed', sha256: 'sha256', summary: 'summary', path: 'path' },
      },
    ],
  },
});
