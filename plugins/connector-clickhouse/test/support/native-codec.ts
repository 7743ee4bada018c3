import { createReadStream } from 'node:fs';
import { defineCodec, fail, type Codec, type FileSet, type RowBatch, type Schema } from '@dpone/sdk';
import { z } from 'zod';
import { connection } from '../../dist/options.js';
import { jsonBatches, jsonColumn, ROWS_FORMAT } from '../../dist/rows-json.js';
import { Session } from '../../dist/session.js';
import { ident } from '../../dist/sql.js';

const doing = { what: 'decoding', code: 'DPONE_SOURCE_READ' } as const;
let tables = 0;

/** Reads files of the native lane by the server that wrote them, into a table of its own. */
export const nativeCodec = (uri: () => string) =>
  defineCodec({
    summary: 'blocks of ClickHouse',
    reads: ['native'],
    writes: [],
    options: z.object({}),
    create: () => new NativeCodec(uri()),
  });

const refuse = (): Promise<never> => Promise.reject(fail('DPONE_INTERNAL', 'the codec of the tests reads rows alone'));

class NativeCodec implements Codec {
  readonly #uri: string;
  readonly describe = refuse;
  readonly countRows = refuse;
  readonly convert = refuse;
  readonly write = refuse;

  constructor(uri: string) {
    this.#uri = uri;
  }

  async *read(files: FileSet, schema: Schema, signal: AbortSignal): AsyncGenerator<RowBatch> {
    const session = await Session.open(connection.parse(this.#uri), {}, 15_000);
    try {
      const name = `decoded_${++tables}`;
      const columns = schema.columns.map((c) => `${ident(c.name)} ${c.native!.type}`);
      await session.run(`CREATE TABLE ${name} (${columns.join(', ')}) ENGINE = MergeTree ORDER BY tuple()`, doing);
      await session.send(`INSERT INTO ${name} FORMAT Native`, createReadStream(files.paths[0]!), doing, signal);
      const json = schema.columns.map((c) => jsonColumn(c));
      const list = json.map((c, i) => `${c.select} AS ${ident(`_${i}`)}`).join(', ');
      const stream = await session.bytes(`SELECT ${list} FROM ${name} FORMAT ${ROWS_FORMAT}`, doing, signal);
      yield* jsonBatches(stream, schema, json, doing);
    } finally {
      await session.close();
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
