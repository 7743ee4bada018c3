import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { fail, defineCodec, quoteIdent, type Codec, type FileSet, type RowBatch, type Schema } from '@dpone/sdk';
import { Client } from 'pg';
import { from, to } from 'pg-copy-streams';
import { z } from 'zod';
import { copyTextBatches } from '../../dist/copy-text-rows.js';

/** Reads what COPY sent by letting a server take it in, as the columns' own types. */
export const pgCopyCodec = (uri: () => string) =>
  defineCodec({
    summary: "COPY's bytes, read by a server",
    reads: ['pg-copy-binary', 'pg-copy-text'],
    writes: [],
    options: z.object({}),
    create: () => readingOnly((files, schema) => readBack(uri(), files, schema)),
  });

function readingOnly(read: Codec['read']): Codec {
  const none = (): never => {
    throw fail('DPONE_INTERNAL', 'this codec only reads');
  };
  return { read, describe: none, countRows: none, convert: none, write: none, close: () => Promise.resolve() };
}

async function* readBack(uri: string, files: FileSet, schema: Schema): AsyncGenerator<RowBatch> {
  const client = new Client(uri);
  await client.connect();
  try {
    await client.query("SET TimeZone = 'UTC'; SET IntervalStyle = 'iso_8601'; SET extra_float_digits = 3");
    const columns = schema.columns.map((c) => `${quoteIdent(c.name)} ${c.native!.type}`);
    await client.query(`CREATE TEMP TABLE back (${columns.join(', ')})`);
    const format = files.lane === 'pg-copy-binary' ? 'binary' : 'text';
    for (const path of files.paths)
      await pipeline(createReadStream(path), client.query(from(`COPY back FROM STDIN (FORMAT ${format})`)));
    yield* copyTextBatches(client.query(to('COPY back TO STDOUT')), schema);
  } finally {
    await client.end();
  }
}
