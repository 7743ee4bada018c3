import { catchUpAll } from './cluster.js';
import { engineClause, onCluster } from './design.js';
import { keyAmong } from './keys-sql.js';
import { plain, type ProgramContext, type Statement, type Tally } from './program-context.js';
import { columnList, ident, tableName } from './sql.js';
import { dropOnCluster } from './staging-sql.js';
import { emptyValue, workColumns, type WorkColumn } from './work-columns.js';

/** What a row of the table of made rows is for. */
export const MADE = '__dpone__made';
export const AS = {
  /** It is written in the place of the target's rows of its key. */
  written: 1,
  /** Its key's rows go. */
  gone: 0,
  /** It says no more than that its key's rows are looked at. */
  asked: 2,
  /** A staged row, on the way to being one that is written. */
  fresh: 3,
  /** It is the target's row of its key, which is marked as deleted. */
  marked: 4,
  /** The same of a row that was marked before. */
  remarked: 5,
} as const;

/**
 * An empty table for the rows that a step works out before it changes anything: the work table's columns and what each
 * row is for. Every replica has it: a DELETE by its keys is carried out by all of them.
 */
export function createMade({ tables, work, design }: ProgramContext): Statement[] {
  return [
    ...dropOnCluster(design, tables.made),
    `CREATE TABLE ${tableName(tables.made)}${design.replicated ? onCluster(design) : ''} ENGINE = ` +
      `${engineClause('MergeTree', design)} ORDER BY tuple() EMPTY AS SELECT *, toUInt8(0) AS ${MADE} FROM ${tableName(work)}`,
  ].map(plain);
}

export const insertMade = ({ tables }: ProgramContext, columns: readonly string[], select: string): Statement =>
  plain(`INSERT INTO ${tableName(tables.made)} (${columnList([...columns, MADE])}) ${select}`);

/** The rows of the made keys go, and the made ones come. */
export function takeMade(ctx: ProgramContext, key: readonly string[]): Statement[] {
  const count = `SELECT count() FROM ${tableName(ctx.tables.made)} WHERE ${MADE} = ${AS.gone}`;
  return [...removeMade(ctx, key, [AS.gone, AS.written], { gone: count }), addMade(ctx, [AS.written], 'added_half')];
}

/** The same where no row goes for good: one that is no more, has a value in the column `mark`. */
export function takeMarked(ctx: ProgramContext, key: readonly string[], mark: string): Statement[] {
  const made = `SELECT count() FROM ${tableName(ctx.tables.made)} WHERE`;
  const marks = [AS.marked, AS.remarked];
  const marked = `${made} ${MADE} = ${AS.marked} OR (${MADE} = ${AS.written} AND isNotNull(${ident(mark)}))`;
  return [
    ...removeMade(ctx, key, [AS.written, ...marks], { staying: `${made} ${MADE} IN (${marks.join(', ')})` }),
    addMade(ctx, [AS.written], 'added_half'),
    addMade(ctx, marks, { marked }),
  ];
}

const removeMade = (
  ctx: ProgramContext,
  key: readonly string[],
  made: readonly number[],
  tally: Tally,
): Statement[] => [
  ...catchUpAll(ctx.design, ctx.tables.made).map(plain),
  {
    sql: `DELETE FROM ${tableName(ctx.work)} WHERE ${keyAmong(key, keyColumns(ctx), ctx.tables.made, ` WHERE ${MADE} IN (${made.join(', ')})`)}`,
    tally,
  },
];

function addMade(ctx: ProgramContext, made: readonly number[], tally: Tally): Statement {
  const columns = columnList(workColumns(ctx).map((c) => c.name));
  const rows = `${tableName(ctx.tables.made)} WHERE ${MADE} IN (${made.join(', ')})`;
  return { sql: `INSERT INTO ${tableName(ctx.work)} (${columns}) SELECT ${columns} FROM ${rows}`, tally };
}

/** A key column that can be NULL on either side is compared as one that can. */
export const keyColumns = ({ program, facts }: Pick<ProgramContext, 'program' | 'facts'>) =>
  program.columns.map((c) => ({
    ...c,
    nullable: c.nullable || (facts?.columns.find((one) => one.name === c.name)?.nullable ?? false),
  }));

/** Staging's columns as those of the work table; what staging lacks is empty. */
export const castStaged = (columns: readonly WorkColumn[]): string =>
  columns
    .map((c) => (c.staged ? `CAST(__s.${ident(c.name)} AS ${c.type})` : emptyValue(c)) + ` AS ${ident(c.name)}`)
    .join(', ');
