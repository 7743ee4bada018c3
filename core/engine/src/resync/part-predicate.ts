import { fail, type Predicate } from '@dpone/sdk';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { whereOf } from '../plan/where.js';

/** The part of a table that is loaded again. Values as text: the systems read them as the column's type. */
export type ResyncPart =
  | { readonly kind: 'partitions'; readonly column?: string; readonly values: readonly string[] }
  /** Both ends belong to it; an end that is absent is open. */
  | { readonly kind: 'keys'; readonly column?: string; readonly from?: string; readonly to?: string }
  /** `from` belongs to it, `to` does not, as in `sink.strategy.window`. */
  | { readonly kind: 'window'; readonly column: string; readonly from?: string; readonly to?: string };

/** The condition of the rows that a part is. Throws DPONE_USAGE where the manifest does not say by which column. */
export function partPredicate(part: ResyncPart, spec: ProcessSpec): Predicate {
  if (part.kind === 'partitions') {
    const column = part.column ?? partitionColumn(spec);
    const [only, ...more] = part.values;
    if (only === undefined) throw fail('DPONE_USAGE', 'no partition is named');
    return more.length === 0 ? { op: 'eq', column, value: only } : { op: 'in', column, values: part.values };
  }
  if (part.from === undefined && part.to === undefined)
    throw fail('DPONE_USAGE', 'a part without an end is the whole table', {
      remedy: 'Use dpone run with full_refresh.',
    });
  const column = part.column ?? keyColumn(spec);
  const all: Predicate[] = [
    ...(part.from === undefined ? [] : [{ op: 'ge', column, value: part.from } as const]),
    ...(part.to === undefined ? [] : [{ op: part.kind === 'keys' ? 'le' : 'lt', column, value: part.to } as const]),
  ];
  return all.length === 1 ? all[0]! : { op: 'and', all };
}

function partitionColumn(spec: ProcessSpec): string {
  const { partition } = spec.sink.strategy.options as { readonly partition?: { readonly column?: unknown } };
  if (typeof partition?.column === 'string') return partition.column;
  throw fail('DPONE_USAGE', `the manifest does not say by which column ${spec.name} is divided`, {
    where: whereOf(spec, 'sink.strategy'),
    remedy: 'Pass --column, or set sink.strategy.partition.column.',
  });
}

function keyColumn(spec: ProcessSpec): string {
  const [column, ...more] = spec.sink.strategy.uniqueKey;
  if (column !== undefined && more.length === 0) return column;
  throw fail('DPONE_USAGE', `${spec.name} has no unique_key of one column`, {
    where: whereOf(spec, 'sink.strategy.unique_key'),
    remedy: 'Pass --column with the column of the range.',
  });
}
