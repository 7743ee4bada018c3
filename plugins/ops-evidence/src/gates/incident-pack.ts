import {
  artifactsInput,
  blockerOf,
  collectEvidence,
  defineGate,
  folderInput,
  plainPath,
  policyBlockers,
  policyInput,
  readPolicy,
  silentNames,
  summaryOf,
} from '@dpone/sdk';
import { z } from 'zod';

const SUMMARY = ['violations', 'blockers', 'warnings', 'findings', 'results', 'samples', 'summary'];

const input = z.strictObject({
  incident_id: z.string().describe('The incident, review or release that the pack is for.'),
  title: z.string().describe('What it is about, in a line.'),
  severity: z.string().default('review').describe('How severe it is, in the words of your organisation.'),
  artifact: artifactsInput(),
  policy: policyInput,
  artifact_dir: folderInput('.dpone/incidents/latest'),
});

/** Everything that belongs to an incident, checksummed, for the person who takes it over. */
export const incidentPack = defineGate({
  summary: 'Pack the evidence of an incident or review for whoever takes it over',
  description: 'Red when a piece of evidence is. A pack without evidence says only that there is an incident.',
  input,
  folder: 'artifact_dir',
  artifact: 'ops_incident_pack',
  example: { incident_id: 'INC-1', title: 'Late orders', artifact: { slo: 'slo_report.json' } },
  evaluate: async (given, ctx) => {
    const policy = await readPolicy(given.policy, ctx.cwd);
    const evidence = await collectEvidence(ctx.cwd, given.artifact, []);
    const blockers = [
      ...evidence.flatMap((item) => blockerOf(item) ?? []),
      ...(await policyBlockers(policy, evidence, [], ctx.cwd)),
    ];
    return {
      schema_version: 'dpone.ops.incident_pack.v1',
      incident_id: given.incident_id,
      title: given.title,
      severity: given.severity,
      passed: blockers.length === 0,
      blockers,
      warnings: [...(evidence.length === 0 ? ['evidence.none'] : []), ...silentNames(evidence)],
      artifact_dir: plainPath(given.artifact_dir),
      items: evidence.map((item) => ({
        name: item.name,
        path: item.path,
        sha256: item.sha256,
        passed: item.passed,
        summary: summaryOf(item, SUMMARY),
      })),
    };
  },
  view: {
    title: 'incident pack',
    facts: ['incident_id', 'title', 'severity', 'passed'],
    tables: [
      {
        of: 'items',
        columns: { artifact: 'name', status: 'passed', sha256: 'sha256', summary: 'summary', path: 'path' },
      },
    ],
    runbook: [
      'Start with the red rows; each path is the artifact as it was when the pack was made, and its checksum proves it.',
      'Mend the cause, make the artifact again by its own command, and make the pack again under the same id.',
      'Hand the pack over with what is still open; close the incident only from a green one.',
    ],
  },
});
