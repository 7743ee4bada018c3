import { fail, type SinkCapabilities, type StagingCheck } from '@dpone/sdk';
import type { ProcessSpec, QualityRule } from '../manifest/process-spec.js';
import { whereOf } from './where.js';

export interface ChecksInput {
  readonly spec: ProcessSpec;
  /** The strategy's own, under staged names. */
  readonly strategy: readonly StagingCheck[];
  /** Staged columns, and which of them the target declares NOT NULL though the source may send NULL. */
  readonly columns: readonly string[];
  readonly notNull: readonly string[];
  readonly relaxable: readonly string[];
  readonly can: SinkCapabilities['checks'];
}

/** Where a check comes from decides the error that a red one raises. */
export interface PlannedCheck {
  readonly check: StagingCheck;
  readonly from: 'strategy' | 'contract' | 'target' | 'quality';
}

/** Every check of a load, each once: the strategy's, the contract's, the target's NOT NULL columns and the quality rules. */
export function planChecks(input: ChecksInput): PlannedCheck[] {
  const { spec } = input;
  const on = CONTRACT_ON[spec.schemaContract.enforcement];
  const required = Object.entries(spec.schemaContract.columns).filter(([, rule]) => !rule.nullable);
  const planned: PlannedCheck[] = [
    ...input.strategy.map((check) => ({ check, from: 'strategy' as const })),
    ...required.flatMap(([name]) => {
      const column = staged(name, input);
      return column === undefined ? [] : [notNull(column, on, 'contract')];
    }),
    ...input.notNull
      .filter((column) => !input.relaxable.includes(column))
      .map((column) => notNull(column, on === 'quarantine' ? 'quarantine' : 'fail', 'target')),
    ...spec.quality.flatMap((rule, i) => fromRule(rule, `quality.checks[${i}]`, input)),
  ];
  const seen = new Set<string>();
  const once = planned.filter(
    ({ check }) => !seen.has(`${check.id} ${check.on}`) && seen.add(`${check.id} ${check.on}`),
  );
  for (const { check } of once)
    if (!input.can.includes(check.kind))
      throw fail('DPONE_CAPABILITY', `a ${spec.sink.type} sink cannot evaluate the check ${check.id}`, {
        where: whereOf(spec, 'quality.checks'),
        remedy: `It evaluates: ${input.can.join(', ') || 'none'}.`,
      });
  return once;
}

const CONTRACT_ON = { strict: 'fail', coerce: 'fail', quarantine: 'quarantine', warn: 'warn' } as const;

const notNull = (column: string, on: StagingCheck['on'], from: PlannedCheck['from']): PlannedCheck => ({
  check: { id: `not_null.${column}`, kind: 'not_null', column, on },
  from,
});

const staged = (name: string, input: ChecksInput): string | undefined =>
  input.columns.find((c) => c.toLowerCase() === name.toLowerCase());

function fromRule(rule: QualityRule, at: string, input: ChecksInput): PlannedCheck[] {
  const where = whereOf(input.spec, at);
  const columns = rule.columns.map((name) => {
    const column = staged(name, input);
    if (column !== undefined) return column;
    throw fail(
      'DPONE_MANIFEST_INVALID',
      `the quality rule ${rule.check} names the column "${name}", which is not loaded`,
      {
        where,
        remedy: `Loaded are: ${input.columns.join(', ')}.`,
      },
    );
  });
  const from = 'quality';
  const { on } = rule;
  const whole = rule.check === 'min_rows' || rule.check === 'max_null_ratio';
  if (whole && on === 'quarantine')
    throw fail('DPONE_OPTION_CONFLICT', `${rule.check} judges the whole load, so no row can be set aside for it`, {
      where,
      remedy: 'Use mode: fail or warn.',
    });
  switch (rule.check) {
    case 'not_null':
      return columns.map((column) => notNull(column, on, from));
    case 'unique':
      return [{ check: { id: `unique.${columns.join('+')}`, kind: 'unique', columns, on }, from }];
    case 'accepted_values':
      return columns.map((column) => ({
        check: { id: `accepted_values.${column}`, kind: 'accepted_values', column, values: rule.values ?? [], on },
        from,
      }));
    case 'min_rows':
      return [{ check: { id: 'min_rows', kind: 'min_rows', rows: rule.value ?? 1, on }, from }];
    case 'max_null_ratio':
      return columns.map((column) => ({
        check: { id: `max_null_ratio.${column}`, kind: 'max_null_ratio', column, ratio: rule.value ?? 0, on },
        from,
      }));
  }
}
