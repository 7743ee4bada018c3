import { definePlugin } from '@dpone/sdk';
import { deployRender } from './gates/deploy-render.js';
import { packageCommit } from './gates/package-commit.js';
import { packageStart } from './gates/package-start.js';
import { recoveryPlan } from './gates/recovery-plan.js';
import { rollbackApply } from './gates/rollback-apply.js';
import { rollbackExecute } from './gates/rollback-execute.js';
import { rollbackPlan } from './gates/rollback-plan.js';
import { stagingEvidence } from './gates/staging-evidence.js';

export {
  deployRender,
  packageCommit,
  packageStart,
  recoveryPlan,
  rollbackApply,
  rollbackExecute,
  rollbackPlan,
  stagingEvidence,
};

export default definePlugin({
  register(host) {
    host.gate('package-start', packageStart);
    host.gate('package-commit', packageCommit);
    host.gate('recovery-plan', recoveryPlan);
    host.gate('rollback-plan', rollbackPlan);
    host.gate('rollback-apply', rollbackApply);
    host.gate('rollback-execute', rollbackExecute);
    host.gate('staging-evidence', stagingEvidence);
    host.gate('deploy-render', deployRender);
  },
});
