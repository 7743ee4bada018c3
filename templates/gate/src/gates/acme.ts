import { resolve } from 'node:path';
import { defineGate, judge, readArtifact } from '@dpone/sdk';
import { z } from 'zod';

const input = z.strictObject({
  evidence: z.record(z.string(), z.string()).describe('An artifact that must be green, NAME=PATH; repeatable.'),
  output_dir: z.string().default('.dpone/acme').describe('Where the verdict is written.'),
});

/** Green when there is evidence and every piece of it is. */
export const acmeGate = defineGate({
  summary: 'Check that every artifact named is green',
  input,
  artifact: 'acme_gate',
  example: { evidence: { release: '.dpone/release_gate.json' }, output_dir: '.dpone/acme' },
  evaluate: async ({ evidence, output_dir }, ctx) => {
    const items = [];
    for (const [name, path] of Object.entries(evidence).sort(([a], [b]) => (a < b ? -1 : 1))) {
      const artifact = await readArtifact(resolve(ctx.cwd, path));
      const red =
        artifact.state === 'missing'
          ? 'missing'
          : artifact.state === 'unreadable' || judge(artifact.value).verdict !== 'green'
            ? 'not_passed'
            : null;
      items.push({ name, path, passed: red === null, blocker: red === null ? null : `${name}.${red}` });
    }
    const blockers = items.flatMap((item) => (item.blocker === null ? [] : [item.blocker]));
    if (items.length === 0) blockers.push('evidence.missing');
    return { schema_version: 'acme.v1', passed: blockers.length === 0, blockers, items, output_dir };
  },
  markdown: (report) =>
    [
      '# acme',
      '',
      report.passed ? 'Every artifact is green.' : 'Not passed:',
      '',
      ...report.blockers.map((blocker) => `- \`${blocker}\``),
    ].join('\n'),
});
