import { fail, type SchemaChange } from '@dpone/sdk';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { describeChange } from './difference.js';
import { whereOf } from './where.js';

/** Why a kind of change is not made, or undefined where it may be. */
export function refusalOf(
  { policy, ddl }: { readonly policy: ProcessSpec['schemaEvolution']; readonly ddl: readonly SchemaChange['kind'][] },
  kind: SchemaChange['kind'],
): string | undefined {
  const { enabled, mode, applySafe } = policy;
  if (!enabled) return 'schema_evolution is off';
  if (!applySafe) return 'schema_evolution.apply_safe is false';
  if (mode === 'strict') return 'schema_evolution.mode is strict';
  if (mode === 'additive' && kind !== 'add_column') return 'schema_evolution.mode is additive';
  if (kind === 'add_column' && policy.newColumns === 'freeze') return 'schema_evolution.columns is freeze';
  if (kind === 'widen_column' && !policy.widens) return 'schema_evolution.data_type is freeze';
  return ddl.includes(kind) ? undefined : `the sink cannot ${kind.replaceAll('_', ' ')}`;
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
