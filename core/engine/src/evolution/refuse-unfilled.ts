import { fail, replacesAll, type FinalizeStep, type SchemaChange, type Sink } from '@dpone/sdk';
import type { EngineHost } from '../host.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { refusedFor } from '../plan/difference.js';
import { targetName } from '../plan/program.js';
import type { ExpandContract } from './expand-contract.js';
import { SchemaLedger } from './schema-ledger.js';

interface ContractStep {
  readonly host: EngineHost;
  readonly spec: ProcessSpec;
  readonly sink: Sink;
  readonly plan: ExpandContract | undefined;
  readonly changes: readonly SchemaChange[];
  readonly steps: readonly FinalizeStep[];
}

/**
 * Holds a contracting step against the rows that are there: a column is not dropped for its successor while that lacks
 * values which the column has, unless an approval says that they may go. A load that writes every row anew loses none.
 * @throws DPONE_SCHEMA_BREAKING
 */
export async function refuseUnfilled({ host, spec, sink, plan, changes, steps }: ContractStep): Promise<void> {
  if (plan === undefined || replacesAll(steps)) return;
  for (const change of changes) {
    const successor = successorOf(change, changes);
    if (change.kind !== 'drop_column' || successor === undefined) continue;
    // A sink that cannot tell is taken for one that has such rows.
    const rows = sink.unfilled === undefined ? undefined : await sink.unfilled(change.column, successor);
    if (rows === 0) continue;
    const ledger = new SchemaLedger(host.workdir, spec);
    const { id, ledger: file } = ledger.pendingOf(change);
    const { ids, checksums } = await ledger.approved(true);
    if (ids.has(id) || checksums.has(plan.sha256)) continue;
    const some = rows === undefined ? 'nobody knows how many rows' : rows === 1 ? '1 row' : `${rows} rows`;
    const message = `${some} of ${targetName(spec.sink.table)} ${rows === 1 ? 'has' : 'have'} a value in ${change.column} and none in ${successor}, which is to take its place`;
    const remedy =
      `Fill ${successor} in them, and run again. To drop their values instead: ` +
      `dpone schema approve --ledger ${file} --approver NAME --drop-unfilled`;
    throw refusedFor([change], fail('DPONE_SCHEMA_BREAKING', message, { where: plan.path, remedy }));
  }
}

/** The column that a dropped one is dropped for. */
const successorOf = (dropped: SchemaChange, changes: readonly SchemaChange[]): string | undefined =>
  changes.flatMap((change) =>
    dropped.kind === 'drop_column' && change.kind === 'rename_column' && change.to === dropped.column
      ? [change.from]
      : [],
  )[0];
