import { expect } from 'chai';
import { clickhouseMissing, freshClickHouse, givenClickHouse, startClickHouse } from '@dpone/test-services';

describe('a ClickHouse server for tests', function () {
  this.timeout(600_000);
  before(async function () {
    const why = await clickhouseMissing();
    if (why === undefined) return;
    process.stderr.write(`test services: no ClickHouse here: ${why}\n`);
    this.skip();
  });

  it('keeps what was inserted when it is killed and started again', async function () {
    if (givenClickHouse() !== undefined) this.skip();
    await using server = await startClickHouse();
    await server.sql('CREATE TABLE t (a Int32) ENGINE = MergeTree ORDER BY a');
    await server.sql('INSERT INTO t VALUES (1), (2)');
    await server.kill();
    await server.restart();
    expect(await server.sql('SELECT sum(a) AS s FROM t')).to.deep.equal([{ s: '3' }]);
  });

  it('gives each test a database of its own', async () => {
    await using db = await freshClickHouse();
    await db.sql('CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a');
    await db.sql('INSERT INTO t VALUES (18446744073709551615)');
    expect(await db.sql('SELECT a FROM t')).to.deep.equal([{ a: '18446744073709551615' }]);
    await db.drop();
    expect(await db.server.sql(`SELECT 1 FROM system.databases WHERE name = '${db.name}'`)).to.deep.equal([]);
  });
});
