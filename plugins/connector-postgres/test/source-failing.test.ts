import { pipeline } from 'node:stream/promises';
import { Writable } from 'node:stream';
import { freshDatabase, type FreshDatabase } from '@dpone/test-services';
import { isDponeError, type LaneId, type SourceRead } from '@dpone/sdk';
import { laneRows, type Case } from '@dpone/testkit';
import { expect } from 'chai';
import { failure, readAll, request, useSource } from './support/use-source.js';

/** About 20 MB, with an error behind most of it. */
const FAILS = "SELECT g AS id, 1 / (180000 - g) AS n, repeat('x', 100) AS filler FROM generate_series(1, 200000) g";
const LONG = "SELECT g AS id, repeat('x', 1000) AS filler FROM generate_series(1, 2000000) g";

const sink = (): Writable => new Writable({ write: (_chunk, _encoding, done) => void setImmediate(done) });

describe('a read of Postgres that fails', function () {
  this.timeout(60_000);
  let db: FreshDatabase;
  before(async () => {
    db = await freshDatabase();
  });
  after(() => db?.drop());
  const of = (query: string) => ({ connection: db.uri, options: { query } });

  async function drain(read: SourceRead, c: Case, id: LaneId): Promise<unknown> {
    const lane = { id, transport: id === 'rows' ? 'rows' : id.startsWith('pg') ? 'stream' : 'push' } as const;
    const data = await read.data(read.partitions[0]!, lane);
    if (data.transport !== 'stream') return laneRows(data, lane, c.ctx);
    await pipeline(data.stream, sink());
    return data.sent;
  }

  /** Sessions of dpone that the server still works for. */
  async function busy(): Promise<number> {
    for (let tries = 0; ; tries++) {
      const [row] = await db.sql<{ n: string }>(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'dpone'",
      );
      const n = Number(row!.n);
      if (n === 0 || tries === 100) return n;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  for (const lane of ['pg-copy-binary', 'pg-copy-text', 'parquet', 'csv', 'rows'] as const)
    it(`says the server's error on ${lane}, and is never taken for whole`, async () => {
      await useSource(of(FAILS), async (source, c) => {
        const read = await source.open(request());
        const { code, text } = await failure(() => drain(read, c, lane));
        expect(code).to.equal('DPONE_SOURCE_READ');
        expect(text).to.contain('division by zero');
        await read.close();
      });
      expect(await busy()).to.equal(0);
    });

  for (const lane of ['pg-copy-text', 'csv', 'rows'] as const)
    it(`ends when it is cancelled in the middle of ${lane}, on the server too`, async () => {
      await useSource(of(LONG), async (source, c) => {
        const read = await source.open(request());
        setTimeout(() => c.cancel(), 100);
        const error: unknown = await drain(read, c, lane).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(error, 'a cancelled read went through').to.be.an('error');
        if (isDponeError(error)) expect(error.code).to.equal('DPONE_CANCELLED');
        await read.close();
      });
      expect(await busy()).to.equal(0);
    });

  it('is a lost connection where the server ends the session in the middle', async () => {
    await useSource(of(LONG), async (source, c) => {
      const read = await source.open(request());
      const ended = failure(() => drain(read, c, 'pg-copy-text'));
      await db.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'dpone'",
      );
      expect((await ended).code).to.equal('DPONE_CONNECTION_FAILED');
      expect((await failure(() => read.verify())).code).to.equal('DPONE_SOURCE_READ');
      await read.close();
    });
  });

  it('gives its session back where the reader leaves early', async () => {
    await useSource(of(LONG), async (source) => {
      const read = await source.open(request());
      const data = await read.data(read.partitions[0]!, { id: 'rows', transport: 'rows' });
      if (data.transport !== 'rows') throw new Error(data.transport);
      for await (const batch of data.batches) {
        expect(batch.rows).to.be.greaterThan(0);
        break;
      }
      await read.close();
    });
    expect(await busy()).to.equal(0);
  });

  it('is refused by a query with two columns of one name, and by a query that writes', async () => {
    expect((await failure(() => readAll(of('SELECT 1 AS a, 2 AS a')))).text).to.contain('two columns named a');
    await db.sql(
      'CREATE TABLE kept (id int); INSERT INTO kept VALUES (1); CREATE FUNCTION clean() RETURNS int LANGUAGE sql AS $$ DELETE FROM kept RETURNING 1 $$',
    );
    expect((await failure(() => readAll(of('SELECT clean() AS n')))).code).to.equal('DPONE_SOURCE_READ');
    expect(await db.sql('SELECT id FROM kept')).to.have.lengthOf(1);
  });
});
