import { quoteIdent, quoteLiteral } from '@dpone/sdk';
import { rollbackNames, type RollbackNames, type RollbackSink } from './rollback-names.js';

/** A step of a rollback by hand. */
export interface RollbackAction {
  readonly kind: string;
  readonly sql: string;
  readonly risk: 'low' | 'medium';
}

const bracketed = (name: string): string => `[${name.replaceAll(']', ']]')}]`;
const backticked = (name: string): string => `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;

const joined = (names: RollbackNames, name: string, quote: (name: string) => string): string =>
  [...names.path, name].map(quote).join('.');

const steps = (kind: string, look: string, change: string, doing: string): readonly RollbackAction[] => [
  { kind, sql: look, risk: 'low' },
  { kind: doing, sql: change, risk: 'medium' },
];

const renames = (table: string, backup: string, names: RollbackNames, begin: string): string =>
  `${begin}; ALTER TABLE ${table} RENAME TO ${quoteIdent(names.failed)}; ` +
  `ALTER TABLE ${backup} RENAME TO ${quoteIdent(names.table)}; COMMIT`;

const PLANS: Readonly<Record<RollbackSink, (names: RollbackNames) => readonly RollbackAction[]>> = {
  postgres: (names) => {
    const at = (name: string): string => joined(names, name, quoteIdent);
    const look = `SELECT to_regclass(${quoteLiteral(at(names.backup))})`;
    return steps('validate_backup', look, renames(at(names.table), at(names.backup), names, 'BEGIN'), 'swap_backup');
  },
  duckdb: (names) => {
    const at = (name: string): string => joined(names, name, quoteIdent);
    const look = `SELECT count(*) FROM ${at(names.backup)}`;
    return steps(
      'validate_backup',
      look,
      renames(at(names.table), at(names.backup), names, 'BEGIN TRANSACTION'),
      'swap_backup',
    );
  },
  mssql: (names) => {
    const at = (name: string): string => `N${quoteLiteral(joined(names, name, bracketed))}`;
    // The new name is one part and unquoted: what stands in it becomes the name as it is.
    const rename = (from: string, to: string): string => `EXEC sp_rename ${at(from)}, N${quoteLiteral(to)}`;
    const change =
      `BEGIN TRANSACTION; ${rename(names.table, names.failed)}; ` +
      `${rename(names.backup, names.table)}; COMMIT TRANSACTION`;
    return steps('validate_backup', `SELECT OBJECT_ID(${at(names.backup)})`, change, 'swap_backup');
  },
  clickhouse: (names) => {
    const at = (name: string): string => joined(names, name, backticked);
    const backup = at(names.backup);
    return steps(
      'validate_shadow',
      `EXISTS TABLE ${backup}`,
      `EXCHANGE TABLES ${at(names.table)} AND ${backup}`,
      'exchange_backup',
    );
  },
  bigquery: (names) => {
    const at = (name: string): string => backticked([...names.path, name].join('.'));
    const look =
      `SELECT table_name FROM ${names.path.length === 0 ? '' : `${backticked(names.path.join('.'))}.`}` +
      `INFORMATION_SCHEMA.TABLES WHERE table_name = ${bigqueryText(names.backup)}`;
    // A copy keeps partitioning and clustering, which a SELECT would lose.
    const change = `CREATE OR REPLACE TABLE ${at(names.table)} COPY ${at(names.backup)}`;
    return steps('validate_snapshot', look, change, 'copy_backup');
  },
};

const bigqueryText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** Two steps: look whether the backup is there, then put it in the target's place. */
export const rollbackActions = (sink: RollbackSink, target: string, loadId: string): readonly RollbackAction[] =>
  PLANS[sink](rollbackNames(sink, target, loadId));
