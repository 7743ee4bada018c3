import {
  canHold,
  fail,
  type CanonicalType,
  type Column,
  type FrameworkColumn,
  type Schema,
  type SchemaChange,
} from '@dpone/sdk';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { breakingError, type Difference } from './difference.js';
import { RESERVED_PREFIX } from './framework.js';
import { commonType, guessFits } from './widen.js';

export interface EvolveInput {
  /** The source's columns, in the order in which they are read. */
  readonly source: readonly Column[];
  /** Staged columns that do not reach the target. */
  readonly envelope: readonly string[];
  /** Columns that the manifest leaves out on purpose. */
  readonly excluded: readonly string[];
  /** Null where the target does not exist. */
  readonly target: Schema | null;
  readonly framework: readonly FrameworkColumn[];
  /** Columns that must not be NULL whatever the source says: the contract's. */
  readonly required: readonly string[];
  readonly policy: ProcessSpec['schemaEvolution'];
  /** The changes that the sink can make. */
  readonly ddl: readonly SchemaChange['kind'][];
  /** True where rows that do not fit are set aside: a guess then never changes the target. */
  readonly setsAside: boolean;
  /** True where staging takes the target's place and must therefore have all of its columns. */
  readonly swaps: boolean;
  /** The sink's own type name, or undefined where it has none. */
  readonly physicalType: (column: Column) => string | undefined;
}

export interface Evolution {
  /** One a source column, in the same order: its name and type in staging and target. */
  readonly columns: readonly Column[];
  readonly changes: readonly SchemaChange[];
  /** Target columns that the source lacks and that a swap must keep. */
  readonly kept: readonly FrameworkColumn[];
  /** Staged columns that the target declares NOT NULL and the source does not. */
  readonly notNull: readonly string[];
  /** Of these, the ones whose NOT NULL may be dropped if NULLs come. */
  readonly relaxable: readonly string[];
}

/** How the source's columns get into the target, and what must change for it. Anything breaking is refused, all of it at once. */
export function evolve(input: EvolveInput): Evolution {
  return input.target === null ? create(input) : compare(input, input.target);
}

function create(input: EvolveInput): Evolution {
  const required = new Set(input.required.map((name) => name.toLowerCase()));
  const columns = input.source.map((column) => ({
    ...withNative(column, column.native),
    nullable: column.nullable && !required.has(column.name.toLowerCase()),
  }));
  if (!input.ddl.includes('create_table'))
    throw fail('DPONE_CAPABILITY', 'the target does not exist and the sink cannot create it', {
      where: 'sink.table',
      remedy: 'Create the target first.',
    });
  const schema = { columns: [...columns.filter((c) => !inEnvelope(input, c)), ...input.framework.map(plain)] };
  return { columns, changes: [{ kind: 'create_table', schema }], kept: [], notNull: [], relaxable: [] };
}

function compare(input: EvolveInput, target: Schema): Evolution {
  const existing = new Map(target.columns.map((c) => [c.name.toLowerCase(), c]));
  const differences: Difference[] = [];
  const changes: SchemaChange[] = [];
  const columns: Column[] = [];
  const notNull: string[] = [];
  const relaxable: string[] = [];
  const used = new Set(input.framework.map((c) => c.name.toLowerCase()));
  const required = new Set(input.required.map((name) => name.toLowerCase()));
  /** Target columns that may stay empty in new rows: left out on purpose, or superseded by a column of the new type. */
  const spared = new Set(input.excluded.map((name) => name.toLowerCase()));

  const add = (column: Column, where: string): void => {
    const refused = refusalOf(input, 'add_column');
    if (refused === undefined) changes.push({ kind: 'add_column', column: { ...column, nullable: true } });
    else differences.push({ column: where, source: column.type, target: undefined, why: refused });
  };

  for (const column of input.source) {
    if (inEnvelope(input, column)) {
      columns.push(withNative(column, column.native));
      continue;
    }
    const found = existing.get(column.name.toLowerCase());
    const bare = plain(column);
    if (found === undefined) {
      const added = { ...withNative(column, column.native), nullable: true };
      add(added, column.name);
      columns.push(added);
      continue;
    }
    used.add(found.name.toLowerCase());
    const decided = typeFor(input, column, found);
    if ('type' in decided) {
      const native = decided.widen ? undefined : found.native;
      columns.push(withNative({ ...bare, name: found.name, type: decided.type }, native));
      if (decided.widen)
        changes.push({ kind: 'widen_column', column: { ...found, type: decided.type }, from: found.type });
      if (!found.nullable && column.nullable) {
        notNull.push(found.name);
        const free = !required.has(found.name.toLowerCase()) && !(target.primaryKey ?? []).includes(found.name);
        if (free && column.inferred !== true && canRelax(input)) relaxable.push(found.name);
      }
    } else if (input.policy.onTypeChange === 'new_column') {
      const name = input.policy.newColumnPrefix + found.name;
      used.delete(found.name.toLowerCase());
      spared.add(found.name.toLowerCase());
      const generated = existing.get(name.toLowerCase());
      used.add(name.toLowerCase());
      const type = generated === undefined ? column.type : typeIn(input, column, generated);
      if (type === undefined)
        differences.push({ column: name, source: column.type, target: generated!.type, why: decided.why });
      else columns.push({ ...bare, name: generated?.name ?? name, type, nullable: true });
      if (generated === undefined) add({ ...bare, name, nullable: true }, name);
    } else differences.push({ column: column.name, source: column.type, target: found.type, why: decided.why });
  }

  for (const column of input.framework) if (!existing.has(column.name.toLowerCase())) add(plain(column), column.name);

  const kept: FrameworkColumn[] = [];
  for (const column of target.columns.filter((c) => !used.has(c.name.toLowerCase()))) {
    const lower = column.name.toLowerCase();
    if (column.generated === true) continue;
    const ours = lower.startsWith(RESERVED_PREFIX) || lower.startsWith(input.policy.newColumnPrefix.toLowerCase());
    if (!ours && !spared.has(lower))
      differences.push({
        column: column.name,
        source: undefined,
        target: column.type,
        why: 'the source no longer has it',
      });
    else if (!column.nullable) {
      const refused = refusalOf(input, 'drop_not_null');
      if (refused === undefined) changes.push({ kind: 'drop_not_null', column: column.name });
      else
        differences.push({
          column: column.name,
          source: undefined,
          target: column.type,
          why: `it is NOT NULL and not filled; ${refused}`,
        });
    }
    if (input.swaps) kept.push({ ...withNative(column, column.native), nullable: true, value: 'null' });
  }
  if (differences.length > 0) throw breakingError(differences);
  return { columns, changes, kept, notNull, relaxable };
}

const inEnvelope = (input: EvolveInput, column: Column): boolean =>
  input.envelope.some((name) => name.toLowerCase() === column.name.toLowerCase());

type Decided = { readonly type: CanonicalType; readonly widen: boolean } | { readonly why: string };

/** The type that a source column has in an existing target column, or why none will do. */
function typeFor(input: EvolveInput, source: Column, target: Column): Decided {
  const type = typeIn(input, source, target);
  if (type !== undefined) return { type, widen: false };
  // "Some value is no number" says less than the row error that reading it as the target's type gives: file, line, value.
  const vague = source.inferred === true && source.type.kind === 'string' && input.policy.onTypeChange === 'fail';
  if (vague || (source.inferred === true && input.setsAside)) return { type: target.type, widen: false };
  const wide = commonType(target.type, source.type);
  if (wide === undefined) return { why: 'no widening holds both' };
  const refused = refusalOf(input, 'widen_column');
  if (refused !== undefined) return { why: refused };
  if (input.physicalType({ ...target, type: wide }) === undefined)
    return { why: 'the sink has no type that holds both' };
  return { type: wide, widen: true };
}

/** The type in which an existing target column takes a source column as it is, or undefined. */
function typeIn(input: EvolveInput, source: Column, target: Column): CanonicalType | undefined {
  if (canHold(target.type, source.type)) return target.type;
  if (source.inferred === true && guessFits(target.type, source.type)) return target.type;
  const physical = input.physicalType({ ...source, nullable: target.nullable });
  const same = physical !== undefined && (physical === target.native?.type || physical === input.physicalType(target));
  return same ? source.type : undefined;
}

const canRelax = (input: EvolveInput): boolean => refusalOf(input, 'drop_not_null') === undefined;

/** Why a kind of change is not made, or undefined where it may be. */
function refusalOf(input: EvolveInput, kind: SchemaChange['kind']): string | undefined {
  const { enabled, mode, applySafe } = input.policy;
  if (!enabled) return 'schema_evolution is off';
  if (!applySafe) return 'schema_evolution.apply_safe is false';
  if (mode === 'strict') return 'schema_evolution.mode is strict';
  if (mode === 'additive' && kind !== 'add_column') return 'schema_evolution.mode is additive';
  return input.ddl.includes(kind) ? undefined : `the sink cannot ${kind.replaceAll('_', ' ')}`;
}

/** A column with its type's own name in the system where the type is meant: the target's, or for a new column the source's. */
const withNative = (column: Column, native: Column['native']): Column => ({
  ...plain(column),
  ...(native === undefined ? {} : { native }),
});

/** A column without what only its source knows of it. */
const plain = ({ name, type, nullable, comment }: Column): Column => ({
  name,
  type,
  nullable,
  ...(comment === undefined ? {} : { comment }),
});
