import { fail, type Column, type FrameworkColumn, type Schema, type SchemaChange } from '@dpone/sdk';
import type { ProcessSpec } from '../manifest/process-spec.js';
import type { ExpandContract } from '../evolution/expand-contract.js';
import { contractedColumns } from './contracted-columns.js';
import { breakingError, describeDifference, type Difference } from './difference.js';
import { RESERVED_PREFIX } from './framework.js';
import { refusalOf } from './evolution-policy.js';
import { renamedColumns } from './renamed-columns.js';
import { typeFor, typeIn, waitingType } from './type-for.js';
import { castIsStrict } from './widen.js';

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
  /** A plan whose steps are made as they are released. */
  readonly plan?: ExpandContract | undefined;
  /** Whether a change has to wait: for a person, or for another hour. */
  readonly waits: (change: SchemaChange) => boolean;
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
  /** Changes that wait; the load goes on without them. */
  readonly pending: readonly SchemaChange[];
  /** Columns of the source that have no place in the target yet, or are not to have one: they must not be read. */
  readonly leftOut: readonly string[];
  /** What does not fit and stops nothing, one sentence each. */
  readonly ignored: readonly string[];
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
  const refused =
    input.policy.newTables === 'freeze'
      ? 'schema_evolution.tables is freeze'
      : input.ddl.includes('create_table')
        ? undefined
        : 'the sink cannot create it';
  if (refused !== undefined)
    throw fail('DPONE_CAPABILITY', `the target does not exist and ${refused}`, {
      where: 'sink.table',
      remedy: 'Create the target first.',
    });
  const schema = { columns: [...columns.filter((c) => !inEnvelope(input, c)), ...input.framework.map(plain)] };
  return {
    columns,
    changes: [{ kind: 'create_table', schema }],
    kept: [],
    notNull: [],
    relaxable: [],
    pending: [],
    leftOut: [],
    ignored: [],
  };
}

function compare(input: EvolveInput, before: Schema): Evolution {
  const differences: Difference[] = [];
  const changes: SchemaChange[] = [];
  const pending: SchemaChange[] = [];
  const leftOut: string[] = [];
  /** Makes a change, or lets it wait; true where it is made. */
  const make = (change: SchemaChange): boolean => {
    const waits = input.waits(change);
    (waits ? pending : changes).push(change);
    return !waits;
  };
  const take = (change: SchemaChange): void => void changes.push(change);
  const { schema: target, held } = contractedColumns(input, before, make, take, differences);
  const existing = renamedColumns(input, target, make, differences);
  const keys = new Set((target.primaryKey ?? []).map((name) => nameAfter(changes, name)));
  const columns: Column[] = [];
  const notNull: string[] = [];
  const relaxable: string[] = [];
  const used = new Set(input.framework.map((c) => c.name.toLowerCase()));
  const required = new Set(input.required.map((name) => name.toLowerCase()));
  /** Target columns that may stay empty in new rows: left out on purpose, or superseded by a column of the new type. */
  const spared = new Set([...input.excluded.map((name) => name.toLowerCase()), ...held]);
  const ignored: string[] = [];
  /** Whether a difference stops nothing; it is told then. */
  const ignores = (difference: Difference): boolean => {
    if (input.policy.ignoresBreaking) ignored.push(`${describeDifference(difference)}: on_breaking is ignore`);
    return input.policy.ignoresBreaking;
  };

  /** False where the column cannot be loaded yet. */
  const add = (column: Column, where: string, needed: boolean = false): boolean => {
    const refused = refusalOf(input, 'add_column');
    if (refused === undefined) return make({ kind: 'add_column', column: { ...column, nullable: true } });
    const difference = { column: where, source: column.type, target: undefined, why: refused };
    if (!needed && ignores(difference)) return false;
    differences.push(difference);
    return true;
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
      if (input.policy.newColumns === 'ignore' || !add(added, column.name)) leftOut.push(column.name);
      else columns.push(added);
      continue;
    }
    used.add(found.name.toLowerCase());
    const planned = input.plan?.generated.has(found.name.toLowerCase()) === true;
    const policy = { ...input.policy, ...(planned ? { onTypeChange: 'new_column' as const } : {}) };
    const decided = waitingType(typeFor({ ...input, policy }, column, found), column, found, make);
    if ('type' in decided) {
      const native = decided.widen ? undefined : found.native;
      columns.push(withNative({ ...bare, name: found.name, type: decided.type }, native));
      if (!found.nullable && column.nullable) {
        notNull.push(found.name);
        const free = !required.has(found.name.toLowerCase()) && !keys.has(found.name);
        if (free && column.inferred !== true && canRelax(input, found.name, pending)) relaxable.push(found.name);
      }
    } else if (policy.onTypeChange === 'new_column') {
      const name = input.policy.newColumnPrefix + found.name;
      used.delete(found.name.toLowerCase());
      spared.add(found.name.toLowerCase());
      const generated = existing.get(name.toLowerCase());
      used.add(name.toLowerCase());
      const type = generated === undefined ? column.type : typeIn(input, column, generated);
      if (type === undefined)
        differences.push({ column: name, source: column.type, target: generated!.type, why: decided.why });
      else if (generated !== undefined || add({ ...bare, name, nullable: true }, name))
        columns.push({ ...bare, name: generated?.name ?? name, type, nullable: true });
      else leftOut.push(column.name);
    } else {
      const difference = { column: column.name, source: column.type, target: found.type, why: decided.why };
      if (castIsStrict(found.type, column.type) && ignores(difference))
        columns.push(withNative({ ...bare, name: found.name, type: found.type }, found.native));
      else differences.push(difference);
    }
  }

  for (const column of input.framework)
    if (!existing.has(column.name.toLowerCase()) && !add(plain(column), column.name, true))
      differences.push({ column: column.name, source: column.type, target: undefined, why: WAITING });

  const kept: FrameworkColumn[] = [];
  for (const column of [...existing.values()].filter((c) => !used.has(c.name.toLowerCase()))) {
    const lower = column.name.toLowerCase();
    if (column.generated === true) continue;
    const ours = lower.startsWith(RESERVED_PREFIX) || lower.startsWith(input.policy.newColumnPrefix.toLowerCase());
    const gone = { column: column.name, source: undefined, target: column.type, why: 'the source no longer has it' };
    if (!ours && !spared.has(lower) && !ignores(gone)) differences.push(gone);
    else if (!column.nullable) {
      const refused = refusalOf(input, 'drop_not_null');
      const made = refused === undefined && make({ kind: 'drop_not_null', column: column.name });
      if (!made)
        differences.push({
          column: column.name,
          source: undefined,
          target: column.type,
          why: `it is NOT NULL and not filled; ${refused ?? WAITING}`,
        });
    }
    if (input.swaps) kept.push({ ...withNative(column, column.native), nullable: true, value: 'null' });
  }
  if (differences.length > 0) throw breakingError(differences, pending);
  return { columns, changes, kept, notNull, relaxable, pending, leftOut, ignored };
}

const nameAfter = (changes: readonly SchemaChange[], name: string): string =>
  changes.flatMap((change) => (change.kind === 'rename_column' && change.from === name ? [change.to] : []))[0] ?? name;

const WAITING = 'the change that it needs waits';

const inEnvelope = (input: EvolveInput, column: Column): boolean =>
  input.envelope.some((name) => name.toLowerCase() === column.name.toLowerCase());

/** Whether NOT NULL may go if NULLs come. That it would have to wait is known only now, so it is noted at once. */
function canRelax(input: EvolveInput, column: string, pending: SchemaChange[]): boolean {
  if (refusalOf(input, 'drop_not_null') !== undefined) return false;
  const change = { kind: 'drop_not_null', column } as const;
  if (!input.waits(change)) return true;
  pending.push(change);
  return false;
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
