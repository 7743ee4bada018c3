import { freshDatabase, postgresMajors, type FreshDatabase } from '@dpone/test-services';
import type { CheckResult } from '@dpone/sdk';
import { expect } from 'chai';
import { failure, readAll, request, useSource } from './support/use-source.js';

for (const major of await postgresMajors())
  describe(`what a user of Postgres ${major} may not read`, function () {
    this.timeout(60_000);
    let db: FreshDatabase;
    let user: string;
    let connection: Readonly<Record<string, unknown>>;
    before(async () => {
      db = await freshDatabase({ major });
      user = `${db.name}_reader`;
      connection = { host: db.server.host, port: db.server.port, database: db.name, user, password: 'reader' };
      await db.sql(`CREATE ROLE ${user} LOGIN PASSWORD 'reader';
        CREATE TABLE orders (id int PRIMARY KEY, secret text); INSERT INTO orders VALUES (1, 'x'), (2, 'y');
        CREATE TABLE partly (id int, secret text); INSERT INTO partly VALUES (1, 'x'); GRANT SELECT (id) ON partly TO ${user};
        CREATE TABLE open (id int); INSERT INTO open VALUES (1); GRANT SELECT ON open TO ${user};
        CREATE TABLE secured (id int); INSERT INTO secured VALUES (1), (2); GRANT SELECT ON secured TO ${user};
        ALTER TABLE secured ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON secured USING (id = 1);
        CREATE SCHEMA shut; CREATE TABLE shut.orders (id int); GRANT SELECT ON shut.orders TO ${user};
        CREATE SCHEMA other; CREATE TABLE other.invoices (id int); CREATE TABLE invoice (id int);`);
    });
    after(async () => {
      await db?.sql(`DROP OWNED BY ${user}`);
      await db?.drop();
      await db?.server.sql(`DROP ROLE ${user}`);
    });

    const check = (table: { readonly schema?: string; readonly name: string }): Promise<CheckResult[]> =>
      useSource({ connection, table }, (source) => source.check());
    const refused = (table: { readonly schema?: string; readonly name: string }) =>
      failure(() => readAll({ connection, table }));

    it('is refused with the statement that grants it, by check and before data flows', async () => {
      const grant = `GRANT SELECT ON "public"."orders" TO "${user}";`;
      const { code, text } = await refused({ name: 'orders' });
      expect(code).to.equal('DPONE_PRIVILEGE_MISSING');
      expect(text).to.contain(grant);
      const results = await check({ name: 'orders' });
      expect(results.map((r) => r.status)).to.deep.equal(['pass', 'fail']);
      expect(results[1]!.remedy).to.equal(grant);
    });

    it('is refused where the schema is shut', async () => {
      const { code, text } = await refused({ schema: 'shut', name: 'orders' });
      expect(code).to.equal('DPONE_PRIVILEGE_MISSING');
      expect(text).to.contain(`GRANT USAGE ON SCHEMA "shut" TO "${user}";`);
    });

    it('reads the columns that it may, and refuses the others by name on every lane', async () => {
      const table = { name: 'partly' };
      expect(await readAll({ connection, table }, { columns: ['id'] })).to.deep.equal([{ id: 1 }]);
      await useSource({ connection, table }, async (source) => {
        const read = await source.open(request());
        const secret = read.schema.columns[1]!;
        for (const lane of read.lanes) expect(lane.refuses!(secret)).to.contain('GRANT SELECT ("secret")');
        await read.close();
      });
      expect((await check(table))[1]).to.deep.include({ status: 'warn' });
    });

    it('is an error where row security hides rows, in a view too', async () => {
      expect((await refused({ name: 'secured' })).code).to.equal('DPONE_PRIVILEGE_MISSING');
      expect((await check({ name: 'secured' }))[1]!.message).to.contain('row security');
      const query = 'SELECT * FROM secured';
      expect((await failure(() => readAll({ connection, options: { query } }))).code).to.equal(
        'DPONE_PRIVILEGE_MISSING',
      );
    });

    it('is green where all is well, and says to what it connects', async () => {
      const results = await check({ name: 'open' });
      expect(results.map((r) => r.status)).to.deep.equal(['pass', 'pass']);
      expect(results[0]!.message).to.contain(`Postgres ${major}`).and.contain(user).and.contain('without TLS');
      expect(await readAll({ connection, table: { name: 'open' } })).to.deep.equal([{ id: 1 }]);
      const xmin = { scope: { cursor: 'xmin' }, mayRepeat: true } as const;
      expect(await readAll({ connection, table: { name: 'open' } }, xmin)).to.deep.equal([{ id: 1 }]);
    });

    it('names what is near where there is no such table', async () => {
      expect((await refused({ name: 'invoces' })).text).to.contain('public.invoice?');
      const { code, text } = await refused({ name: 'Invoices' });
      expect(code).to.equal('DPONE_SOURCE_NOT_FOUND');
      expect(text).to.contain('public.invoice or other.invoices');
    });

    it('says what is wrong with a query before a row is read', async () => {
      const query = 'SELECT id FROM nowhere';
      expect((await failure(() => readAll({ connection, options: { query } }))).code).to.equal(
        'DPONE_SOURCE_NOT_FOUND',
      );
      const results = await useSource({ connection, options: { query } }, (source) => source.check());
      expect(results[1]!.status).to.equal('fail');
    });
  });
