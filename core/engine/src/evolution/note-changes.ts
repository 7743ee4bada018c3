import { fail, type SchemaChange } from '@dpone/sdk';
import type { EngineHost } from '../host.js';
import type { LoadTrace } from '../load/trace.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { describeChange, pendingBehind } from '../plan/difference.js';
import type { LoadPlan } from '../plan/load-plan.js';
import { whereOf } from '../plan/where.js';
import { SchemaLedger, type PendingChange } from './schema-ledger.js';
import type { Wait } from './waiting-changes.js';

/** What waits, in one sentence that says how it is released. */
const waiting = ({ change, ledger }: PendingChange, wait: Wait | undefined): string =>
  wait?.approval === false
    ? `${change} waits (${wait.why}): ${ledger}`
    : `${change} waits for approval${wait === undefined ? '' : ` (${wait.why})`}: ${approve(ledger)}`;

const approve = (ledger: string): string => `dpone schema approve --ledger ${ledger} --approver NAME`;

/**
 * Tells what a load changes and what it goes on without, and writes down what waits, so that it can be approved.
 * @throws DPONE_SCHEMA_BREAKING where `on_schema_change` stops the load for what waits
 */
export async function noteChanges(plan: LoadPlan, trace: LoadTrace): Promise<void> {
  const { spec, host } = plan.open;
  const { onSchemaChange } = spec.schemaEvolution;
  const made = plan.changes.filter(({ kind }) => kind !== 'create_table');
  if (onSchemaChange === 'notify') trace.warnings.push(...made.map((change) => `schema: ${describeChange(change)}`));
  if (plan.pending.length === 0) return;
  await recordWaiting(host, spec, plan.pending, trace);
  const sentences = trace.schemaPending.map((pending, i) => waiting(pending, plan.waits(plan.pending[i]!)));
  if (onSchemaChange === 'disable_pipeline') await disable(host, spec, plan.pending);
  if (onSchemaChange !== 'fail') trace.warnings.push(...sentences.map((sentence) => `schema: ${sentence}`));
  else
    throw fail('DPONE_SCHEMA_BREAKING', sentences.join('; '), {
      where: whereOf(spec, 'sink.options.schema_evolution.on_schema_change'),
      remedy: 'Approve the change and run again, or set on_schema_change: apply to load without it.',
    });
}

/** Writes down what waits behind the refusal of a load that cannot go on without it, so that it can be approved. */
export async function noteRefusal(
  host: EngineHost,
  spec: ProcessSpec,
  error: unknown,
  trace: LoadTrace,
): Promise<void> {
  const pending = pendingBehind(error);
  if (pending === undefined) return;
  await recordWaiting(host, spec, pending, trace);
  if (spec.schemaEvolution.onSchemaChange !== 'disable_pipeline') return;
  const { message } = error as Error;
  await new SchemaLedger(host.workdir, spec).recordDisabled(message, pending, host.clock.now().toISOString());
}

async function recordWaiting(
  host: EngineHost,
  spec: ProcessSpec,
  pending: readonly SchemaChange[],
  trace: LoadTrace,
): Promise<void> {
  const ledger = new SchemaLedger(host.workdir, spec);
  const at = host.clock.now().toISOString();
  for (const change of pending) await ledger.recordPending(change, at);
  trace.schemaPending = pending.map((change) => ledger.pendingOf(change));
}

async function disable(host: EngineHost, spec: ProcessSpec, changes: readonly SchemaChange[]): Promise<never> {
  const reason = `the schema changed: ${changes.map(describeChange).join('; ')}`;
  const at = host.clock.now().toISOString();
  const ledger = await new SchemaLedger(host.workdir, spec).recordDisabled(reason, changes, at);
  throw disabledError(spec, { reason, ledger });
}

/**
 * Asks the ledger alone: a policy that the manifest has now approves nothing.
 * @throws DPONE_SCHEMA_BREAKING where `on_schema_change: disable_pipeline` disabled the process and nobody has released it
 */
export async function refuseDisabled(host: EngineHost, spec: ProcessSpec): Promise<void> {
  const disabled = await new SchemaLedger(host.workdir, spec).disabled();
  if (disabled !== undefined) throw disabledError(spec, disabled);
}

const disabledError = (spec: ProcessSpec, { reason, ledger }: { reason: string; ledger: string }): Error =>
  fail('DPONE_SCHEMA_BREAKING', `${spec.name} is disabled: ${reason}`, {
    where: ledger,
    remedy: `Release it, and the change: ${approve(ledger)}`,
  });
