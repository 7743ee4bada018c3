import type { Column } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { StagingNames } from './names.js';
import { readValue, selected } from './read-value.js';
import type { Session } from './session.js';
import { BINARY, quoteName, textLiteral } from './sql.js';
import { isText, parseNative, SYSTEM } from './types.js';

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
  const { column, type, names } = call;
  const rejected = await session.count(`SELECT COUNT_BIG(*) AS n FROM ${names.rejects}`, doing);
  const own: Column = { ...column, name: 'v', native: { system: SYSTEM, type: readAs(type) } };
  const row = await session.row(`SELECT ${selected(own)} AS v FROM (${maxSql(call, rejected > 0)}) AS m`, doing);
  const value = row?.['v'];
  return value === null || value === undefined ? null : String(readValue(own)(value)).trim();
}

/** The largest as a row of one column `v`. */
export function maxSql({ name, type, names }: MaxCall, rejected: boolean): string {
  const inRejects = `TRY_CONVERT(${type}, JSON_VALUE([row], ${textLiteral(`$.${JSON.stringify(name)}`)}))`;
  const more = rejected ? ` UNION ALL SELECT MAX(${ordered(inRejects, type)}) FROM ${names.rejects}` : '';
  return `SELECT MAX(v) AS v FROM (SELECT MAX(${ordered(quoteName(name), type)}) AS v FROM ${names.rows}${more}) AS f`;
}

/** As the source compares: texts by their code units, a uuid by its text (SQL Server orders its last bytes first). */
function ordered(value: string, type: string): string {
  if (isText(type)) return `${value} COLLATE ${BINARY}`;
  return parseNative(type).base === 'uniqueidentifier' ? `CONVERT(char(36), ${value}) COLLATE ${BINARY}` : value;
}

const readAs = (type: string): string => (parseNative(type).base === 'uniqueidentifier' ? 'char(36)' : type);
