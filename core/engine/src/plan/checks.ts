import { fail, type Column, type SinkCapabilities, type StagingCheck, withArticle } from '@dpone/sdk';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { historyChecks, stagingChecks } from '../quality/manifest-checks.js';
import type { CheckOrigin, PlannedCheck, PlannedQuality } from '../quality/planned-check.js';
import type { OdcsContract } from '../quality/read-contract.js';
import { quarantinedChecks } from './quarantined-columns.js';
import { whereOf } from './where.js';

export interface ChecksInput {
  readonly spec: ProcessSpec;
  /** The contract that the manifest names. */
  readonly contract: OdcsContract | undefined;
  /** The strategy's own, under staged names. */
  readonly strategy: readonly StagingCheck[];
  /** Staged columns, and which of them the target declares NOT NULL though the source may send NULL. */
  readonly columns: readonly Column[];
  /** Staged columns that `columns: quarantine` keeps out of the target. */
  readonly aside: readonly string[];
  readonly notNull: readonly string[];
  readonly relaxable: readonly string[];
  readonly can: SinkCapabilities['checks'];
}

/**
 * Every check of a load, each once: the strategy's, the contract's, the target's NOT NULL columns, the quality rules and
 * those of an Open Data Contract.
 */
export async function planChecks(input: ChecksInput): Promise<PlannedQuality> {
  const { spec } = input;
  const on = CONTRACT_ON[spec.schemaContract.enforcement];
  const required = Object.entries(spec.schemaContract.columns).filter(([, rule]) => !rule.nullable);
  const odcs = await contractChecks(input);
  const planned: PlannedCheck[] = [
    ...input.strategy.map((check) => ({ check, from: 'strategy' as const })),
    ...required.flatMap(([name]) => {
      const column = input.columns.find((c) => c.name.toLowerCase() === name.toLowerCase());
      return column === undefined ? [] : [notNull(column.name, on, 'contract', whereOf(spec, 'schema_contract'))];
    }),
    ...input.notNull
      .filter((column) => !input.relaxable.includes(column))
      .map((column) => notNull(column, on === 'quarantine' ? 'quarantine' : 'fail', 'target')),
    ...quarantinedChecks(spec, input.aside),
    ...stagingChecks(spec, input.columns),
    ...(odcs?.staging ?? []),
  ];
  const staging = once(planned, ({ check }) => `${check.id} ${check.on}`);
  for (const planned of staging) refuseImpossible(planned, input);
  return {
    staging,
    history: once(
      [...historyChecks(spec, input.columns), ...(odcs?.history ?? [])],
      ({ check }) => `${check.id} ${check.on}`,
    ),
    settled: odcs?.settled ?? [],
  };
}

/** What translates a contract is read only where there is one. */
async function contractChecks({ contract, columns, can }: ChecksInput): Promise<PlannedQuality | undefined> {
  if (contract === undefined) return undefined;
  const { odcsChecks } = await import('../quality/odcs-checks.js');
  return odcsChecks(contract, columns, (kind) => can.includes(kind));
}

function once<T>(planned: readonly T[], nameOf: (one: T) => string): T[] {
  const seen = new Set<string>();
  return planned.filter((one) => !seen.has(nameOf(one)) && seen.add(nameOf(one)));
}

function refuseImpossible({ check, where }: PlannedCheck, { can, spec }: ChecksInput): void {
  const needs = [
    check.kind,
    ...(check.kind === 'count' && check.counted.what === 'broken' ? [check.counted.rule.kind] : []),
  ];
  if (needs.every((kind) => can.includes(kind))) return;
  throw fail('DPONE_CAPABILITY', `${withArticle(spec.sink.type)} sink cannot evaluate the check ${check.id}`, {
    where: where ?? whereOf(spec, 'quality.checks'),
    remedy: `It evaluates: ${can.join(', ') || 'none'}.`,
  });
}

const CONTRACT_ON = { strict: 'fail', coerce: 'fail', quarantine: 'quarantine', warn: 'warn' } as const;

const notNull = (column: string, on: StagingCheck['on'], from: CheckOrigin, where?: string): PlannedCheck => ({
  check: { id: `not_null.${column}`, kind: 'not_null', column, on },
  from,
  ...(where === undefined ? {} : { where }),
});
