import {
  fail,
  type CanonicalType,
  type FrameworkColumn,
  type FrameworkValue,
  type Schema,
  type StrategyPlan,
} from '@dpone/sdk';
import type { LineagePreset } from '../manifest/process-spec.js';

/** Every name that begins so belongs to dpone. */
export const RESERVED_PREFIX = '__dpone__';

const TEXT: CanonicalType = { kind: 'string' };
const INSTANT: CanonicalType = { kind: 'timestamp', precision: 6, tz: true };

const COLUMNS: Readonly<Record<string, { readonly type: CanonicalType; readonly value: FrameworkValue }>> = {
  __dpone__load_id: { type: TEXT, value: 'load_id' },
  __dpone__loaded_at: { type: INSTANT, value: 'loaded_at' },
  __dpone__row_id: { type: TEXT, value: 'row_id' },
  __dpone__extracted_at: { type: INSTANT, value: 'extracted_at' },
  __dpone__op: { type: TEXT, value: 'op' },
  __dpone__meta: { type: { kind: 'json' }, value: 'null' },
  __dpone__parent_row_id: { type: TEXT, value: 'null' },
  __dpone__root_row_id: { type: TEXT, value: 'null' },
  __dpone__list_index: { type: { kind: 'int32' }, value: 'null' },
  // Not of any preset, but filled where a target that another tool or release made has them.
  __dpone__run_id: { type: TEXT, value: 'run_id' },
  // A row that is loaded is there again.
  __dpone__deleted_at: { type: INSTANT, value: 'null' },
  __dpone__row_hash: { type: TEXT, value: 'row_hash' },
};

/** Whether a load fills a column of that name itself. */
export const isFilled = (name: string): boolean => name.toLowerCase() in COLUMNS;

const MINIMAL = ['__dpone__load_id', '__dpone__loaded_at'] as const;
const STANDARD = [...MINIMAL, '__dpone__row_id', '__dpone__extracted_at'] as const;
const PRESETS: Readonly<Record<LineagePreset, readonly string[]>> = {
  off: [],
  minimal: MINIMAL,
  standard: STANDARD,
  debug: [...STANDARD, '__dpone__op', '__dpone__meta'],
  hierarchical: [...STANDARD, '__dpone__parent_row_id', '__dpone__root_row_id', '__dpone__list_index'],
};

export interface FrameworkInput {
  readonly lineage: { readonly enabled: boolean; readonly preset: LineagePreset };
  /** The target as it is; null where it does not exist. */
  readonly target: Schema | null;
  /** Names of the data's columns, and of the key: what a row's id is made of. */
  readonly data: readonly string[];
  readonly key: readonly string[];
  /** Columns that the strategy needs. */
  readonly needs: NonNullable<StrategyPlan['framework']>;
  /** What the sink can fill. */
  readonly fills: readonly FrameworkValue[];
}

/**
 * The `__dpone__*` columns of a load: those of the preset, those that the strategy needs, and those that the target has
 * already, so that a table keeps one shape on every path and every run.
 */
export function frameworkColumns(input: FrameworkInput): FrameworkColumn[] {
  const preset = input.lineage.enabled ? PRESETS[input.lineage.preset] : [];
  const kept = (input.target?.columns ?? []).map((c) => c.name.toLowerCase()).filter((name) => name in COLUMNS);
  const needs = new Map(input.needs.map((need) => [need.name.toLowerCase(), need]));
  refuseTaken(input, needs);
  return [...new Set([...preset, ...kept, ...needs.keys()])].map((name) => {
    const need = needs.get(name);
    const { type, value } = need ?? COLUMNS[name]!;
    const existing = input.target?.columns.find((c) => c.name.toLowerCase() === name);
    if (value !== 'null' && !input.fills.includes(value))
      throw fail('DPONE_CAPABILITY', `the sink cannot fill the column ${name}`, {
        where:
          need !== undefined
            ? 'sink.strategy'
            : existing === undefined
              ? `lineage.preset: ${input.lineage.preset}`
              : `column ${name} of the target`,
        remedy:
          need === undefined
            ? 'Set lineage.preset to minimal or off, or remove the column from the target.'
            : 'Choose options of the strategy that do without it.',
      });
    const of = need?.of ?? (value === 'row_id' && input.key.length > 0 ? input.key : input.data);
    return {
      name: existing?.name ?? need?.name ?? name,
      type: existing?.type ?? type,
      nullable: true,
      value,
      ...(value === 'row_id' || value === 'row_hash' ? { of } : {}),
    };
  });
}

/** A strategy's own column must be no column of the data: one of the two would be lost. */
function refuseTaken({ data }: FrameworkInput, needs: ReadonlyMap<string, unknown>): void {
  const taken = data.find((name) => needs.has(name.toLowerCase()));
  if (taken !== undefined)
    throw fail('DPONE_OPTION_CONFLICT', `the source has a column ${taken}, which the strategy fills itself`, {
      where: 'sink.strategy',
      remedy: 'Name another column in the options of the strategy, or leave it out: source.options.exclude_columns.',
    });
}
