import type { ConformanceCase } from './behaviour.js';
import { CODEC_BEHAVIOURS } from './behaviours/codec/index.js';
import { GATE_BEHAVIOURS } from './behaviours/gate/index.js';
import { SINK_BEHAVIOURS } from './behaviours/sink/index.js';
import { SOURCE_BEHAVIOURS } from './behaviours/source/index.js';
import { STATE_STORE_BEHAVIOURS } from './behaviours/state-store/index.js';
import { STRATEGY_BEHAVIOURS } from './behaviours/strategy/index.js';
import type { Scenario } from './scenario.js';
import { withWaivers } from './waivers.js';

/**
 * The cases that a system is held against, chosen by its declared capabilities. Knows no test runner:
 * @example for (const c of conformance(scenario)) it(c.name, c.run);
 */
export function conformance(scenario: Scenario): readonly ConformanceCase[] {
  const waivers = scenario.waivers ?? [];
  switch (scenario.kind) {
    case 'source':
      return withWaivers(scenario, SOURCE_BEHAVIOURS, waivers);
    case 'sink':
      return withWaivers(scenario, SINK_BEHAVIOURS, waivers);
    case 'strategy':
      return withWaivers(scenario, STRATEGY_BEHAVIOURS, waivers);
    case 'gate':
      return withWaivers(scenario, GATE_BEHAVIOURS, waivers);
    case 'codec':
      return withWaivers(scenario, CODEC_BEHAVIOURS, waivers);
    case 'stateStore':
      return withWaivers(scenario, STATE_STORE_BEHAVIOURS, waivers);
  }
}
