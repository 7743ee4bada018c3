import { Readable } from 'node:stream';
import { sharedPostgres, type PostgresEndpoint } from '@dpone/test-services';
import type { Schema } from '@dpone/sdk';
import { expect } from 'chai';
import fc from 'fast-check';
import { Client } from 'pg';
import { to } from 'pg-copy-streams';
import { copyTextBatches } from '../dist/copy-text-rows.js';
import { failure } from './support/use-source.js';

const SCHEMA: Schema = {
  columns: [
    { name: 't', type: { kind: 'string' }, nullable: true },
    {
      name: 'a',
      type: { kind: 'array', item: { kind: 'string' } },
      nullable: true,
      native: { system: 'postgres', type: 'text[]' },
    },
    { name: 'b', type: { kind: 'bytes' }, nullable: true },
    { name: 'n', type: { kind: 'int64' }, nullable: true },
  ],
};

const texts = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({
      unit: fc.constantFrom(
        '\\',
        'N',
        'n',
        't',
        '\t',
        '\n',
        '\r',
        '\b',
        '\v',
        '\f',
        '.',
        '"',
        ',',
        '{',
        '}',
        'NULL',
        ' ',
      ),
    }),
    fc.constantFrom('\\N', '\\.', 'NULL', 'null', '', '\ufeffbom', '🦊'),
  )
  .filter((text) => !text.includes('\0'));

const rows = fc.array(
  fc.tuple(
    fc.option(texts),
    fc.option(fc.array(fc.option(texts), { maxLength: 4 })),
    fc.option(fc.uint8Array({ maxLength: 20 })),
    fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  ),
  { maxLength: 20 },
);

async function read(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<unknown[][]> {
  const found: unknown[][] = [];
  for await (const batch of copyTextBatches(Readable.from(chunks), SCHEMA))
    for (let r = 0; r < batch.rows; r++) found.push(batch.columns.map((column) => column[r]));
  return found;
}

describe("COPY's text format", function () {
  this.timeout(60_000);
  let server: PostgresEndpoint;
  let client: Client;
  before(async () => {
    server = await sharedPostgres();
    client = new Client(server.uri());
    await client.connect();
    await client.query('CREATE TEMP TABLE texts (i serial, t text, a text[], b bytea, n bigint)');
  });
  after(() => client?.end());

  it('is read as what the server was given, wherever the bytes are cut', () =>
    fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 50 }), async (given, size) => {
        await client.query('TRUNCATE texts');
        for (const [t, a, b, n] of given)
          await client.query('INSERT INTO texts (t, a, b, n) VALUES ($1, $2, $3, $4)', [
            t,
            a,
            b === null ? null : Buffer.from(b),
            n === null ? null : String(n),
          ]);
        const sent: Buffer[] = [];
        for await (const chunk of client.query(to('COPY (SELECT t, a, b, n FROM texts ORDER BY i) TO STDOUT')))
          sent.push(chunk as Buffer);
        const all = Buffer.concat(sent);
        const cut = Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
          all.subarray(i * size, (i + 1) * size),
        );
        expect(await read(cut)).to.deep.equal(given);
      }),
      { numRuns: 60 },
    ));

  it('is refused where it ends within a row, or is not UTF-8', async () => {
    expect((await failure(() => read([Buffer.from('a\t{}\t\\N')]))).code).to.equal('DPONE_SOURCE_READ');
    expect((await failure(() => read([Buffer.from([0xff, 0x0a])]))).text).to.contain('UTF-8');
    expect((await failure(() => read([Buffer.from('a\tb\n')]))).code).to.equal('DPONE_INTERNAL');
  });
});
