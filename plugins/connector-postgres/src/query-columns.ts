import type { QueryConfig } from 'pg';
import { fail, type Column } from '@dpone/sdk';
import { toColumn } from './catalog-columns.js';
import { catalogRows } from './catalog-query.js';
import { postgresError, type Doing } from './errors.js';
import type { Session } from './session.js';

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
  readonly dataTypeModifier: number;
}

/**
 * The columns of a SELECT, as the server describes them without reading a row; domains are described as their base
 * type. Whether a column can be NULL is not known, so all are nullable.
 */
export async function queryColumns(session: Session, sql: string, doing: Doing): Promise<Column[]> {
  const fields = await describe(session, sql, doing);
  const names = fields.map((field) => field.name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw fail('DPONE_SOURCE_READ', `${doing.what}: the query has two columns named ${twice}`, {
      remedy: 'Give each column of the query a name of its own (AS ...).',
    });
  if (fields.length === 0) return [];
  const rows = await catalogRows(
    session,
    `SELECT format_type(t.oid, t.typmod) AS native
      FROM ROWS FROM (unnest(ARRAY[${fields.map((f) => `${f.dataTypeID}::oid`).join(', ')}]),
        unnest(ARRAY[${fields.map((f) => f.dataTypeModifier).join(', ')}])) WITH ORDINALITY AS t(oid, typmod, position)
      ORDER BY t.position`,
    doing,
  );
  return fields.map((field, at) =>
    toColumn({ name: field.name, native: rows[at]!['native']!, notNull: false, generated: '', comment: null }),
  );
}

/** By the extended protocol, which takes one statement only. */
async function describe(session: Session, sql: string, doing: Doing): Promise<readonly Field[]> {
  const query: QueryConfig & { readonly queryMode: 'extended' } = {
    text: `SELECT * FROM (\n${sql}\n) AS q LIMIT 0`,
    queryMode: 'extended',
  };
  try {
    return (await session.client.query(query)).fields;
  } catch (error) {
    throw postgresError(error, doing);
  }
}
