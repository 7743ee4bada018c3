import type { Json } from '@dpone/sdk';
import { freshMssql, mssqlMissing, type FreshMssql } from '@dpone/test-services';
import { expectError, inCase } from '@dpone/testkit';
import { expect } from 'chai';
import { mssqlSource } from '../dist/definitions.js';
import { skipWithout } from './support/skip-without.js';

type Event = readonly [op: string, id: number, note: string | null];

describe('changes of a table by change tracking', function () {
  this.timeout(120_000);
  let db: FreshMssql;
  before(async function () {
    skipWithout(this, mssqlMissing());
    db = await freshMssql();
    const tracks = await db.sql(`ALTER DATABASE ${db.database} SET CHANGE_TRACKING = ON`).then(
      () => true,
      () => false,
    );
    skipWithout(this, tracks ? undefined : 'the server of DPONE_TEST_MSSQL_URL tracks no changes');
    await db.sql('CREATE TABLE dbo.orders (id int NOT NULL PRIMARY KEY, note nvarchar(20) NULL)');
    await db.sql('ALTER TABLE dbo.orders ENABLE CHANGE_TRACKING');
    await db.sql("INSERT INTO dbo.orders VALUES (1, N'one'), (2, N'two'), (3, N'three')");
  });
  after(() => db?.drop());

  const read = (state: Json): Promise<{ events: Event[]; state: Json }> =>
    inCase({}, async ({ ctx }) => {
      const given = { connection: mssqlSource.connection!.parse(db.uri), options: mssqlSource.options.parse({}) };
      const source = await mssqlSource.create({ ...ctx, ...given, process: 'orders', table: { name: 'orders' } });
      try {
        const opened = await source.open({ scope: { cursor: 'cdc' }, state, parallel: 1, badRows: 'fail' });
        const events: Event[] = [];
        for (const partition of opened.partitions) {
          const data = await opened.data(partition, { id: 'rows', transport: 'rows' });
          if (data.transport !== 'rows') throw new Error('these are no rows');
          const at = (name: string): number => data.schema.columns.findIndex((c) => c.name === name);
          for await (const { rows, columns } of data.batches)
            for (let r = 0; r < rows; r++)
              events.push(['_cdc_op', 'id', 'note'].map((name) => columns[at(name)]![r]) as unknown as Event);
        }
        await opened.verify();
        const { advance } = opened;
        await opened.close();
        return { events, state: advance.kind === 'value' ? advance.state : state };
      } finally {
        await source.close();
      }
    });

  it('gives the table once, then each row that changed, deletes too', async () => {
    const first = await read(null);
    expect(first.events).to.have.deep.members([
      ['read', 1, 'one'],
      ['read', 2, 'two'],
      ['read', 3, 'three'],
    ]);
    expect(await read(first.state)).to.deep.equal({ events: [], state: first.state });
    await db.sql("INSERT INTO dbo.orders VALUES (4, N'four')");
    await db.sql("UPDATE dbo.orders SET note = N'TWO' WHERE id = 2");
    await db.sql('DELETE FROM dbo.orders WHERE id = 3');
    const then = await read(first.state);
    expect(then.events).to.deep.equal([
      ['insert', 4, 'four'],
      ['update', 2, 'TWO'],
      ['delete', 3, null],
    ]);
    expect((await read(then.state)).events).to.deep.equal([]);
  });

  it('is refused where the table was truncated since', async () => {
    const { state } = await read(null);
    await db.sql("INSERT INTO dbo.orders VALUES (5, N'five')");
    await db.sql('TRUNCATE TABLE dbo.orders');
    const error = await expectError(() => read(state), ['DPONE_SOURCE_READ']);
    expect(error.remedy).to.contain('dpone state reset');
  });
});
