import { isDeepStrictEqual } from 'node:util';
import {
  isDponeError,
  type FinalizePrimitive,
  type SinkCapabilities,
  type SourceCapabilities,
  type StrategyInput,
  type StrategyPlan,
} from '@dpone/sdk';
import type { Behaviour } from '../../behaviour.js';
import { sameRows } from '../../compare.js';
import { expectError } from '../../expect-error.js';
import { orders, ORDERS_SCHEMA } from '../../fixtures/domain.js';
import { applySteps } from '../../model.js';
import type { StrategyScenario } from '../../scenario.js';
import { describedOptions, parsed, validDefinition } from '../valid-definition.js';

const SOURCE: SourceCapabilities = { lanes: ['rows'], cursors: ['column'], partitions: false, snapshot: 'consistent' };
const ALL: readonly FinalizePrimitive[] = [
  'replace_all',
  'append',
  'merge',
  'delete',
  'replace_partitions',
  'remove_absent',
  'add_versions',
  'apply_events',
];
const sink = (finalize: readonly FinalizePrimitive[]): SinkCapabilities => ({
  lanes: ['rows'],
  finalize,
  ddl: ['create_table', 'add_column', 'widen_column', 'drop_not_null'],
  checks: ['not_null', 'unique', 'accepted_values', 'min_rows', 'max_null_ratio', 'max_distinct', 'predicate'],
  transactional: true,
  parallelStaging: 'process',
  framework: ['load_id', 'run_id', 'loaded_at', 'extracted_at', 'row_id', 'row_hash', 'op', 'true', 'null'],
});

/** The engine reads these of a `strategy:` block itself. */
const COMMON = new Set(['mode', 'unique_key']);
const ownOptions = (block: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(block).filter(([key]) => !COMMON.has(key)));

const input = (
  { definition }: StrategyScenario,
  options: Readonly<Record<string, unknown>>,
  change: Partial<StrategyInput<unknown>> = {},
): StrategyInput<unknown> => ({
  options: parsed(definition.options, options, 'options'),
  uniqueKey: definition.uniqueKey === 'none' ? [] : ['id'],
  source: SOURCE,
  sink: sink(ALL),
  ...(definition.cursor === 'none' ? {} : { cursor: { kind: 'column' as const, column: 'updated_at' } }),
  schema: ORDERS_SCHEMA,
  targetExists: true,
  ...change,
});

const variants = (scenario: StrategyScenario): readonly Readonly<Record<string, unknown>>[] => [
  ownOptions(scenario.definition.example),
  ...(scenario.options ?? []),
];

/** Every plan that the kit can think of. */
function plans(scenario: StrategyScenario): StrategyPlan[] {
  return variants(scenario).flatMap((options) =>
    [true, false].map((targetExists) => scenario.definition.plan(input(scenario, options, { targetExists }))),
  );
}

export const strategyDefinition: Behaviour<StrategyScenario> = {
  id: 'strategy.definition',
  title: 'the definition is whole, every option is described, and its example parses',
  run: async ({ definition, id }) => {
    validDefinition(definition, 'strategy');
    describedOptions(definition.options, 'options');
    if (definition.example['mode'] !== id)
      throw new Error(`example.mode is ${JSON.stringify(definition.example['mode'])}, the id is ${id}.`);
    parsed(definition.options, ownOptions(definition.example), 'example');
    if (definition.needs.length === 0)
      throw new Error('needs is empty: name at least one set of primitives (an empty set where none is needed).');
    if (definition.uniqueKey === 'required' && definition.example['unique_key'] === undefined)
      throw new Error('example lacks unique_key, which is required.');
  },
};

export const isPure: Behaviour<StrategyScenario> = {
  id: 'strategy.is-pure',
  title: 'the same input gives the same plan, as plain JSON, and the input stays as it was',
  run: async (scenario) => {
    for (const options of variants(scenario)) {
      const given = deepFreeze(input(scenario, options));
      const first = scenario.definition.plan(given);
      const text = JSON.stringify(first);
      if (JSON.stringify(scenario.definition.plan(given)) !== text)
        throw new Error('Two calls with one input give two plans.');
      if (!isDeepStrictEqual(JSON.parse(text), first)) throw new Error('The plan is not plain JSON.');
      if (first.reasons.length === 0) throw new Error('The plan gives no reasons.');
    }
  },
};

export const staysWithinNeeds: Behaviour<StrategyScenario> = {
  id: 'strategy.stays-within-needs',
  title: 'its steps are primitives that it says it needs, and its checks are named once',
  run: async (scenario) => {
    const allowed = new Set(scenario.definition.needs.flat());
    for (const plan of plans(scenario)) {
      if (plan.steps.length === 0) throw new Error('The plan has no step: the load would change nothing.');
      const outside = plan.steps.map((step) => step.op).filter((op) => !allowed.has(op));
      if (outside.length > 0) throw new Error(`Steps ${outside.join(', ')} are not in needs.`);
      const ids = plan.checks.map((check) => check.id);
      if (new Set(ids).size !== ids.length) throw new Error(`Two checks share an id: ${ids.join(', ')}.`);
      for (const step of plan.steps) namedColumns(step);
    }
  },
};

function namedColumns(step: StrategyPlan['steps'][number]): void {
  const known = new Set([...ORDERS_SCHEMA.columns.map((c) => c.name), '__dpone__row_hash']);
  const named = 'key' in step ? step.key : 'column' in step ? [step.column] : [];
  const unknown = named.filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new Error(`A step names ${unknown.join(', ')}, which neither the key nor the schema has.`);
}

export const refusesLacking: Behaviour<StrategyScenario> = {
  id: 'strategy.refuses-what-the-sink-lacks',
  title: 'a sink that has no set of its needs is refused, and each set of them is enough for some options',
  applies: ({ definition }) => definition.needs.every((set) => set.length > 0),
  run: async (scenario) => {
    const options = variants(scenario)[0]!;
    await expectError(
      () => scenario.definition.plan(input(scenario, options, { sink: sink([]) })),
      ['DPONE_CAPABILITY'],
    );
    for (const set of scenario.definition.needs) {
      const given = variants(scenario).flatMap((own) => plansOn(scenario, own, set));
      if (given.length === 0) throw new Error(`A sink with ${set.join(', ')} alone is refused whatever the options.`);
      const outside = given.flatMap((plan) => plan.steps.map((step) => step.op)).filter((op) => !set.includes(op));
      if (outside.length > 0) throw new Error(`On a sink with ${set.join(', ')} alone it plans ${outside.join(', ')}.`);
    }
  },
};

/** The plan on a sink with these primitives alone; none where it refuses the sink. */
function plansOn(
  scenario: StrategyScenario,
  options: Readonly<Record<string, unknown>>,
  set: readonly FinalizePrimitive[],
): StrategyPlan[] {
  try {
    return [scenario.definition.plan(input(scenario, options, { sink: sink(set) }))];
  } catch (error) {
    if (isDponeError(error) && error.code === 'DPONE_CAPABILITY') return [];
    throw error;
  }
}

export const needsItsKey: Behaviour<StrategyScenario> = {
  id: 'strategy.needs-its-key',
  title: 'a missing unique_key is refused when the load is planned',
  applies: ({ definition }) => definition.uniqueKey === 'required',
  run: async (scenario) => {
    await expectError(
      () => scenario.definition.plan(input(scenario, variants(scenario)[0]!, { uniqueKey: [] })),
      ['DPONE_OPTION_CONFLICT', 'DPONE_MANIFEST_INVALID'],
    );
  },
};

export const hasItsEffect: Behaviour<StrategyScenario> = {
  id: 'strategy.has-its-effect',
  title: 'its steps, carried out on a model, leave the rows that the scenario says',
  applies: ({ effect }) => effect !== undefined,
  run: async (scenario) => {
    const { columns } = ORDERS_SCHEMA;
    for (const [before, staged] of [
      [orders(1, 6).rows, orders(4, 9, 1).rows],
      [[], orders(1, 3).rows],
      [orders(1, 3).rows, []],
    ] as const) {
      const plan = scenario.definition.plan(
        input(scenario, variants(scenario)[0]!, { targetExists: before.length > 0 }),
      );
      const key = scenario.definition.uniqueKey === 'none' ? [] : ['id'];
      sameRows(
        applySteps(plan.steps, before, staged, columns).rows,
        scenario.effect!(before, staged, key),
        columns,
        'the target',
      );
    }
  },
};

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
