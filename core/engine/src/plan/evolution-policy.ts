import { fail, withArticle, type ChangeLimits, type SchemaChange } from '@dpone/sdk';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { describeChange } from './difference.js';
import type { OpenProcess } from './open-process.js';
import { whereOf } from './where.js';

/** Why a kind of change is not made, or undefined where it may be. */
export function refusalOf(
  { policy, ddl }: { readonly policy: ProcessSpec['schemaEvolution']; readonly ddl: readonly SchemaChange['kind'][] },
  kind: SchemaChange['kind'],
): string | undefined {
  const { enabled, mode, applySafe } = policy;
  if (!enabled) return 'schema_evolution is off';
  if (!applySafe) return 'schema_evolution.apply_safe is false';
  // A step of a plan that somebody released: `mode` speaks of what a load does of itself.
  if (kind === 'drop_column') return ddl.includes(kind) ? undefined : 'the sink cannot drop columns';
  if (mode === 'strict') return 'schema_evolution.mode is strict';
  if (mode === 'additive' && kind !== 'add_column') return 'schema_evolution.mode is additive';
  if (kind === 'add_column' && policy.newColumns === 'freeze') return 'schema_evolution.columns is freeze';
  if (kind === 'widen_column' && !policy.widens) return 'schema_evolution.data_type is freeze';
  return ddl.includes(kind) ? undefined : `the sink cannot ${kind.replaceAll('_', ' ')}`;
}

const LIMITS = { lockSeconds: 'lock_timeout_seconds', statementSeconds: 'statement_timeout_seconds' } as const;

/** The limits of changes that the sink can set. */
export function limitsOf({ spec, sink }: Pick<OpenProcess, 'spec' | 'sink'>): ChangeLimits {
  const { changeLimits: can = [] } = sink.capabilities;
  const { limits: asked } = spec.schemaEvolution;
  return Object.fromEntries(can.flatMap((key) => (asked[key] === undefined ? [] : [[key, asked[key]]])));
}

/** Which limits are asked for that the sink has not, where a load changes an existing table. */
export function limitWarnings(
  { spec, sink }: Pick<OpenProcess, 'spec' | 'sink'>,
  changes: readonly SchemaChange[],
): string[] {
  const { changeLimits: can = [] } = sink.capabilities;
  if (changes.every(({ kind }) => kind === 'create_table')) return [];
  return (Object.keys(LIMITS) as (keyof ChangeLimits)[])
    .filter((key) => spec.schemaEvolution.limits[key] !== undefined && !can.includes(key))
    .map(
      (key) => `schema_evolution.${LIMITS[key]} has no effect: ${withArticle(spec.sink.type)} sink has no such limit`,
    );
}

/** `on_schema_change: fail`: a change of an existing table is for a person to make. What waits is refused once it is written down. */
export function refuseChanges(spec: ProcessSpec, changes: readonly SchemaChange[]): void {
  const made = changes.filter(({ kind }) => kind !== 'create_table');
  if (spec.schemaEvolution.onSchemaChange !== 'fail' || made.length === 0) return;
  throw fail('DPONE_SCHEMA_BREAKING', `the schema changed: ${made.map(describeChange).join('; ')}`, {
    where: whereOf(spec, 'sink.options.schema_evolution.on_schema_change'),
    remedy: 'Change the target by hand, or set schema_evolution.on_schema_change to apply or notify.',
  });
}
