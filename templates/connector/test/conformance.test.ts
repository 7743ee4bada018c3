import { conformance } from '@dpone/testkit';
import { sinkScenario, sourceScenario } from './scenario.js';

describe('acme as a source', () => {
  for (const c of conformance(sourceScenario)) it(c.name, c.run);
});

describe('acme as a sink', () => {
  for (const c of conformance(sinkScenario)) it(c.name, c.run);
});
