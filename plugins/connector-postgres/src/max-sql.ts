import { quoteIdent, type Column } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { StagingNames } from './names.js';
import type { Session } from './session.js';
import { textLiteral } from './sql.js';
import { parseNative } from './types.js';

export interface MaxCall {
  readonly name: string;
  readonly column: Column;
  /** The column's type in staging. */
  readonly type: string;
  readonly names: StagingNames;
}

/**
 * The largest value of a column in staging and among the rejected rows, as the rows lane writes it; null where there is
 * none. A rejected row's value that is none of the column's type is left out.
 */
export async function maxOf(session: Session, call: MaxCall, doing: Doing): Promise<string | null> {
  const { name, type, names } = call;
  const rejected = await session.count(`SELECT count(*) FROM ${names.rejects}`, doing);
  const ordered = (value: string): string => (isText(type) ? `${value} COLLATE "C"` : value);
  let values = `SELECT max(${ordered(quoteIdent(name))}) AS v FROM ${names.rows}`;
  if (rejected > 0) {
    await session.run(
      `CREATE OR REPLACE FUNCTION pg_temp.dpone_value(text) RETURNS ${type} LANGUAGE plpgsql AS ` +
        `$$BEGIN RETURN CAST($1 AS ${type}); EXCEPTION WHEN data_exception THEN RETURN NULL; END$$`,
      doing,
    );
    const text = `"row"::json ->> ${textLiteral(name)}`;
    values += ` UNION ALL SELECT max(${ordered(`pg_temp.dpone_value(${text})`)}) FROM ${names.rejects}`;
  }
  const row = await session.row(`SELECT ${canonicalText(call.column, 'max(v)')} AS v FROM (${values}) AS found`, doing);
  return row?.['v'] ?? null;
}

/** Types whose order depends on a collation: the source compares their bytes, whatever the target's collation is. */
const isText = (type: string): boolean => ['text', 'character varying', 'character'].includes(parseNative(type).base);

const DATE_TIME = 'YYYY-MM-DD"T"HH24:MI:SS.US';

/** A value as the rows lane's text. */
function canonicalText(column: Column, value: string): string {
  const { type } = column;
  if (type.kind !== 'timestamp') return `${value}::text`;
  return type.tz ? `to_char(${value} AT TIME ZONE 'UTC', '${DATE_TIME}"Z"')` : `to_char(${value}, '${DATE_TIME}')`;
}
