import { definePlugin } from '@dpone/sdk';
import { certificationAutomationPlan } from './gates/certification-automation-plan.js';
import { certificationHistory } from './gates/certification-history.js';
import { certificationPack } from './gates/certification-pack.js';
import { certificationRun } from './gates/certification-run.js';
import { certificationSuite } from './gates/certification-suite.js';
import { certify } from './gates/certify.js';
import { connectorBadges } from './gates/connector-badges.js';
import { integrationMatrixReport } from './gates/integration-matrix-report.js';
import { liveCertificationPlan } from './gates/live-certification-plan.js';
import { marketplace } from './gates/marketplace.js';
import { releaseSummary } from './gates/release-summary.js';
import { strategyCertificationArtifact } from './gates/strategy-certification-artifact.js';
import { strategyCertificationBundle } from './gates/strategy-certification-bundle.js';

export default definePlugin({
  register(host) {
    host.gate('certification-automation-plan', certificationAutomationPlan);
    host.gate('certification-history', certificationHistory);
    host.gate('certification-pack', certificationPack);
    host.gate('certification-run', certificationRun);
    host.gate('certification-suite', certificationSuite);
    host.gate('certify', certify);
    host.gate('connector-badges', connectorBadges);
    host.gate('integration-matrix-report', integrationMatrixReport);
    host.gate('live-certification-plan', liveCertificationPlan);
    host.gate('marketplace', marketplace);
    host.gate('release-summary', releaseSummary);
    host.gate('strategy-certification-artifact', strategyCertificationArtifact);
    host.gate('strategy-certification-bundle', strategyCertificationBundle);
  },
});

export {
  certificationAutomationPlan,
  certificationHistory,
  certificationPack,
  certificationRun,
  certificationSuite,
  certify,
  connectorBadges,
  integrationMatrixReport,
  liveCertificationPlan,
  marketplace,
  releaseSummary,
  strategyCertificationArtifact,
  strategyCertificationBundle,
};
export { MATRIX_MODES, modeOf, workloadOf, type MatrixMode } from './matrix/workload.js';
export type { Workload } from './matrix/counts.js';
