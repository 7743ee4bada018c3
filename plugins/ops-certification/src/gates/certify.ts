import { artifactsInput, collectEvidence, defineGate, policyBlockers, policyInput, readPolicy } from '@dpone/sdk';
import { z } from 'zod';
import { refuseUnknownCapabilities, refuseUnknownConnectors } from '../known-connectors.js';
import { certifiable } from '../required-capabilities.js';

const input = z.strictObject({
  connector: z
    .array(z.string())
    .default([])
    .describe('A connector to certify; repeatable. Without it those that have requirements of their own.'),
  artifact: artifactsInput(
    'Evidence for a capability, CONNECTOR.CAPABILITY=PATH, or for all of a connector, CONNECTOR=PATH; repeatable.',
  ),
  policy: policyInput,
});

/** Whether every capability that a connector has to prove has its evidence. */
export const certify = defineGate({
  summary: 'Check that every capability of the connectors has green evidence',
  description:
    'Evidence must say that it passed. A capability without evidence is unknown, and missing: without any evidence the answer is no. Connectors without requirements of their own are listed with the capabilities that their plugin declares, and certified where --connector names them.',
  input,
  format: 'markdown',
  formats: ['markdown', 'md', 'json', 'text', 'junit', 'sarif', 'github'],
  example: { connector: ['postgres'], artifact: { postgres: 'certification/postgres.json' } },
  evaluate: async ({ connector: chosen, artifact, policy: path }, ctx) => {
    const policy = await readPolicy(path, ctx.cwd);
    const all = certifiable((await ctx.host()).plugins());
    refuseUnknownConnectors(chosen, all);
    const isRequired = (one: (typeof all)[number]): boolean =>
      chosen.length === 0 ? one.byDefault : chosen.includes(one.connector);
    refuseUnknownCapabilities(Object.keys(artifact), all);
    const evidence = await collectEvidence(ctx.cwd, artifact, []);
    const found = new Map(evidence.map((item) => [item.name, item]));
    // Who asks for one connector is told nothing of the others, but for those whose evidence was attached.
    const attached = new Set(Object.keys(artifact).map((name) => name.split('.')[0]));
    const shown = all.filter(
      ({ connector }) => chosen.length === 0 || chosen.includes(connector) || attached.has(connector),
    );
    const rows = shown.flatMap((one) =>
      one.capabilities.map((capability) => {
        const { connector } = one;
        const item = found.get(`${connector}.${capability}`) ?? found.get(connector);
        // Silence proves no capability.
        const status =
          item === undefined || item.state === 'missing' ? 'unknown' : item.verdict === 'green' ? 'passed' : 'failed';
        return { required: isRequired(one), row: { connector, capability, status, evidence: item?.path ?? '' } };
      }),
    );
    // What was attached and is red stays red, required or not.
    const missing = rows.filter(
      ({ required, row }) => (required && row.status !== 'passed') || row.status === 'failed',
    );
    const blockers = [
      ...missing.map(
        ({ row }) => `${row.connector}.${row.capability}.${row.status === 'failed' ? 'not_passed' : 'missing'}`,
      ),
      ...(await policyBlockers(policy, evidence, [], ctx.cwd)),
    ];
    return {
      schema_version: 'dpone.certify.v1',
      passed: blockers.length === 0,
      blockers,
      missing_required: missing.map(({ row }) => `${row.connector}.${row.capability}`),
      connectors: Object.fromEntries(
        shown.map(({ connector }) => [
          connector,
          Object.fromEntries(
            rows.filter(({ row }) => row.connector === connector).map(({ row }) => [row.capability, row]),
          ),
        ]),
      ),
    };
  },
  view: {
    title: 'connector certification',
    facts: ['passed'],
    sections: ({ connectors }) => [
      {
        head: ['connector', 'capability', 'status', 'evidence'],
        rows: Object.values(connectors)
          .flatMap((rows) => Object.values(rows))
          .map((row) => [row.connector, row.capability, row.status, row.evidence]),
      },
    ],
    runbook: [
      'Prove each capability by a test that is about it, and pass its report as CONNECTOR.CAPABILITY=PATH.',
      'One report may stand for a whole connector where it covers all of its capabilities: CONNECTOR=PATH.',
      'What stays unknown was certified by nothing; do not publish a badge for it.',
    ],
  },
});
