import type { ColumnDef } from './column-def.js';
import { typeRelation } from './type-relation.js';

export interface SchemaPolicy {
  readonly mode: 'strict' | 'additive' | 'widening';
  readonly allow_drop: boolean;
  readonly on_type_change: 'fail' | 'new_column';
  readonly new_column_prefix: string;
  readonly allow_reserved_dpone_columns: false;
  readonly ignored_target_columns: readonly string[];
}

export type ChangeType =
  | 'reserved_column'
  | 'add_column'
  | 'drop_column'
  | 'type_widen'
  | 'type_change'
  | 'add_generated_column'
  | 'map_to_generated_column'
  | 'generated_column_conflict';

export interface SchemaChange {
  readonly change_type: ChangeType;
  readonly column: string;
  readonly source: ColumnDef | null;
  readonly target: ColumnDef | null;
  readonly breaking: boolean;
  readonly reason: string;
  readonly generated_column: string | null;
}

export const policyOf = (given: Omit<SchemaPolicy, 'allow_reserved_dpone_columns' | 'ignored_target_columns'>) =>
  ({
    mode: given.mode,
    allow_drop: given.allow_drop,
    on_type_change: given.on_type_change,
    new_column_prefix: given.new_column_prefix,
    allow_reserved_dpone_columns: false,
    ignored_target_columns: ['__dpone__loaded_at', '__dpone__deleted_at', '__dpone__xmin'],
  }) satisfies SchemaPolicy;

/** The ids of changes are made of these: another word makes another id, and an approval of another tool's would not fit. */
const REASONS = {
  reserved: '__dpone__* is reserved for framework-generated columns',
  add: 'source column missing in target',
  drop: 'target column missing in source',
  widen: 'type differs but can be widened',
  change: 'type differs and is not a safe widening',
  generate: 'incompatible type change is routed to generated compatibility column',
  map: 'existing generated column will receive source values',
  conflict: (name: string) => `generated column ${name} already exists with incompatible type`,
} as const;

const RESERVED = '__dpone__';
const TECHNICAL = new Set(
  'loaded_at deleted_at updated_at xmin deleted_marker run_id load_id row_id parent_row_id root_row_id row_hash list_index op meta valid_from_at valid_to_at extracted_at is_current'
    .split(' ')
    .map((name) => RESERVED + name),
);

const isReserved = (name: string): boolean =>
  name.startsWith(RESERVED) && !TECHNICAL.has(name) && !name.startsWith('__dpone__tz_offset_minutes__');

/** What is to be changed at a target so that a source fits: reserved names first, then in the source's order, then the target's. */
export function compareSchemas(
  source: readonly ColumnDef[],
  target: readonly ColumnDef[],
  policy: SchemaPolicy,
): SchemaChange[] {
  const there = new Map(target.map((column) => [column.name.toLowerCase(), column]));
  const wanted = new Set(source.map(({ name }) => name.toLowerCase()));
  const usable = source.filter(({ name }) => !isReserved(name));
  return [
    ...source
      .filter(({ name }) => isReserved(name))
      .map((column) => change('reserved_column', column, null, true, REASONS.reserved)),
    ...usable.flatMap((column) => changesOf(column, there, policy)),
    ...target
      .filter(({ name }) => !wanted.has(name.toLowerCase()) && !name.toLowerCase().startsWith(RESERVED))
      .map((column) => change('drop_column', null, column, !policy.allow_drop, REASONS.drop)),
  ];
}

function changesOf(column: ColumnDef, there: ReadonlyMap<string, ColumnDef>, policy: SchemaPolicy): SchemaChange[] {
  const found = there.get(column.name.toLowerCase());
  if (found === undefined) {
    const breaking = policy.mode === 'strict' || !column.nullable;
    return [change('add_column', column, null, breaking, REASONS.add)];
  }
  switch (typeRelation(column.dtype, found.dtype)) {
    case 'equal':
    case 'fits':
      return [];
    case 'wider':
      return [change('type_widen', column, found, policy.mode !== 'widening', REASONS.widen)];
    default:
      return [
        policy.on_type_change === 'new_column'
          ? generated(column, there, policy)
          : change('type_change', column, found, true, REASONS.change),
      ];
  }
}

/** Values of the new type go to a column of their own, beside the old one. */
function generated(column: ColumnDef, there: ReadonlyMap<string, ColumnDef>, policy: SchemaPolicy): SchemaChange {
  const name = `${policy.new_column_prefix}${column.name}`;
  const found = there.get(name.toLowerCase());
  if (found === undefined) return change('add_generated_column', column, null, false, REASONS.generate, name);
  const fits = ['equal', 'fits'].includes(typeRelation(column.dtype, found.dtype));
  return fits
    ? change('map_to_generated_column', column, found, false, REASONS.map, name)
    : change('generated_column_conflict', column, found, true, REASONS.conflict(name), name);
}

const change = (
  change_type: ChangeType,
  source: ColumnDef | null,
  target: ColumnDef | null,
  breaking: boolean,
  reason: string,
  generated_column: string | null = null,
): SchemaChange => ({
  change_type,
  column: (source ?? target)!.name,
  source,
  target,
  breaking,
  reason,
  generated_column,
});

/** Source column to the generated one that takes its values. */
export const mappingOf = (changes: readonly SchemaChange[]): Record<string, string> =>
  Object.fromEntries(
    changes.flatMap(({ change_type, column, generated_column }) =>
      generated_column !== null && change_type !== 'generated_column_conflict' ? [[column, generated_column]] : [],
    ),
  );

/** Columns that the source may leave empty and the target may not: a load of such a row fails. */
export const nullabilityWarnings = (source: readonly ColumnDef[], target: readonly ColumnDef[]): string[] => {
  const there = new Map(target.map((column) => [column.name.toLowerCase(), column]));
  return source
    .filter(({ name, nullable }) => nullable && there.get(name.toLowerCase())?.nullable === false)
    .map(({ name }) => `${name} may be empty at the source and not in the target`);
};
