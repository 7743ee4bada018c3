import { definePlugin } from '@dpone/sdk';
import { benchmarkBaseline } from './gates/benchmark-baseline.js';
import { benchmarkSloGate } from './gates/benchmark-slo-gate.js';
import { contractCheck } from './gates/contract-check.js';
import { diff } from './gates/diff.js';
import { liveStateReconciliation } from './gates/live-state-reconciliation.js';
import { performanceCertification } from './gates/performance-certification.js';
import { quarantineExport } from './gates/quarantine-export.js';
import { quarantineReplay } from './gates/quarantine-replay.js';
import { reconcile } from './gates/reconcile.js';
import { sloEvaluate } from './gates/slo-evaluate.js';

export default definePlugin({
  register(host) {
    host.gate('contract-check', contractCheck);
    host.gate('quarantine-export', quarantineExport);
    host.gate('quarantine-replay', quarantineReplay);
    host.gate('diff', diff);
    host.gate('reconcile', reconcile);
    host.gate('slo-evaluate', sloEvaluate);
    host.gate('benchmark-baseline', benchmarkBaseline);
    host.gate('benchmark-slo-gate', benchmarkSloGate);
    host.gate('performance-certification', performanceCertification);
    host.gate('live-state-reconciliation', liveStateReconciliation);
  },
});

export {
  benchmarkBaseline,
  benchmarkSloGate,
  contractCheck,
  diff,
  liveStateReconciliation,
  performanceCertification,
  quarantineExport,
  quarantineReplay,
  reconcile,
  sloEvaluate,
};
