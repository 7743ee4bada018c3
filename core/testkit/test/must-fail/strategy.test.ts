import type { StrategyDefinition, StrategyInput, StrategyPlan } from '@dpone/sdk';
import { acmeStrategy as acme } from '@dpone/template-strategy';
import { STRATEGY_BEHAVIOURS, type StrategyScenario } from '@dpone/testkit';
import { catches } from './catches.js';

const whole: StrategyDefinition = acme;
const broken = (change: Partial<StrategyDefinition>): StrategyScenario => ({
  kind: 'strategy',
  id: 'acme',
  definition: { ...whole, ...change },
  effect: (_before, staged) => staged,
});
const planned = (change: (plan: StrategyPlan) => StrategyPlan): StrategyScenario =>
  broken({ plan: (input) => change(whole.plan(input)) });

let calls = 0;

describe('strategy behaviours catch broken strategies', () => {
  catches<StrategyScenario>(STRATEGY_BEHAVIOURS, [
    {
      behaviour: 'strategy.definition',
      how: 'shows another mode',
      scenario: broken({ example: { mode: 'other' } }),
      says: /example\.mode/,
    },
    {
      behaviour: 'strategy.is-pure',
      how: 'counts its calls',
      scenario: planned((p) => ({ ...p, reasons: [`call ${(calls += 1)}`] })),
      says: /two plans/,
    },
    {
      behaviour: 'strategy.is-pure',
      how: 'changes its input',
      scenario: broken({
        plan: (input) => {
          (input.uniqueKey as string[]).push('x');
          return whole.plan(input);
        },
      }),
      says: /not extensible/,
    },
    {
      behaviour: 'strategy.stays-within-needs',
      how: 'takes another primitive',
      scenario: planned((p) => ({ ...p, steps: [{ op: 'append' }] })),
      says: /not in needs/,
    },
    {
      behaviour: 'strategy.refuses-what-the-sink-lacks',
      how: 'does not look at the sink',
      scenario: broken({
        plan: (input: StrategyInput<unknown>) =>
          whole.plan({ ...input, sink: { ...input.sink, finalize: ['replace_all'] } }),
      }),
      says: /nothing was thrown/,
    },
    {
      behaviour: 'strategy.needs-its-key',
      how: 'does without the key that it requires',
      scenario: broken({ uniqueKey: 'required', example: { mode: 'acme', unique_key: 'id' } }),
      says: /nothing was thrown/,
    },
    {
      behaviour: 'strategy.has-its-effect',
      how: 'appends instead',
      scenario: planned((p) => ({ ...p, steps: [{ op: 'append' }] })),
      says: /unexpected/,
    },
  ]);
});
