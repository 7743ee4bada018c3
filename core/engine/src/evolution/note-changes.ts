import { fail } from '@dpone/sdk';
import type { LoadTrace } from '../load/trace.js';
import { describeChange } from '../plan/difference.js';
import type { LoadPlan } from '../plan/load-plan.js';
import { whereOf } from '../plan/where.js';
import { SchemaLedger, type PendingChange } from './schema-ledger.js';

/** What waits, in one sentence that says how it is released. */
const waiting = ({ change, ledger }: PendingChange, mode: string): string =>
  mode === 'manual_approval'
    ? `${change} waits for approval: dpone schema approve --ledger ${ledger} --approver NAME`
    : `${change} waits (ddl_mode: ${mode}): ${ledger}`;

/**
 * Tells what a load changes and what it goes on without, and writes down what waits, so that it can be approved.
 * @throws DPONE_SCHEMA_BREAKING where `on_schema_change: fail` stops the load for what waits
 */
export async function noteChanges(plan: LoadPlan, trace: LoadTrace): Promise<void> {
  const { spec, host } = plan.open;
  const { onSchemaChange, ddlMode } = spec.schemaEvolution;
  const made = plan.changes.filter(({ kind }) => kind !== 'create_table');
  if (onSchemaChange === 'notify') trace.warnings.push(...made.map((change) => `schema: ${describeChange(change)}`));
  if (plan.pending.length === 0) return;
  const ledger = new SchemaLedger(host.workdir, spec);
  const at = host.clock.now().toISOString();
  for (const change of plan.pending) await ledger.recordPending(change, at);
  trace.schemaPending = plan.pending.map((change) => ledger.pendingOf(change));
  const sentences = trace.schemaPending.map((pending) => waiting(pending, ddlMode));
  if (onSchemaChange !== 'fail') trace.warnings.push(...sentences.map((sentence) => `schema: ${sentence}`));
  else
    throw fail('DPONE_SCHEMA_BREAKING', sentences.join('; '), {
      where: whereOf(spec, 'sink.options.schema_evolution.on_schema_change'),
      remedy: 'Approve the change and run again, or set on_schema_change: apply to load without it.',
    });
}
