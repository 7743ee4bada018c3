import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { fail, defineCodec, quoteIdent, type Codec } from '@dpone/sdk';
import { fromBatches } from '@dpone/testkit';
import { Client } from 'pg';
import { to } from 'pg-copy-streams';
import { z } from 'zod';
import { createTable, insertRows } from './seed-table.js';

/** Writes COPY's bytes by letting a server say them, from a table that plain INSERTs filled. */
export const pgCopyWriter = (uri: () => string) =>
  defineCodec({
    summary: "COPY's bytes, written by a server",
    reads: ['pg-copy-binary', 'pg-copy-text'],
    writes: ['pg-copy-binary', 'pg-copy-text'],
    options: z.object({}),
    create: () => writingOnly(uri),
  });

function writingOnly(uri: () => string): Codec {
  const none = (): never => {
    throw fail('DPONE_INTERNAL', 'this codec only writes');
  };
  return {
    read: none,
    describe: none,
    countRows: none,
    convert: none,
    write: async (batches, schema, target) => {
      const fixture = { name: 'written', schema, rows: await fromBatches(batches, schema) };
      const client = new Client(uri());
      await client.connect();
      try {
        const table = `pg_temp.${quoteIdent(fixture.name)}`;
        await client.query(createTable(table, fixture) + insertRows(table, fixture));
        const format = target.lane === 'pg-copy-binary' ? 'binary' : 'text';
        const copy = client.query(to(`COPY ${table} TO STDOUT (FORMAT ${format})`));
        await pipeline(copy, createWriteStream(target.path));
        return { rows: fixture.rows.length, bytes: (await stat(target.path)).size };
      } finally {
        await client.end();
      }
    },
    close: () => Promise.resolve(),
  };
}
