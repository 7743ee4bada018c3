import { definePlugin } from '@dpone/sdk';
import { cdcPlan } from './gates/cdc-plan.js';
import { perfAdvise } from './gates/perf-advise.js';
import { schemaApprove } from './gates/schema-approve.js';
import { schemaExpandContract } from './gates/schema-expand-contract.js';
import { schemaInfer } from './gates/schema-infer.js';
import { schemaPhysicalPlan } from './gates/schema-physical-plan.js';
import { schemaPlan } from './gates/schema-plan.js';
import { strategyAdvise } from './gates/strategy-advise.js';
import { strategyPreflight } from './gates/strategy-preflight.js';
import { strategyRepairPlan } from './gates/strategy-repair-plan.js';

export {
  cdcPlan,
  perfAdvise,
  schemaApprove,
  schemaExpandContract,
  schemaInfer,
  schemaPhysicalPlan,
  schemaPlan,
  strategyAdvise,
  strategyPreflight,
  strategyRepairPlan,
};

export default definePlugin({
  register(host) {
    host.gate('cdc-plan', cdcPlan);
    host.gate('schema-plan', schemaPlan);
    host.gate('schema-approve', schemaApprove);
    host.gate('schema-infer', schemaInfer);
    host.gate('schema-physical-plan', schemaPhysicalPlan);
    host.gate('schema-expand-contract', schemaExpandContract);
    host.gate('strategy-advise', strategyAdvise);
    host.gate('strategy-preflight', strategyPreflight);
    host.gate('strategy-repair-plan', strategyRepairPlan);
    host.gate('perf-advise', perfAdvise);
  },
});
