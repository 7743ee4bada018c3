import type { Schema, TableRef } from '@dpone/sdk';
import { fromBatches, type Row } from '@dpone/testkit';
import type { FreshClickHouse } from '@dpone/test-services';
import { connection } from '../../dist/options.js';
import { jsonBatches, jsonColumn, ROWS_FORMAT } from '../../dist/rows-json.js';
import { Session } from '../../dist/session.js';
import { ident, tableName } from '../../dist/sql.js';
import { tableFacts } from '../../dist/table-facts.js';

const doing = { what: 'looking', code: 'DPONE_SOURCE_READ' } as const;

/** A session of the tests' own. */
export const openSession = (db: FreshClickHouse): Promise<Session> =>
  Session.open(connection.parse(db.uri), {}, 15_000);

/** The rows of a table, or null where there is none. */
export async function readTable(db: FreshClickHouse, table: TableRef): Promise<readonly Row[] | null> {
  const session = await openSession(db);
  try {
    const at = { schema: table.schema ?? db.name, name: table.name };
    const facts = await tableFacts(session, at, doing);
    if (facts === null) return null;
    const { columns } = facts;
    const schema: Schema = { columns };
    const json = columns.map((c) => jsonColumn(c));
    const list = json.map((c, i) => `${c.select} AS ${ident(`_${i}`)}`).join(', ');
    const sql = `SELECT ${list} FROM ${tableName(at)} FORMAT ${ROWS_FORMAT}`;
    const stream = await session.bytes(sql, doing, new AbortController().signal);
    return await fromBatches(jsonBatches(stream, schema, json, doing), schema);
  } finally {
    await session.close();
  }
}
