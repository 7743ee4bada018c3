import { advise, type StrategyContext } from './advice.js';
import { repairPlan } from './repair-plan.js';

/** Advice on a load, and how it would be mended. */
export function intelligence(context: StrategyContext) {
  const decision = advise(context);
  const repair = repairPlan({
    runId: 'RUN_ID',
    strategy: decision.strategy_mode,
    stage: 'finalize',
    partitions: [],
  });
  return { decision, repair_commands: repair.commands, repair_plan: repair };
}
