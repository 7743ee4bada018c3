import type { Behaviour } from '../../behaviour.js';
import type { GateScenario } from '../../scenario.js';
import { brokenIsNeverGreen, gateDefinition, isDeterministic, saysGreen, survivesAnyJson } from './judging.js';

/** What every gate is held against. */
export const GATE_BEHAVIOURS: readonly Behaviour<GateScenario>[] = [
  gateDefinition,
  saysGreen,
  isDeterministic,
  brokenIsNeverGreen,
  survivesAnyJson,
];
