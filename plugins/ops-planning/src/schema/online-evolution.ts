import { createHash } from 'node:crypto';
import { changeDdl } from './change-ddl.js';
import type { SchemaChange } from './compare-schemas.js';
import type { DialectName } from './dialects.js';

export const DDL_MODES = ['online', 'safe_window', 'plan_only', 'manual_approval'] as const;

export interface DdlPolicy {
  readonly tables: 'evolve';
  readonly columns: 'evolve';
  readonly data_type: 'widen';
  readonly ddl_mode: (typeof DDL_MODES)[number];
  readonly lock_timeout_seconds: number | null;
  readonly statement_timeout_seconds: number | null;
  readonly max_table_size_for_inline_ddl: number | null;
  readonly on_schema_change: 'apply';
  readonly ledger_path: null;
  readonly allow_blocking_online: false;
}

export const ddlPolicy = (
  given: Partial<
    Pick<DdlPolicy, 'ddl_mode' | 'lock_timeout_seconds' | 'statement_timeout_seconds' | 'max_table_size_for_inline_ddl'>
  > = {},
): DdlPolicy => ({
  tables: 'evolve',
  columns: 'evolve',
  data_type: 'widen',
  ddl_mode: 'online',
  lock_timeout_seconds: null,
  statement_timeout_seconds: null,
  max_table_size_for_inline_ddl: null,
  on_schema_change: 'apply',
  ledger_path: null,
  allow_blocking_online: false,
  ...given,
});

type Risk = 'metadata_only' | 'low_lock' | 'blocking' | 'breaking' | 'unsupported';

export interface GovernedAction {
  readonly schema_change_id: string;
  readonly change_type: string;
  readonly column: string;
  readonly risk_level: Risk;
  readonly online_supported: boolean;
  readonly decision: 'apply' | 'defer' | 'manual_approval';
  readonly approval_status: 'applied' | 'pending';
  readonly ddl: readonly string[];
  readonly reason: string;
}

export interface OnlineEvolution {
  readonly dialect: DialectName;
  readonly table: string;
  readonly policy: DdlPolicy;
  readonly online_eligible: boolean;
  readonly passed: boolean;
  readonly blockers: readonly string[];
  readonly expand_contract_plan: readonly string[];
  readonly actions: readonly GovernedAction[];
}

/** Which changes can be made while the table is used, and which have to wait for a window or a person. */
export function onlineEvolution(
  changes: readonly SchemaChange[],
  dialect: DialectName,
  table: string,
  policy: DdlPolicy,
): OnlineEvolution {
  const actions = changes.map((change) => govern(change, dialect, table, policy));
  const blockers = actions.flatMap(blockerOf);
  return {
    dialect,
    table,
    policy,
    online_eligible: blockers.length === 0 && actions.every((action) => action.online_supported),
    passed: blockers.length === 0,
    blockers,
    expand_contract_plan: actions
      .filter(({ risk_level }) => ['blocking', 'breaking', 'unsupported'].includes(risk_level))
      .map(expandContract),
    actions,
  };
}

function govern(change: SchemaChange, dialect: DialectName, table: string, policy: DdlPolicy): GovernedAction {
  const risk = riskOf(change, dialect);
  const decision = decide(risk, policy);
  return {
    schema_change_id: changeId(change, dialect, table),
    change_type: change.change_type,
    column: change.column,
    risk_level: risk,
    online_supported: risk === 'metadata_only' || risk === 'low_lock',
    decision,
    approval_status: decision === 'apply' ? 'applied' : 'pending',
    ddl: [...timeouts(dialect, policy), ...changeDdl(change, dialect, table)],
    reason: `${change.reason}; ${RISKS[risk]}`,
  };
}

const RISKS: Readonly<Record<Risk, string>> = {
  metadata_only: 'only the catalog changes',
  low_lock: 'the lock is short',
  blocking: 'the table may be locked or rewritten',
  breaking: 'readers or writers break',
  unsupported: 'the system cannot do it in place',
};

function riskOf({ change_type, breaking, source }: SchemaChange, dialect: DialectName): Risk {
  if (breaking) return 'breaking';
  switch (change_type) {
    case 'add_column':
    case 'add_generated_column':
      return source?.nullable === true ? 'metadata_only' : 'blocking';
    case 'map_to_generated_column':
      return 'metadata_only';
    case 'type_widen':
      return dialect === 'bigquery' ? 'low_lock' : 'blocking';
    default:
      return 'unsupported';
  }
}

function decide(risk: Risk, { ddl_mode }: DdlPolicy): GovernedAction['decision'] {
  if (ddl_mode === 'manual_approval') return 'manual_approval';
  if (ddl_mode === 'plan_only' || risk === 'breaking' || risk === 'unsupported') return 'defer';
  return ddl_mode === 'online' && risk === 'blocking' ? 'defer' : 'apply';
}

/** Other tools make the same id of the same change: approvals refer to it. */
const changeId = ({ change_type, column, reason }: SchemaChange, dialect: DialectName, table: string): string =>
  `sch_${createHash('sha256').update(`${dialect}:${table}:${change_type}:${column}:${reason}`).digest('hex').slice(0, 24)}`;

function timeouts(
  dialect: DialectName,
  { lock_timeout_seconds: lock, statement_timeout_seconds: run }: DdlPolicy,
): string[] {
  if (dialect === 'mssql') return lock === null ? [] : [`SET LOCK_TIMEOUT ${lock * 1000}`];
  if (dialect !== 'postgres') return [];
  return [
    ...(lock === null ? [] : [`SET lock_timeout = '${lock}s'`]),
    ...(run === null ? [] : [`SET statement_timeout = '${run}s'`]),
  ];
}

function blockerOf({ decision, risk_level, change_type, column }: GovernedAction): string[] {
  if (decision === 'apply' || risk_level === 'metadata_only') return [];
  const hard = risk_level === 'breaking' || risk_level === 'unsupported';
  const word = hard ? risk_level : decision === 'manual_approval' ? decision : 'blocking';
  return [`schema_evolution.${word}:${change_type}:${column}`];
}

/** Compared word by word by whoever reads plans of both systems. */
const expandContract = ({ change_type, column }: GovernedAction): string =>
  `expand-contract required for ${change_type}:${column}: expand compatible schema, route new values safely, backfill if needed, then contract manually`;
