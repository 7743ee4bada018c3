import { below, defineGate, folderInput, plainPath } from '@dpone/sdk';
import { z } from 'zod';
import { LOCAL_SERVICES, localSteps, vendorSteps } from '../live-steps.js';
import { MOST_ROWS } from '../matrix/workload.js';
import { requiredArtifacts, stepTable } from '../plan-step.js';

const ARTIFACT = 'live_certification_plan';

const input = z.strictObject({
  profile: z
    .enum(['local_live', 'real_local', 'vendor_live'])
    .default('local_live')
    .describe('Services that are started for it, the same with real loads, or systems of vendors.'),
  row_count: z.int().default(10_000).describe(`Rows of a case, 1 to ${MOST_ROWS}; what is beyond is brought back.`),
  release: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/, 'letters, digits and . _ + - only: it stands in commands')
    .default('live')
    .describe('The release that is certified.'),
  include_vendor_live: z
    .boolean()
    .default(false)
    .describe('Plan the steps that need credentials of vendors; only with the profile vendor_live.'),
  output_dir: folderInput('.dpone/live-certification/latest'),
});

/** The steps of a certification against running systems. */
export const liveCertificationPlan = defineGate({
  summary: 'Plan a certification against running systems: services, steps, commands and credentials',
  description: 'Runs nothing, and names no secret. The plan says which services and which environment it needs.',
  input,
  artifact: ARTIFACT,
  example: { profile: 'local_live', row_count: 100 },
  evaluate: ({ profile, row_count, release, include_vendor_live, output_dir }) => {
    const rowCount = Math.min(Math.max(row_count, 1), MOST_ROWS);
    const isVendor = profile === 'vendor_live';
    const withVendor = isVendor && include_vendor_live;
    const plan = { profile, rowCount, release };
    const steps = withVendor ? vendorSteps(plan) : localSteps(plan);
    const folder = plainPath(output_dir);
    return {
      schema_version: 'dpone.ops.live_certification_plan.v1',
      profile,
      release,
      row_count: rowCount,
      passed: true,
      blockers: [],
      // Otherwise the page would say vendor_live and plan what is local, without a word.
      warnings: [
        ...(isVendor && !withVendor ? ['vendor_live.not_included: pass --include-vendor-live'] : []),
        ...(include_vendor_live && !isVendor ? ['include_vendor_live.ignored: the profile is local'] : []),
      ],
      credentials_required: withVendor,
      services: isVendor ? [] : LOCAL_SERVICES,
      required_environment: withVendor ? ['vendor_live_secrets'] : ['DPONE_SIGNING_KEY', 'DPONE_PUBLIC_KEY'],
      required_artifacts: requiredArtifacts(steps),
      steps,
      output_dir: folder,
      json_path: below(folder, `${ARTIFACT}.json`),
      markdown_path: below(folder, `${ARTIFACT}.md`),
    };
  },
  view: {
    title: 'live certification plan',
    facts: ['profile', 'row_count', 'credentials_required', 'services', 'required_environment'],
    tables: [stepTable],
    runbook: [
      'Where services do not start, look at their logs first: memory for SQL Server, then Kafka before its registry.',
      'Where a case of the matrix is red, load that case alone before anything else is run again.',
      'Keep credentials in the secret store of the workflow; nothing of this plan holds one.',
      'Attach what the last steps leave behind to the release; stop the services only after that.',
    ],
  },
});
