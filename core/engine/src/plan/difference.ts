import { fail, typeName, type CanonicalType, type DponeError, type SchemaChange } from '@dpone/sdk';

/** One column in which source and target do not fit each other. */
export interface Difference {
  readonly column: string;
  /** Undefined where the side does not have the column. */
  readonly source: CanonicalType | undefined;
  readonly target: CanonicalType | undefined;
  readonly why: string;
}

const side = (type: CanonicalType | undefined): string => (type === undefined ? 'absent' : typeName(type));

export const describeDifference = ({ column, source, target, why }: Difference): string =>
  `${column}: source ${side(source)}, target ${side(target)} (${why})`;

/** What waits behind each refusal, so that a load can write it down though it stops. */
const waitingBehind = new WeakMap<object, readonly SchemaChange[]>();

/** The changes that wait behind a refusal of a difference; undefined where an error is no such refusal. */
export const pendingBehind = (error: unknown): readonly SchemaChange[] | undefined =>
  typeof error === 'object' && error !== null ? waitingBehind.get(error) : undefined;

/** The refusal that lists every difference and what to do about each kind. */
export function breakingError(differences: readonly Difference[], pending: readonly SchemaChange[] = []): DponeError {
  const lines = differences.map(describeDifference);
  const remedies = new Set(differences.map(remedyOf));
  const waiting = pending.map((change) => `; waits: ${describeChange(change)}`).join('');
  const error = fail('DPONE_SCHEMA_BREAKING', `the source does not fit the target: ${lines.join('; ')}${waiting}`, {
    where: differences.map((d) => d.column).join(', '),
    remedy: [...remedies].join(' '),
  });
  return refusedFor(pending, error);
}

/** Notes what waits behind a refusal. */
export function refusedFor<E extends Error>(pending: readonly SchemaChange[], error: E): E {
  waitingBehind.set(error, pending);
  return error;
}

function remedyOf(difference: Difference): string {
  if (difference.target === undefined)
    return difference.column.startsWith('__dpone__')
      ? 'Allow additive schema_evolution, or set lineage: off.'
      : 'Allow additive schema_evolution, add the column to the target, or name it in source.options.exclude_columns.';
  if (difference.source === undefined)
    return 'Bring the column back at the source, drop it from the target, or name it in source.options.exclude_columns to leave it empty.';
  return 'Change the type at the source or in the target, allow widening, or set schema_evolution.on_type_change: new_column.';
}

/** A change in one line, for plans and results. */
export function describeChange(change: SchemaChange): string {
  switch (change.kind) {
    case 'create_table':
      return `create table (${change.schema.columns.map((c) => `${c.name} ${typeName(c.type)}`).join(', ')})`;
    case 'add_column':
      return `add column ${change.column.name} ${typeName(change.column.type)}`;
    case 'widen_column':
      return `widen column ${change.column.name} from ${typeName(change.from)} to ${typeName(change.column.type)}`;
    case 'drop_not_null':
      return `allow NULL in column ${change.column}`;
    case 'rename_column':
      return `rename column ${change.from} to ${change.to}`;
    case 'drop_column':
      return `drop column ${change.column}`;
  }
}
