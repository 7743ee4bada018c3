import type { Behaviour } from '../../behaviour.js';
import type { StrategyScenario } from '../../scenario.js';
import { hasItsEffect, isPure, needsItsKey, refusesLacking, staysWithinNeeds, strategyDefinition } from './planning.js';

/** What every strategy is held against. */
export const STRATEGY_BEHAVIOURS: readonly Behaviour<StrategyScenario>[] = [
  strategyDefinition,
  isPure,
  staysWithinNeeds,
  refusesLacking,
  needsItsKey,
  hasItsEffect,
];
