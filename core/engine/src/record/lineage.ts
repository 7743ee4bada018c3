import { typeName } from '@dpone/sdk';
import type { LoadPlan } from '../plan/load-plan.js';
import { targetName } from '../plan/program.js';
import type { LineageRecord } from './run-record.js';

/** Options in which sources without tables name what they read. */
const NAMES = ['path', 'topic', 'key', 'prefix'] as const;

/** Which column of the source becomes which column of the target. */
export function lineageOf(plan: LoadPlan): LineageRecord {
  const { source, sink } = plan.open.spec;
  const named = NAMES.map((key) => source.options[key]).find((value) => typeof value === 'string');
  const known = source.table !== undefined && source.tableIsDefault !== true;
  return {
    source: { type: source.type, name: known ? targetName(source.table) : (named ?? null) },
    target: { type: sink.type, name: targetName(sink.table) },
    partitions: plan.read.partitions.length,
    // Staging's columns stand in the order of the read's.
    columns: plan.staging.columns.map((column, i) => ({
      source: plan.read.schema.columns[i]?.name ?? column.name,
      target: column.name,
      type: typeName(column.type),
    })),
    framework: plan.staging.framework.map(({ name, value }) => ({ target: name, value })),
  };
}
