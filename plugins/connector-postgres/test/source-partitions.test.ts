import { freshDatabase, postgresMajors, type FreshDatabase, type PostgresMajor } from '@dpone/test-services';
import type { Partition, ReadRequest } from '@dpone/sdk';
import { expect } from 'chai';
import { Client } from 'pg';
import { blockRanges } from '../dist/block-ranges.js';
import { failure, readAll, request, rowsOf, useSource } from './support/use-source.js';

type Kind = 'blocks' | 'key' | 'whole';
const kindOf = ({ spec }: Partition): Kind => {
  const { blocks, key } = spec as { blocks?: unknown; key?: unknown };
  return blocks !== undefined ? 'blocks' : key !== undefined ? 'key' : 'whole';
};

const ACCOUNTS = 40_000;
/** `accounts` takes about 20 MB, half of it dead, so that rows have somewhere to move to. */
const SEED = `
  CREATE TABLE accounts (id bigint PRIMARY KEY, amount bigint NOT NULL, filler text NOT NULL);
  INSERT INTO accounts SELECT g, 100, repeat('x', 200) FROM generate_series(1, ${ACCOUNTS}) g;
  UPDATE accounts SET amount = 100;
  CREATE TABLE parted (id bigint NOT NULL, filler text) PARTITION BY RANGE (id);
  CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (1000);
  CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (1000) TO (60000) PARTITION BY RANGE (id);
  CREATE TABLE parted_2a PARTITION OF parted_2 FOR VALUES FROM (1000) TO (60000);
  INSERT INTO parted SELECT g, repeat('y', 300) FROM generate_series(1, 50000) g;
  CREATE TABLE elder (id bigint PRIMARY KEY, filler text);
  CREATE TABLE younger () INHERITS (elder);
  INSERT INTO elder SELECT g, repeat('z', 300) FROM generate_series(1, 30000) g;
  INSERT INTO younger SELECT g, repeat('z', 300) FROM generate_series(30001, 40000) g;
  CREATE TABLE dated (id int, day date, at timestamptz, n numeric, word text);
  INSERT INTO dated SELECT g, date '2020-01-01' + g, timestamptz '2020-01-01Z' + g * interval '1 hour', g / 10.0, 'w' FROM generate_series(1, 500) g;
  INSERT INTO dated VALUES (501, NULL, NULL, NULL, NULL), (502, 'infinity', '-infinity', 'NaN', ''), (503, '0044-03-15 BC', '20000-01-01', -5, '');
  CREATE VIEW dated_view AS SELECT * FROM dated;
  CREATE MATERIALIZED VIEW stored AS SELECT * FROM accounts;
  CREATE TABLE nothing (id int PRIMARY KEY);
`;

/** Sessions that move money between accounts, and accounts to other places, until told to stop. */
function writers(uri: string, count: number): { stop(): Promise<number> } {
  let going = true;
  const work = async (n: number): Promise<number> => {
    const client = new Client(uri);
    await client.connect();
    let done = 0;
    for (; going; done++) {
      const [a, b] = [(done * 37 + n * 1000) % ACCOUNTS, (done * 91 + n * 777) % ACCOUNTS].map((i) => i + 1);
      // Always in the same order, so that no two writers wait for each other.
      const [low, high] = [
        Math.min(a!, b!),
        Math.max(a!, b!) === Math.min(a!, b!) ? (a! % ACCOUNTS) + 1 : Math.max(a!, b!),
      ].sort((x, y) => x - y);
      await client.query(
        `BEGIN; UPDATE accounts SET amount = amount - 1 WHERE id = ${low}; UPDATE accounts SET amount = amount + 1 WHERE id = ${high};
         WITH gone AS (DELETE FROM accounts WHERE id = ${ACCOUNTS * 10 + n} RETURNING amount) SELECT 1;
         INSERT INTO accounts VALUES (${ACCOUNTS * 10 + n}, 0, ''); COMMIT; DELETE FROM accounts WHERE id = ${ACCOUNTS * 10 + n};`,
      );
    }
    await client.end();
    return done;
  };
  const all = Array.from({ length: count }, (_, n) => work(n));
  return {
    stop: async () => {
      going = false;
      return (await Promise.all(all)).reduce((x, y) => x + y, 0);
    },
  };
}

for (const major of await postgresMajors())
  describe(`the parts of a read on Postgres ${major}`, function () {
    this.timeout(120_000);
    let db: FreshDatabase;
    before(async () => {
      db = await freshDatabase({ major });
      await db.sql(SEED);
      // Rows in both halves of the file: VACUUM makes room, and half of the rows move there.
      await db.sql('VACUUM accounts');
      await db.sql('UPDATE accounts SET amount = 100 WHERE id % 2 = 0');
    });
    after(() => db?.drop());
    const of = (name: string) => ({ connection: db.uri, table: { name } });
    /** Ranges of blocks from Postgres 14, of the key before. */
    const native = (version: PostgresMajor): Kind => (version >= 14 ? 'blocks' : 'key');

    async function parts(name: string, change: Partial<ReadRequest> = {}): Promise<{ kinds: Kind[]; ids: number[][] }> {
      return useSource(of(name), async (source, c) => {
        const read = await source.open(request({ parallel: 4, columns: ['id'], ...change }));
        const ids: number[][] = [];
        for (const partition of read.partitions) {
          const one = { ...read, partitions: [partition], data: read.data.bind(read) };
          ids.push((await rowsOf(one, c)).map((row) => Number(row['id'])));
        }
        await read.verify();
        await read.close();
        return { kinds: read.partitions.map(kindOf), ids };
      });
    }
    const sorted = (ids: readonly (readonly number[])[]): number[] => ids.flat().sort((a, b) => a - b);
    const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

    it('hold the whole table of one moment while others write', async () => {
      const busy = writers(db.uri, 3);
      try {
        for (let round = 0; round < 3; round++) {
          const rows = await useSource(of('accounts'), async (source, c) => {
            const read = await source.open(request({ parallel: 4 }));
            expect(read.partitions.map(kindOf)).to.deep.equal(Array.from({ length: 4 }, () => native(major)));
            const found = await rowsOf(read, c);
            await read.verify();
            await read.close();
            return found;
          });
          const own = rows.filter((row) => (row['id'] as bigint) <= BigInt(ACCOUNTS));
          expect(own.length).to.equal(ACCOUNTS);
          expect(new Set(own.map((row) => row['id'])).size).to.equal(ACCOUNTS);
          expect(own.reduce((sum, row) => sum + (row['amount'] as bigint), 0n)).to.equal(BigInt(ACCOUNTS) * 100n);
        }
      } finally {
        expect(await busy.stop()).to.be.greaterThan(0);
      }
    });

    it('are of like size', async () => {
      const { ids } = await parts('accounts');
      const sizes = ids.map((part) => part.length);
      expect(Math.min(...sizes), sizes.join()).to.be.greaterThan(0);
    });

    for (const [name, rows] of [
      ['parted', 50_000],
      ['elder', 40_000],
    ] as const)
      it(`hold ${name} with all that belongs to it`, async () => {
        const { kinds, ids } = await parts(name);
        // Before 14 a partitioned table without a key is one stream, and the key of a parent does not count for its children.
        if (major >= 14) expect(kinds).to.include('blocks').and.have.lengthOf.above(1);
        expect(sorted(ids)).to.deep.equal(upTo(rows));
      });

    it('hold a materialized view', async () => {
      const { ids } = await parts('stored');
      expect(ids.flat().length).to.equal(ACCOUNTS);
    });

    const within = { lower: 100, upper: '200' };
    for (const partitionBy of [
      { column: 'id', bounds: within },
      ...['id', 'day', 'at', 'n'].map((column) => ({ column })),
    ])
      it(`are ranges of ${JSON.stringify(partitionBy)}, with what is outside of them`, async () => {
        const { column } = partitionBy;
        const { kinds, ids } = await parts('dated', { partitionBy });
        // NaN has no place between others: with it there is one range.
        expect(kinds).to.deep.equal(Array.from({ length: column === 'n' ? 1 : 4 }, () => 'key'));
        expect(sorted(ids)).to.deep.equal(upTo(503));
        if (column !== 'n') expect(ids.filter((part) => part.length > 0).length).to.be.greaterThan(1);
      });

    it('are ranges of a query and of a view too, where a column is named', async () => {
      const query = 'SELECT id, day FROM dated WHERE id <= 100; ';
      const change = { parallel: 3, partitionBy: { column: 'id' } };
      expect((await readAll({ connection: db.uri, options: { query } }, change)).length).to.equal(100);
      expect((await parts('dated_view', change)).ids.map((part) => part.length > 0)).to.deep.equal([true, true, true]);
      expect((await parts('dated_view')).kinds).to.deep.equal(['whole']);
    });

    it('refuses to be split by a text, and by a column that is not there', async () => {
      expect((await failure(() => parts('dated', { partitionBy: { column: 'word' } }))).code).to.equal(
        'DPONE_OPTION_CONFLICT',
      );
      const absent = await failure(() => parts('dated', { partitionBy: { column: 'dya' } }));
      expect(absent).to.include({ code: 'DPONE_SOURCE_NOT_FOUND' });
      expect(absent.text).to.contain('day');
    });

    it('is one part where there is nothing', async () => {
      expect(await parts('nothing')).to.deep.equal({ kinds: ['whole'], ids: [[]] });
    });

    it('reads part of a read that another process opened, and says so when it is gone', async () => {
      await useSource(of('accounts'), async (source, c) => {
        const read = await source.open(request({ parallel: 2 }));
        const [first] = read.partitions;
        const spec = JSON.parse(JSON.stringify(first)) as Partition;
        await db.sql('BEGIN; DELETE FROM accounts WHERE id = 1; COMMIT');
        await useSource(of('accounts'), async (other) => {
          const again = await other.open(request({ parallel: 2 }));
          const seen = await rowsOf({ ...again, partitions: [spec], data: again.data.bind(again) }, c);
          const own = await rowsOf({ ...read, partitions: [spec], data: read.data.bind(read) }, c);
          expect(seen.length).to.equal(own.length);
          expect(seen.some((row) => row['id'] === 1n) || own.every((row) => row['id'] !== 1n)).to.equal(true);
          await read.close();
          const gone = await failure(() => rowsOf({ ...again, partitions: [spec], data: again.data.bind(again) }, c));
          expect(gone.code).to.equal('DPONE_SOURCE_CHANGED');
          await again.close();
        });
      });
      await db.sql("INSERT INTO accounts VALUES (1, 100, '')");
    });

    it('is not taken for whole when the server ends the session of the snapshot', async () => {
      await useSource({ ...of('accounts'), options: { idle_in_transaction_timeout_ms: 100 } }, async (source, c) => {
        const read = await source.open(request({ parallel: 2 }));
        // Longer than the timeout: a snapshot that waits for its parts is not idle.
        await new Promise((resolve) => setTimeout(resolve, 400));
        await rowsOf(read, c);
        await read.verify();
        await db.sql(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'dpone' AND backend_xmin IS NOT NULL`,
        );
        expect((await failure(() => read.verify())).code).to.equal('DPONE_SOURCE_CHANGED');
        await read.close();
      });
    });
  });

describe('ranges of blocks', () => {
  it('are cut where the parts of a table add up to equal shares', () => {
    expect(blockRanges([100], 4)).to.deep.equal([
      { from: 0, to: 25 },
      { from: 25, to: 50 },
      { from: 50, to: 75 },
      { from: 75 },
    ]);
    expect(blockRanges([10, 90], 2)).to.deep.equal([{ from: 0, to: 40 }, { from: 40 }]);
    expect(blockRanges([0], 3)).to.deep.equal([{ from: 0 }]);
    expect(blockRanges([1, 1], 3)).to.deep.equal([{ from: 0, to: 1 }, { from: 1 }]);
  });
});
