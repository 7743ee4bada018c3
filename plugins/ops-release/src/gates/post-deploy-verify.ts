import { defineGate, fail, folderInput, plainPath } from '@dpone/sdk';
import { z } from 'zod';
import { attach, attachInput, itemsTable } from '../attach.js';
import { followRecords, readRecord, textOf } from '../records.js';

const SUMMARY = ['blockers', 'violations', 'findings', 'results', 'samples', 'items', 'failed_post_checks', 'status'];
const RECORD = 'deployment_record';

/** Whether a deployment holds, by its record and by what was measured after it. */
export const postDeployVerify = defineGate({
  summary: 'Verify a deployment by what was measured after it',
  description:
    'Red when the deployment record or a piece of evidence is missing, red or unreadable, or when a record that it stands on was changed since or is about another release or environment.',
  input: z.strictObject({
    deployment_record: z.string().describe('The record of the deployment.'),
    ...attachInput,
    output_dir: folderInput('.dpone/post-deploy/latest'),
  }),
  artifact: 'post_deploy_verify',
  example: {
    deployment_record: '.dpone/deployments/DEP-2026-0001/deployment_record.json',
    artifact: { slo: '.dpone/slo_report.json' },
  },
  evaluate: async (input, ctx) => {
    if (Object.hasOwn(input.artifact, RECORD))
      throw fail('DPONE_USAGE', `--artifact names ${RECORD}, which --deployment-record gives already.`);
    const record = await readRecord(ctx, RECORD, input.deployment_record);
    const deployment = {
      ...record,
      attachment: false,
      // A deployment has to say how it ended.
      ...(record.verdict === 'silent' ? { verdict: 'red' as const, passed: false, reason: 'it has no verdict' } : {}),
    };
    const attached = await attach(ctx, input, SUMMARY, [deployment]);
    const chain = await followRecords(ctx, record, {});
    const blockers = [...attached.blockers, ...chain.blockers];
    return {
      schema_version: 'dpone.ops.post_deploy_verify.v1',
      deployment_id: textOf(record.value, 'deployment_id'),
      release: textOf(record.value, 'release'),
      environment: textOf(record.value, 'environment'),
      status: blockers.length === 0 ? 'release_closed' : 'rollback_required',
      passed: blockers.length === 0,
      blockers,
      warnings: [...attached.silent, ...chain.warnings],
      deployment_record_path: record.path,
      deployment_record_sha256: record.sha256,
      checks_count: attached.items.length,
      output_dir: plainPath(input.output_dir),
      items: attached.items,
    };
  },
  view: {
    title: 'post-deploy verification',
    facts: [
      'deployment_id',
      'release',
      'environment',
      'status',
      'passed',
      'checks_count',
      'deployment_record_path',
      'deployment_record_sha256',
    ],
    tables: [itemsTable('items', 'check')],
    runbook: [
      'A red check: open its file, decide whether the data or the limit is wrong, mend it and measure again.',
      'A red deployment: prepare the rollback and open an incident before anything else is tried.',
      'A changed record: find out who changed it and why; the approval no longer covers what runs.',
      'Verify again, and close the release only once this is green.',
    ],
  },
});
