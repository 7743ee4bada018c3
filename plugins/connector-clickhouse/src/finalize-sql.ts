import { fail, type Column, type FinalizeStep, type LoadProgram, type SchemaChange, type TableRef } from '@dpone/sdk';
import { catchUpAll } from './cluster.js';
import { onCluster, tableClause, type Design } from './design.js';
import { keyAmong, keyParts } from './keys-sql.js';
import type { LoadTables } from './names.js';
import { predicateSql } from './predicate-sql.js';
import { columnList, ident, tableName, text } from './sql.js';
import { hasNullableKey } from './staging-sql.js';
import { sqlTime } from './meta-sql.js';
import type { TableFacts } from './table-facts.js';
import { commentOf, stagedType } from './types.js';

/** What a statement's change of the number of rows means. */
export type Tally =
  | 'inserted'
  | 'deleted'
  /** The two halves of a merge: what was removed is updated, what is added beyond it is inserted. */
  | 'removed_half'
  | 'added_half'
  /** Whole partitions of staging in the place of those that were there. */
  | 'replaced'
  /** Rows that are marked: their number is that of a query before. */
  | { readonly marked: string }
  | 'none';

export interface Statement {
  /** With {@link PARTITION} in it: one statement a partition of `partitionsOf`, made when they are known. */
  readonly sql: string;
  readonly tally: Tally;
  readonly partitionsOf?: TableRef;
}

export const PARTITION = '{partition}';

const plain = (sql: string): Statement => ({ sql, tally: 'none' });

export interface ProgramContext {
  readonly program: LoadProgram;
  readonly tables: LoadTables;
  /** The table that the statements change: the one beside the target. */
  readonly work: TableRef;
  /** The target before the load. */
  readonly facts: TableFacts | null;
  /** Whether staging has the work table's structure, so that its parts are linked. */
  readonly linked: boolean;
  readonly design: Design;
  readonly replacing: boolean;
}

/** Makes the table beside the target: empty where everything is replaced, else with the target's own parts. */
export function createNext(ctx: ProgramContext): Statement[] {
  const { program, work, facts, design } = ctx;
  const name = `${tableName(work)}${onCluster(design)}`;
  if (facts === null) {
    const schema = program.changes.find((c) => c.kind === 'create_table')?.schema;
    if (schema === undefined) throw fail('DPONE_INTERNAL', 'the target does not exist and the load does not make it');
    return [plain(createTable(name, schema.columns, design))];
  }
  const target = tableName(program.load.target);
  const made = plain(`CREATE TABLE ${name} AS ${target}`);
  return replacesAll(program) ? [made] : [made, linkInto(ctx, program.load.target, 'none')];
}

/**
 * Links a table's parts into the work table, which is empty. Of a replicated table `ATTACH ... FROM` leaves out a part
 * that is like another one to the last bit, as one that it has seen; `REPLACE` links them all.
 */
function linkInto({ work, design }: ProgramContext, from: TableRef, tally: Tally): Statement {
  const alter = `ALTER TABLE ${tableName(work)}`;
  if (!design.replicated) return { sql: `${alter} ATTACH PARTITION ALL FROM ${tableName(from)}`, tally };
  return { sql: `${alter} REPLACE PARTITION ID ${PARTITION} FROM ${tableName(from)}`, tally, partitionsOf: from };
}

export const replacesAll = (program: LoadProgram): boolean => program.steps[0]?.op === 'replace_all';

function createTable(name: string, columns: readonly Column[], design: Design): string {
  const list = columns.map((c) => `${ident(c.name)} ${stagedType(c)}${commentSql(c)}`).join(', ');
  return `CREATE TABLE ${name} (${list}) ${tableClause(design, design.engine, hasNullableKey(columns, design))}`;
}

function commentSql(column: Column): string {
  const said = commentOf(column);
  return said === undefined ? '' : ` COMMENT ${text(said)}`;
}

/** What the program does to the work table, in order. */
export function programStatements(ctx: ProgramContext): Statement[] {
  return [
    ...ctx.program.changes.flatMap((change) => changeStatements(change, ctx)).map(plain),
    ...ctx.program.steps.flatMap((step, i) => stepStatements(step, i, ctx)),
  ];
}

function changeStatements(change: SchemaChange, { work, facts, design }: ProgramContext): string[] {
  const alter = `ALTER TABLE ${tableName(work)}${onCluster(design)}`;
  switch (change.kind) {
    case 'create_table':
      return [];
    case 'add_column':
      return [
        `${alter} ADD COLUMN ${ident(change.column.name)} ${stagedType(change.column)}${commentSql(change.column)}`,
      ];
    case 'widen_column': {
      const { native: _, ...column } = change.column;
      return [`${alter} MODIFY COLUMN ${ident(column.name)} ${stagedType(column)}${commentSql(column)}`];
    }
    case 'drop_not_null': {
      const column = facts?.columns.find((c) => c.name === change.column);
      if (column === undefined) return [];
      return [`${alter} MODIFY COLUMN ${ident(column.name)} ${stagedType({ ...column, nullable: true })}`];
    }
  }
}

function stepStatements(step: FinalizeStep, index: number, ctx: ProgramContext): Statement[] {
  const { program, tables, work, linked } = ctx;
  const table = tableName(work);
  const staging = tableName(tables.rows);
  const columns = columnList(program.columns);
  const key = (names: readonly string[], from: TableRef): string => keyAmong(names, keyColumnsOf(ctx), from);
  const insert = (where: string, tally: Tally): Statement => ({
    sql: `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${staging}${where}`,
    tally,
  });
  const add = (tally: Tally): Statement =>
    linked && !ctx.design.replicated
      ? { sql: `ALTER TABLE ${table} ATTACH PARTITION ALL FROM ${staging}`, tally }
      : insert('', tally);
  switch (step.op) {
    case 'replace_all':
      return [
        ...(index === 0 ? [] : [{ sql: `TRUNCATE TABLE ${table} SYNC`, tally: 'deleted' as const }]),
        linked && index === 0 ? linkInto(ctx, tables.rows, 'inserted') : add('inserted'),
      ];
    case 'append':
      if (step.unlessKey === undefined) return [add('inserted')];
      return [insert(` WHERE NOT (${key(step.unlessKey, work)})`, 'inserted')];
    case 'merge':
      return ctx.replacing ? [add('inserted')] : mergeStatements(step, ctx, add);
    case 'delete':
      return [{ sql: `DELETE FROM ${table} WHERE ifNull(${predicateSql(step.where)}, false)`, tally: 'deleted' }];
    case 'replace_partitions':
      return replacePartitions(step, ctx, add);
    case 'remove_absent': {
      const absent = `NOT (${key(step.key, tables.rows)})`;
      if (step.how === 'delete') return [{ sql: `DELETE FROM ${table} WHERE ${absent}`, tally: 'deleted' }];
      const marked = `isNull(\`__dpone__deleted_at\`) AND ${absent}`;
      const at = `toDateTime64(${text(sqlTime(program.load.startedAt))}, 6, 'UTC')`;
      return [
        {
          sql: `ALTER TABLE ${table} UPDATE \`__dpone__deleted_at\` = ${at} WHERE ${marked}`,
          tally: { marked: `SELECT count() FROM ${table} WHERE ${marked}` },
        },
      ];
    }
    default:
      throw fail('DPONE_CAPABILITY', `the clickhouse sink does not carry out ${step.op}`);
  }
}

/** A key column that can be NULL on either side is compared as one that can. */
const keyColumnsOf = ({ program, facts }: ProgramContext): readonly Column[] =>
  program.columns.map((c) => ({
    ...c,
    nullable: c.nullable || (facts?.columns.find((one) => one.name === c.name)?.nullable ?? false),
  }));

/** `upsert` differs where the target has columns that staging lacks: matched rows keep their values of those. */
function mergeStatements(
  step: FinalizeStep & { op: 'merge' },
  ctx: ProgramContext,
  add: (tally: Tally) => Statement,
): Statement[] {
  const { program, tables, work, facts } = ctx;
  const removal: Statement = {
    sql: `DELETE FROM ${tableName(work)} WHERE ${keyAmong(step.key, keyColumnsOf(ctx), tables.rows)}`,
    tally: 'removed_half',
  };
  const staged = new Set(program.columns.map((c) => c.name));
  const kept =
    step.by === 'upsert' ? (facts?.columns ?? []).filter((c) => !staged.has(c.name) && c.generated !== true) : [];
  if (kept.length === 0) return [removal, add('added_half')];
  const columns = columnList([...program.columns, ...kept]);
  const own = program.columns.map((c) => `s.${ident(c.name)}`);
  // The target is not changed yet: its rows still have what is to be kept.
  const from = kept.map((c) => `CAST(t.${ident(c.name)} AS ${c.native!.type})`);
  const parts = (alias: string): string =>
    keyParts(step.key, keyColumnsOf(ctx)).replaceAll(/`(?:[^`\\]|\\.)*`/g, (name) => `${alias}.${name}`);
  return [
    removal,
    {
      sql:
        `INSERT INTO ${tableName(work)} (${columns}) SELECT ${[...own, ...from].join(', ')} FROM ${tableName(tables.rows)} AS s ` +
        `LEFT ANY JOIN ${tableName(program.load.target)} AS t ON tuple(${parts('s')}) = tuple(${parts('t')}) ` +
        'SETTINGS join_use_nulls = 0',
      tally: 'added_half',
    },
  ];
}

/** Whether the table's partitions are the values of a column, so that whole ones can be replaced natively. */
export const partitionedBy = (facts: TableFacts | null, column: string): boolean =>
  facts !== null && (facts.partitionKey === column || facts.partitionKey === ident(column));

function replacePartitions(
  step: FinalizeStep & { op: 'replace_partitions' },
  ctx: ProgramContext,
  add: (tally: Tally) => Statement,
): Statement[] {
  const { facts, tables, work, linked } = ctx;
  const own = partitionedBy(facts, step.column);
  if (step.native === 'required' && !own)
    throw fail('DPONE_CAPABILITY', `the target's partitions are not the values of ${step.column}`, {
      where: 'sink.strategy.partition',
      remedy: `Make the table PARTITION BY ${step.column}, or set native partitions to auto: rows are then replaced by the column's values.`,
    });
  if (own && linked && step.native !== 'never')
    return [
      {
        sql: `ALTER TABLE ${tableName(work)} REPLACE PARTITION ID ${PARTITION} FROM ${tableName(tables.rows)}`,
        tally: 'replaced',
        partitionsOf: tables.rows,
      },
    ];
  const key = keyAmong([step.column], keyColumnsOf(ctx), tables.rows);
  return [{ sql: `DELETE FROM ${tableName(work)} WHERE ${key}`, tally: 'deleted' }, add('inserted')];
}

/** Statements by which the new table takes the target's place. */
export function takePlace(ctx: ProgramContext, atomic: boolean): string[] {
  const { program, tables, facts, design } = ctx;
  const [target, next, old] = [program.load.target, tables.next, tables.old].map(tableName);
  const on = onCluster(design);
  const all = catchUpAll(design, tables.next);
  if (facts === null) return [...all, `RENAME TABLE ${next} TO ${target}${on}`];
  if (atomic) return [...all, `EXCHANGE TABLES ${next} AND ${target}${on}`];
  return [...all, `RENAME TABLE ${target} TO ${old}, ${next} TO ${target}${on}`];
}
