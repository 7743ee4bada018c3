import { fail, swaps, type Column, type Schema, type SinkCapabilities, type StrategyPlan } from '@dpone/sdk';
import type { ProcessSpec } from '../manifest/process-spec.js';
import type { PlannedCheck } from '../quality/planned-check.js';
import { whereOf } from './where.js';

/**
 * Names of the source's columns that a target lacks and that `columns: quarantine` keeps out of it: they are staged, so
 * that rows with a value in one can be set aside.
 */
export function quarantinedColumns(spec: ProcessSpec, target: Schema | null, columns: readonly Column[]): string[] {
  const { newColumns, renames } = spec.schemaEvolution;
  if (newColumns !== 'quarantine' || target === null) return [];
  const there = new Set(target.columns.map((column) => column.name.toLowerCase()));
  const renamed = new Set(
    Object.entries(renames).flatMap(([old, now]) => (there.has(old.toLowerCase()) ? [now.toLowerCase()] : [])),
  );
  const held = columns
    .map((column) => column.name)
    .filter((name) => !there.has(name.toLowerCase()) && !renamed.has(name.toLowerCase()));
  const key = held.find((name) => spec.sink.strategy.uniqueKey.some((one) => one.toLowerCase() === name.toLowerCase()));
  if (key !== undefined)
    throw fail('DPONE_SCHEMA_BREAKING', `the target does not have the key column ${key}`, {
      where: whereOf(spec, 'sink.options.schema_evolution.columns'),
      remedy: 'Add the column to the target, or set columns: evolve.',
    });
  return held;
}

/** The strategy with such columns kept out of the target: staging has more than it then, and cannot take its place. */
export function withoutQuarantined(
  strategy: StrategyPlan,
  held: readonly string[],
  { spec, can }: { readonly spec: ProcessSpec; readonly can: SinkCapabilities['replaceAllBy'] },
): StrategyPlan {
  if (held.length === 0) return strategy;
  if (swaps(strategy.steps) && can?.includes('truncate_insert') === false)
    throw fail('DPONE_CAPABILITY', `the sink cannot keep ${held.join(', ')} out of a table that it replaces`, {
      where: whereOf(spec, 'sink.options.schema_evolution.columns'),
      remedy: 'Set columns: evolve, freeze or ignore.',
    });
  return {
    ...strategy,
    envelope: [...(strategy.envelope ?? []), ...held],
    steps: strategy.steps.map((step) =>
      step.op === 'replace_all' ? { op: 'replace_all', by: 'truncate_insert' } : step,
    ),
  };
}

/** Rows with a value in such a column are set aside. */
export const quarantinedChecks = (spec: ProcessSpec, held: readonly string[]): PlannedCheck[] =>
  held.map((column) => ({
    check: {
      id: `new_column.${column}`,
      kind: 'predicate',
      predicate: { op: 'is_null', column },
      on: 'quarantine',
    },
    from: 'target',
    where: whereOf(spec, 'sink.options.schema_evolution.columns'),
  }));
