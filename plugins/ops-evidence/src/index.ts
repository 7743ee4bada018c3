import { definePlugin } from '@dpone/sdk';
import { artifactIndex } from './gates/artifact-index.js';
import { evidenceBundle } from './gates/evidence-bundle.js';
import { evidenceChain } from './gates/evidence-chain.js';
import { evidenceChainVerify } from './gates/evidence-chain-verify.js';
import { evidenceSign } from './gates/evidence-sign.js';
import { evidenceVerify } from './gates/evidence-verify.js';
import { incidentPack } from './gates/incident-pack.js';
import { manifestBundle } from './gates/manifest-bundle.js';
import { runRegistry } from './gates/run-registry.js';
import { supplyChainAttest } from './gates/supply-chain-attest.js';

export default definePlugin({
  register(host) {
    host.gate('artifact-index', artifactIndex);
    host.gate('evidence-bundle', evidenceBundle);
    host.gate('evidence-chain', evidenceChain);
    host.gate('evidence-chain-verify', evidenceChainVerify);
    host.gate('evidence-sign', evidenceSign);
    host.gate('evidence-verify', evidenceVerify);
    host.gate('incident-pack', incidentPack);
    host.gate('manifest-bundle', manifestBundle);
    host.gate('run-registry', runRegistry);
    host.gate('supply-chain-attest', supplyChainAttest);
  },
});

export {
  artifactIndex,
  evidenceBundle,
  evidenceChain,
  evidenceChainVerify,
  evidenceSign,
  evidenceVerify,
  incidentPack,
  manifestBundle,
  runRegistry,
  supplyChainAttest,
};
