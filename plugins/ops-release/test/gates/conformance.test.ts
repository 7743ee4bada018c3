import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { GateDefinition } from '@dpone/sdk';
import { conformance, type Waiver } from '@dpone/testkit';
import {
  approvalRecord,
  changeRequest,
  checkDocs,
  deploymentRecord,
  docsPublishPack,
  envDrift,
  goLiveGate,
  industrialReadiness,
  policyEvaluate,
  postDeployVerify,
  preReleaseChecklist,
  productionMaturity,
  releaseClose,
  releaseEvidencePack,
  releaseGate,
  releasePromote,
  runbookPack,
  securityAudit,
} from '@dpone/ops-release';

interface Scenario {
  readonly definition: GateDefinition;
  readonly files: Readonly<Record<string, unknown>>;
  readonly evidence: readonly string[];
  readonly input: Readonly<Record<string, unknown>>;
  readonly waivers?: readonly Waiver[];
}

const GREEN = { passed: true };
const two = { files: { 'a.json': GREEN, 'b.json': { passed: true, results: [1] } }, evidence: ['a.json', 'b.json'] };
const artifact = { a: 'a.json', b: 'b.json' };
const bundle = {
  run_id: 'r1',
  passed: true,
  items: [{ name: 'a', path: 'a.json', sha256: '0'.repeat(64), required: true, passed: true }],
};

const noEvidence = (reason: string): Waiver[] =>
  ['gate.broken-evidence-is-never-green', 'gate.survives-any-json'].map((behaviour) => ({ behaviour, reason }));

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'release-gate': { ...two, definition: releaseGate, input: { release: 'v1', artifact } },
  'release-promote': {
    ...two,
    definition: releasePromote,
    input: { release: 'v1', from_env: 'staging', to_env: 'production', artifact },
  },
  'change-request': {
    ...two,
    definition: changeRequest,
    input: {
      change_id: 'CR-1',
      release: 'v1',
      target_env: 'production',
      risk_level: 'low',
      requested_by: 'rm@x',
      approver: ['a@x'],
      artifact,
    },
  },
  'docs-publish-pack': { ...two, definition: docsPublishPack, input: { release: 'v1', artifact } },
  'runbook-pack': { ...two, definition: runbookPack, input: { runbook_id: 'RB-1', title: 'v1', artifact } },
  'post-deploy-verify': {
    definition: postDeployVerify,
    files: { ...two.files, 'deployment.json': { passed: true, deployment_id: 'D', release: 'v1' } },
    evidence: ['deployment.json', 'a.json', 'b.json'],
    input: { deployment_record: 'deployment.json', artifact },
  },
  'approval-record': {
    definition: approvalRecord,
    files: { 'request.json': { passed: true, change_id: 'CR-1', approvers: ['a@x'] } },
    evidence: ['request.json'],
    input: { change_request: 'request.json', actor: 'a@x', decision: 'approved' },
  },
  'deployment-record': {
    definition: deploymentRecord,
    files: { 'approval.json': { passed: true, status: 'approved', release: 'v1' } },
    evidence: ['approval.json'],
    input: {
      deployment_id: 'D',
      environment: 'production',
      actor: 'rm@x',
      approval_record: 'approval.json',
      status: 'succeeded',
      post_check: { smoke: 'true' },
    },
  },
  'release-close': {
    definition: releaseClose,
    files: { 'verify.json': { passed: true, status: 'release_closed', release: 'v1' } },
    evidence: ['verify.json'],
    input: { release: 'v1', closed_by: 'rm@x', post_deploy_verify: 'verify.json' },
  },
  'release-evidence-pack': {
    ...two,
    definition: releaseEvidencePack,
    input: { release: 'v1', artifact, require: ['a', 'b'] },
  },
  'production-maturity': {
    ...two,
    definition: productionMaturity,
    input: { release: 'v1', artifact, require: ['a', 'b'] },
  },
  'industrial-readiness': {
    ...two,
    definition: industrialReadiness,
    input: { release: 'v1', artifact, require: ['a', 'b'] },
  },
  'go-live-gate': {
    definition: goLiveGate,
    files: { 'a.json': GREEN, 'bundle.json': bundle },
    evidence: ['bundle.json'],
    input: { bundle_json: 'bundle.json' },
  },
  'policy-evaluate': {
    definition: policyEvaluate,
    files: { 'a.json': GREEN, 'bundle.json': bundle },
    evidence: ['bundle.json'],
    input: { bundle_json: 'bundle.json', policy_json: '{"required_evidence": ["a"]}' },
  },
  'env-drift': {
    definition: envDrift,
    files: { 's.json': { a: 1 }, 't.json': { a: 1 } },
    evidence: ['s.json', 't.json'],
    input: { source_env: 'staging', target_env: 'production', source: 's.json', target: 't.json' },
  },
  'security-audit': {
    definition: securityAudit,
    files: {},
    evidence: [],
    input: { manifest_json: '{"source": {"password": "${PASSWORD}"}}' },
    waivers: noEvidence('What it audits is no evidence: a manifest or a log claims nothing, README.md.'),
  },
  'pre-release-checklist': {
    definition: preReleaseChecklist,
    files: {},
    evidence: [],
    input: { release: 'v1', release_type: 'patch', check: { documentation: 'true', package: 'yes' } },
    waivers: noEvidence('It reads no file: the outcome of its checks is its input, README.md.'),
  },
  'check-docs': {
    definition: checkDocs,
    files: { 'docs/a.md': '# A\n[b](b.md)\n', 'docs/b.md': '# B\n' },
    evidence: ['docs/b.md'],
    input: { docs_dir: 'docs' },
    waivers: [
      {
        behaviour: 'gate.broken-evidence-is-never-green',
        reason: 'What it reads are pages: any text is one, and an empty page has no link that leads nowhere.',
      },
    ],
  },
};

for (const [id, { definition, files, evidence, input, waivers }] of Object.entries(SCENARIOS))
  describe(id, () => {
    for (const c of conformance({
      kind: 'gate',
      id,
      definition,
      green: async ({ workdir }) => {
        for (const [path, content] of Object.entries(files)) {
          await mkdir(dirname(join(workdir, path)), { recursive: true });
          await writeFile(join(workdir, path), typeof content === 'string' ? content : JSON.stringify(content));
        }
        return { input, evidence };
      },
      ...(waivers === undefined ? {} : { waivers }),
    }))
      it(c.name, c.run);
  });
