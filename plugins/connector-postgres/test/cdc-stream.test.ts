import { startPostgres, type PostgresServer } from '@dpone/test-services';
import type { RowBatch } from '@dpone/sdk';
import { expect } from 'chai';
import { Client } from 'pg';
import { cdcStep } from './support/cdc-step.js';
import { failure, request, useSource, type SourceOf } from './support/use-source.js';

describe('the log as a stream', function () {
  this.timeout(180_000);
  let server: PostgresServer;
  let of: SourceOf;
  before(async function () {
    if (process.env['DPONE_TEST_POSTGRES_URL'] !== undefined) this.skip();
    // Impatient: whoever is silent for a second is given up.
    server = await startPostgres({ settings: { wal_sender_timeout: '1s', logical_decoding_work_mem: '1MB' } });
    of = { connection: server.uri(), table: { name: 't' } };
  });
  after(() => server?.stop());
  beforeEach(() => server.sql('DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY, doc text)'));
  afterEach(async () => {
    await server.sql('DROP PUBLICATION IF EXISTS dpone_public_t');
    await server.sql('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active');
  });

  /** Reads what is new batch by batch. */
  const read = async (state: unknown, each: (batch: RowBatch, at: number) => Promise<void>): Promise<void> =>
    useSource(of, async (source) => {
      const opened = await source.open(request({ scope: { cursor: 'cdc' }, state: state as never }));
      try {
        const data = await opened.data(opened.partitions[0]!, { id: 'rows', transport: 'rows' });
        if (data.transport !== 'rows') throw new Error(data.transport);
        let at = 0;
        for await (const batch of data.batches) await each(batch, at++);
      } finally {
        await opened.close();
      }
    });

  it('of one large transaction takes no more memory than a part of it', async () => {
    const { state } = await cdcStep(of, null);
    await server.sql(`INSERT INTO t SELECT i, repeat(md5(i::text), 32) FROM generate_series(1, 300000) i`);
    let rows = 0;
    let first = 0;
    let most = 0;
    await read(state, (batch) => {
      rows += batch.rows;
      const now = process.memoryUsage().rss;
      if (rows < 100_000) first = Math.max(first, now);
      else most = Math.max(most, now);
      return Promise.resolve();
    });
    expect(rows).to.equal(300_000);
    // What follows the first third is 200 MB; the collector's own ups and downs are below half of it.
    expect(most - first).to.be.lessThan(100 << 20);
  });

  it('waits for whoever takes it slowly, and is heard of meanwhile', async () => {
    const { state } = await cdcStep(of, null);
    await server.sql(`INSERT INTO t SELECT i, repeat(md5(i::text), 32) FROM generate_series(1, 60000) i`);
    let rows = 0;
    await read(state, async (batch, at) => {
      rows += batch.rows;
      if (at !== 1) return;
      const before = process.memoryUsage().external;
      await new Promise((resolve) => setTimeout(resolve, 4000));
      // Of the 60 MB that are still to come, the server has kept most.
      expect(process.memoryUsage().external - before).to.be.lessThan(8 << 20);
    });
    expect(rows).to.equal(60_000);
  });

  it('left in the middle gives the slot back at once, and nothing of it counts', async () => {
    const { state } = await cdcStep(of, null);
    await server.sql(`INSERT INTO t SELECT i, repeat(md5(i::text), 32) FROM generate_series(1, 60000) i`);
    await failure(() => read(state, () => Promise.reject(new Error('enough'))));
    expect(await server.sql('SELECT FROM pg_replication_slots WHERE active')).to.deep.equal([]);
    expect((await cdcStep(of, state)).rows).to.have.length(60_000);
  });

  it('that the server cuts off is an error, not an end', async () => {
    const { state } = await cdcStep(of, null);
    await server.sql(`INSERT INTO t SELECT i, repeat(md5(i::text), 32) FROM generate_series(1, 60000) i`);
    const { code } = await failure(() =>
      read(state, async (_, at) => {
        if (at === 0)
          await server.sql('SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active');
      }),
    );
    expect(code).to.equal('DPONE_CONNECTION_FAILED');
    expect((await cdcStep(of, state)).rows).to.have.length(60_000);
  });

  it('goes on after the server was killed', async () => {
    const { state } = await cdcStep(of, null);
    await server.sql(`INSERT INTO t VALUES (1, 'x')`);
    await server.kill();
    await server.restart();
    const { rows } = await cdcStep(of, state);
    expect(rows.map((row) => row['id'])).to.deep.equal([1]);
  });

  it('ends though somebody has written and not committed on a quiet server', async () => {
    const { state } = await cdcStep(of, null);
    const open = new Client(server.uri());
    await open.connect();
    await open.query(`BEGIN; INSERT INTO t VALUES (1, 'x')`);
    expect((await cdcStep(of, state)).rows).to.deep.equal([]);
    await open.end();
  });

  it('ends at the beginning of a new file of the log', async () => {
    const { state } = await cdcStep(of, null);
    await server.sql(`INSERT INTO t VALUES (1, 'x')`);
    await server.sql('SELECT pg_switch_wal()');
    expect((await cdcStep(of, state)).rows).to.have.length(1);
  });

  it('lets the server remove what earlier loads have committed', async () => {
    const first = await cdcStep(of, null);
    await server.sql(`INSERT INTO t VALUES (1, 'x')`);
    const second = await cdcStep(of, first.state);
    await server.sql(`INSERT INTO t VALUES (2, 'x')`);
    await cdcStep(of, second.state);
    const [slot] = await server.sql<{ at: string }>('SELECT confirmed_flush_lsn AS at FROM pg_replication_slots');
    expect(slot!.at).to.equal((second.state as Record<string, string>)['lsn']);
  });
});
