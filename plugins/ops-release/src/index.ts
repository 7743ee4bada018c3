import { definePlugin } from '@dpone/sdk';
import { approvalRecord } from './gates/approval-record.js';
import { changeRequest } from './gates/change-request.js';
import { checkDocs } from './gates/check-docs.js';
import { deploymentRecord } from './gates/deployment-record.js';
import { docsPublishPack } from './gates/docs-publish-pack.js';
import { envDrift } from './gates/env-drift.js';
import { goLiveGate } from './gates/go-live-gate.js';
import { industrialReadiness } from './gates/industrial-readiness.js';
import { policyEvaluate } from './gates/policy-evaluate.js';
import { postDeployVerify } from './gates/post-deploy-verify.js';
import { preReleaseChecklist } from './gates/pre-release-checklist.js';
import { productionMaturity } from './gates/production-maturity.js';
import { releaseClose } from './gates/release-close.js';
import { releaseEvidencePack } from './gates/release-evidence-pack.js';
import { releaseGate } from './gates/release-gate.js';
import { releaseOrchestrator } from './gates/release-orchestrator.js';
import { releasePromote } from './gates/release-promote.js';
import { runbookPack } from './gates/runbook-pack.js';
import { securityAudit } from './gates/security-audit.js';

export default definePlugin({
  register(host) {
    host.gate('approval-record', approvalRecord);
    host.gate('change-request', changeRequest);
    host.gate('check-docs', checkDocs);
    host.gate('deployment-record', deploymentRecord);
    host.gate('docs-publish-pack', docsPublishPack);
    host.gate('env-drift', envDrift);
    host.gate('go-live-gate', goLiveGate);
    host.gate('industrial-readiness', industrialReadiness);
    host.gate('policy-evaluate', policyEvaluate);
    host.gate('post-deploy-verify', postDeployVerify);
    host.gate('pre-release-checklist', preReleaseChecklist);
    host.gate('production-maturity', productionMaturity);
    host.gate('release-close', releaseClose);
    host.gate('release-evidence-pack', releaseEvidencePack);
    host.gate('release-gate', releaseGate);
    host.gate('release-orchestrator', releaseOrchestrator);
    host.gate('release-promote', releasePromote);
    host.gate('runbook-pack', runbookPack);
    host.gate('security-audit', securityAudit);
  },
});

export {
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
  releaseOrchestrator,
  releasePromote,
  runbookPack,
  securityAudit,
};
