import { catchUpAll } from './cluster.js';
import { engineClause, onCluster } from './design.js';
import { keyAmong } from './keys-sql.js';
import { plain, type ProgramContext, type Statement } from './program-context.js';
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
  const { tables, work, design } = ctx;
  const made = tableName(tables.made);
  const columns = columnList(workColumns(ctx).map((c) => c.name));
  return [
    ...catchUpAll(design, tables.made).map(plain),
    {
      sql: `DELETE FROM ${tableName(work)} WHERE ${keyAmong(key, keyColumns(ctx), tables.made, ` WHERE ${MADE} IN (${AS.gone}, ${AS.written})`)}`,
      tally: { gone: `SELECT count() FROM ${made} WHERE ${MADE} = ${AS.gone}` },
    },
    {
      sql: `INSERT INTO ${tableName(work)} (${columns}) SELECT ${columns} FROM ${made} WHERE ${MADE} = ${AS.written}`,
      tally: 'added_half',
    },
  ];
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
