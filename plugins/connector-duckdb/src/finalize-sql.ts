import { fail, quoteIdent, type FinalizeStep, type LoadProgram, type SchemaChange, type TableRef } from '@dpone/sdk';
import { renamed } from '@dpone/sdk/connector';
import { copyToBackup, renameToBackup } from './backup-sql.js';
import { eventStatements } from './events-sql.js';
import { mergeStatements } from './merge-sql.js';
import type { StagingNames } from './names.js';
import { predicateSql } from './predicate-sql.js';
import { columnDefinition, columnList, DEFAULT_SCHEMA, keysMatch, sqlType, tableName } from './sql.js';
import { insertInto, plain, type Statement } from './statement.js';
import { carryOver, type TableFacts } from './target.js';
import { versionStatements } from './versions-sql.js';

/** Everything between BEGIN and the receipt, in order. The same for `plan` and for the load. */
export function programStatements(
  program: LoadProgram,
  names: StagingNames,
  facts: TableFacts | null,
  keepBackup: boolean = false,
): Statement[] {
  const target = program.load.target;
  const [first, ...rest] = program.steps;
  const swap = first?.op === 'replace_all' && first.by === 'swap' && swapRefused(program, facts) === null;
  if (swap && rest.length === 0) return swapStatements(program, names, facts, keepBackup);
  const after = facts === null ? null : { ...facts, columns: renamed(facts.columns, program) };
  return [
    ...(keepBackup && facts !== null ? copyToBackup(program.load, facts).map(plain) : []),
    ...program.changes.flatMap((change) => changeStatements(target, change)).map(plain),
    ...program.steps.flatMap((step) => stepStatements(step, program, names, after)),
  ];
}

/** Why staging cannot simply take the target's name; null where it can. */
export function swapRefused(program: LoadProgram, facts: TableFacts | null): string | null {
  if (facts === null) return null;
  if (facts.keeps.length > 0) return `the table has ${facts.keeps.join(', ')}`;
  const staged = new Set(program.columns.map((c) => c.name));
  const missing = facts.columns.filter((c) => !staged.has(c.name));
  return missing.length > 0 ? `the load does not fill ${missing.map((c) => c.name).join(', ')}` : null;
}

function swapStatements(
  program: LoadProgram,
  names: StagingNames,
  facts: TableFacts | null,
  keepBackup: boolean,
): Statement[] {
  const { target } = program.load;
  const table = tableName(target);
  const statements: Statement[] = [];
  if (facts !== null)
    statements.push(...(keepBackup ? renameToBackup(program.load, facts) : [`DROP TABLE ${table}`]).map(plain));
  // A table cannot change its schema by a rename: staging that is kept elsewhere is copied.
  if (!names.scratch && names.schema === (target.schema ?? DEFAULT_SCHEMA)) {
    statements.push(plain(`COMMENT ON TABLE ${names.rows} IS NULL`));
    statements.push({ sql: `ALTER TABLE ${names.rows} RENAME TO ${quoteIdent(target.name)}`, tally: 'swapped' });
  } else statements.push({ sql: `CREATE TABLE ${table} AS FROM ${names.rows}`, tally: 'swapped' });
  return [...statements, ...afterSwap(program, table, facts).map(plain)];
}

function afterSwap(program: LoadProgram, table: string, facts: TableFacts | null): string[] {
  if (facts !== null) {
    const loosened = program.changes.flatMap((c) => (c.kind === 'drop_not_null' ? [c.column] : []));
    return carryOver(table, facts, new Set(loosened));
  }
  const created = program.changes.flatMap((c) => (c.kind === 'create_table' ? c.schema.columns : []));
  return created.filter((c) => !c.nullable).map((c) => `ALTER TABLE ${table} ALTER ${quoteIdent(c.name)} SET NOT NULL`);
}

export function changeStatements(target: TableRef, change: SchemaChange): string[] {
  const table = tableName(target);
  switch (change.kind) {
    case 'create_table': {
      const columns = change.schema.columns.map((c) => columnDefinition(c) + (c.nullable ? '' : ' NOT NULL'));
      return [`CREATE TABLE ${table} (${columns.join(', ')})`];
    }
    case 'add_column':
      return [`ALTER TABLE ${table} ADD COLUMN ${columnDefinition(change.column)}`];
    case 'widen_column':
      return [`ALTER TABLE ${table} ALTER ${quoteIdent(change.column.name)} SET DATA TYPE ${sqlType(change.column)}`];
    case 'drop_not_null':
      return [`ALTER TABLE ${table} ALTER ${quoteIdent(change.column)} DROP NOT NULL`];
    case 'rename_column':
      return [`ALTER TABLE ${table} RENAME ${quoteIdent(change.from)} TO ${quoteIdent(change.to)}`];
    case 'drop_column':
      return [`ALTER TABLE ${table} DROP COLUMN ${quoteIdent(change.column)}`];
  }
}

function stepStatements(
  step: FinalizeStep,
  program: LoadProgram,
  names: StagingNames,
  facts: TableFacts | null,
): Statement[] {
  const table = tableName(program.load.target);
  const columns = columnList(program.columns);
  const insert = (where = ''): Statement => ({
    sql: `${insertInto(program)} SELECT ${columns} FROM ${names.rows} AS s${where}`,
    tally: 'inserted',
  });
  switch (step.op) {
    case 'replace_all':
      return [{ sql: `DELETE FROM ${table}`, tally: 'deleted' }, insert()];
    case 'append':
      if (step.unlessKey === undefined) return [insert()];
      return [insert(` WHERE NOT EXISTS (SELECT 1 FROM ${table} AS t WHERE ${keysMatch('t', 's', step.unlessKey)})`)];
    case 'merge':
      return mergeStatements(step, program, names.rows, facts);
    case 'delete':
      return [{ sql: `DELETE FROM ${table} WHERE ${predicateSql(step.where)}`, tally: 'deleted' }];
    case 'replace_partitions': {
      if (step.native === 'required')
        throw fail('DPONE_CAPABILITY', 'DuckDB has no partitions of its own to exchange', {
          remedy: 'Set native partitions to auto or never: rows are then replaced by the partition column.',
        });
      const match = keysMatch('t', 's', [step.column]);
      return [
        {
          sql: `DELETE FROM ${table} AS t WHERE EXISTS (SELECT 1 FROM ${names.rows} AS s WHERE ${match})`,
          tally: 'deleted',
        },
        insert(),
      ];
    }
    case 'remove_absent': {
      const absent = `NOT EXISTS (SELECT 1 FROM ${names.rows} AS s WHERE ${keysMatch('t', 's', step.key)})`;
      if (step.how === 'delete') return [{ sql: `DELETE FROM ${table} AS t WHERE ${absent}`, tally: 'deleted' }];
      const at = `CAST('${program.load.startedAt}' AS TIMESTAMPTZ)`;
      return [
        {
          sql: `UPDATE ${table} AS t SET "__dpone__deleted_at" = ${at} WHERE t."__dpone__deleted_at" IS NULL AND ${absent}`,
          tally: 'deleted',
        },
      ];
    }
    case 'add_versions':
      return versionStatements(step, program, names.rows);
    case 'apply_events':
      return eventStatements(step, program, names.rows, facts);
  }
}
