import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dpone } from './cli.js';

/** What has to be kept where the writers of a release cannot write, to verify it later. */
export interface Trust {
  readonly head: string;
  readonly publicKey: string;
}

/** Pages that no index lists: they are signed. */
export const SIGNED = {
  first_index_page: 'rel/artifact-index/artifact_index.md',
  index_page: 'final/index/artifact_index.md',
  chain_page: 'final/chain/v1__evidence_chain.md',
};

/** What is signed, as flags. */
export const signedFlags = Object.entries(SIGNED)
  .map(([name, path]) => `--artifact ${name}=${path}`)
  .join(' ');

const STEPS = [
  'ops release-orchestrator --release v1 --root evidence --artifact slo=evidence/slo.json --artifact security=evidence/security.json --output-dir rel',
  'ops env-drift --source-env staging --target-env production --source env/s.yaml --target env/p.yaml --allowlist-path db.host --output-dir rel/drift',
  'ops release-promote --release v1 --from-env staging --to-env production --artifact orchestration=rel/release_orchestration.json --artifact drift=rel/drift/env_drift.json --output-dir rel/promotion',
  'ops change-request --change-id CR-1 --release v1 --target-env production --risk-level medium --requested-by rm@x --approver a@x --approver b@x --expires-at 2999-01-01 --artifact promotion=rel/promotion/promotion_manifest.json --output-dir rel/change',
  'ops approval-record --change-request rel/change/change_request.json --actor a@x --decision approved --quorum-required 2 --output-dir rel/approval',
  'ops approval-record --change-request rel/change/change_request.json --actor b@x --decision approved --quorum-required 2 --output-dir rel/approval',
  'ops deployment-record --deployment-id DEP-1 --environment production --actor rm@x --approval-record rel/approval/approval_record.json --status succeeded --post-check smoke=true --output-dir rel/deployment',
  'ops post-deploy-verify --deployment-record rel/deployment/deployment_record.json --artifact slo=evidence/slo.json --output-dir rel/verify',
  'ops release-close --release v1 --closed-by rm@x --post-deploy-verify rel/verify/post_deploy_verify.json --output-dir rel/close',
  'ops pre-release-checklist --release v1 --release-type patch --check documentation=true --check package=true --output-dir rel/checklist',
  'ops release-evidence-pack --release v1 --artifact evidence_chain=rel/evidence-chain/evidence_chain_index.json --artifact pre_release_checklist=rel/checklist/pre_release_checklist.json --artifact close=rel/close/release_close.json --require evidence_chain --require pre_release_checklist --require close --output-dir rel/pack',
  'ops artifact-index --root evidence --root rel --release v1 --output-dir final/index',
  'ops evidence-chain --release v1 --artifact-index final/index/artifact_index.json --chain-dir final/chain',
  `ops evidence-sign ${signedFlags} --key signing.pem --release v1`,
];

/** Drives a release from two pieces of evidence to its pack through the built program. */
export async function makeRelease(cwd: string): Promise<{ exits: Readonly<Record<string, number[]>>; trust: Trust }> {
  for (const folder of ['evidence', 'env']) await mkdir(join(cwd, folder));
  const pair = generateKeyPairSync('ed25519');
  const files: Record<string, string | Buffer> = {
    'evidence/slo.json': '{"passed": true, "results": []}\n',
    'evidence/security.json': '{"passed": true, "findings": []}\n',
    'env/s.yaml': 'db: {host: s, port: 1}\n',
    'env/p.yaml': 'db: {host: p, port: 1}\n',
    'signing.pem': pair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    'signing.pub': pair.publicKey.export({ type: 'spki', format: 'pem' }),
  };
  for (const [path, content] of Object.entries(files)) await writeFile(join(cwd, path), content);
  const exits: Record<string, number[]> = {};
  let head = '';
  for (const step of STEPS) {
    const { exit, stdout, stderr } = await dpone(cwd, `${step} --format json`);
    if (exit > 1) throw new Error(`${step}: ${exit}\n${stdout}${stderr}`);
    const id = step.split(' ')[1]!;
    exits[id] = [...(exits[id] ?? []), exit];
    if (id === 'evidence-chain') head = (JSON.parse(stdout) as { chain_hash: string }).chain_hash;
  }
  return { exits, trust: { head, publicKey: 'signing.pub' } };
}
