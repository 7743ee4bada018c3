import { quoteIdent, type TableRef } from '@dpone/sdk';
import { fromBatches, type Row } from '@dpone/testkit';
import type { FreshDatabase } from '@dpone/test-services';
import { Client } from 'pg';
import { to } from 'pg-copy-streams';
import { copyTextBatches } from '../../dist/copy-text-rows.js';
import { canonicalType } from '../../dist/types.js';

/** The rows of a table, or null where there is none: its columns by the catalog, its values by the server's COPY. */
export async function readTable(db: FreshDatabase, table: TableRef): Promise<readonly Row[] | null> {
  const name = `${quoteIdent(table.schema ?? 'public')}.${quoteIdent(table.name)}`;
  const client = new Client(db.uri);
  await client.connect();
  try {
    await client.query("SET TimeZone = 'UTC'; SET IntervalStyle = 'iso_8601'; SET extra_float_digits = 3");
    const { rows } = await client.query<{ name: string; type: string }>(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
       WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      [name],
    );
    if (rows.length === 0) return null;
    const columns = rows.map((row) => ({ name: row.name, type: canonicalType(row.type), nullable: true }));
    const copy = client.query(to(`COPY ${name} TO STDOUT`));
    return await fromBatches(copyTextBatches(copy, { columns }), { columns });
  } finally {
    await client.end();
  }
}
