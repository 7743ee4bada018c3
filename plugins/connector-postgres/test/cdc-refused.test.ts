import { freshDatabase, postgresMajors, startPostgres, type FreshDatabase } from '@dpone/test-services';
import type { Json } from '@dpone/sdk';
import { expect } from 'chai';
import { Client } from 'pg';
import { cdcStep, type CdcStep } from './support/cdc-step.js';
import { failure, useSource } from './support/use-source.js';

type Failure = Awaited<ReturnType<typeof failure>>;

for (const major of await postgresMajors())
  describe(`what the log of Postgres ${major} cannot give is refused`, function () {
    this.timeout(120_000);
    let db: FreshDatabase;
    beforeEach(async () => {
      db = await freshDatabase({ major });
    });
    afterEach(() => db?.drop());

    const step = (
      name: string,
      state: Json = null,
      options: Record<string, unknown> = {},
      uri = db.uri,
    ): Promise<CdcStep> => cdcStep({ connection: uri, table: { name }, options }, state);
    const refused = (...of: Parameters<typeof step>): Promise<Failure> => failure(() => step(...of));

    it('tables without a replica identity, and what is no ordinary table', async () => {
      await db.sql(`CREATE TABLE no_key (id int); CREATE VIEW v AS SELECT 1 AS id; CREATE UNLOGGED TABLE u (id int PRIMARY KEY);
        CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child () INHERITS (parent);
        CREATE TABLE taken (id int PRIMARY KEY, "_CDC_op" text);
        CREATE TABLE parts (id int) PARTITION BY LIST (id); CREATE TABLE part PARTITION OF parts DEFAULT`);
      for (const [name, remedy] of [
        ['no_key', 'REPLICA IDENTITY FULL'],
        ['v', 'table under it'],
        ['u', 'SET LOGGED'],
        ['parent', 'process of its own'],
        ['parts', 'ALTER TABLE part REPLICA IDENTITY'],
      ] as const) {
        const { code, text } = await refused(name);
        expect(code, name).to.equal('DPONE_CAPABILITY');
        expect(text).to.contain(remedy);
      }
      expect((await refused('taken')).code).to.equal('DPONE_OPTION_CONFLICT');
      expect((await refused('absent')).code).to.equal('DPONE_SOURCE_NOT_FOUND');
      await db.sql('ALTER TABLE no_key REPLICA IDENTITY FULL');
      expect((await step('no_key')).rows).to.deep.equal([]);
    });

    it('publications that lack something', async () => {
      await db.sql(`CREATE TABLE t (id int PRIMARY KEY, a int); CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
        CREATE PUBLICATION other FOR TABLE p; CREATE PUBLICATION part FOR TABLE t WITH (publish = 'insert')`);
      if (major >= 15)
        await db.sql(
          `CREATE PUBLICATION filtered FOR TABLE t WHERE (id > 5); CREATE PUBLICATION narrow FOR TABLE t (id)`,
        );
      const cases: [string, string, string][] = [
        ['t', 'other', 'ADD TABLE "public"."t"'],
        ['t', 'part', "publish = 'insert, update, delete, truncate'"],
        ['p', 'other', 'publish_via_partition_root = true'],
        ...(major >= 15
          ? ([
              ['t', 'filtered', 'id > 5'],
              ['t', 'narrow', 'columns a'],
            ] as [string, string, string][])
          : []),
      ];
      for (const [name, publication, remedy] of cases) {
        const { code, text } = await refused(name, null, { publication });
        expect(code, publication).to.equal('DPONE_CAPABILITY');
        expect(text).to.contain(remedy);
      }
      if (major >= 15)
        await cdcStep({ connection: db.uri, table: { name: 't' }, options: { publication: 'narrow' } }, null, {
          columns: ['id'],
        });
    });

    it('users that lack a privilege, each named, before anything is made', async () => {
      const user = `reader_${db.name}`;
      await db.sql(`CREATE TABLE t (id int PRIMARY KEY); CREATE ROLE ${user} LOGIN; GRANT SELECT ON t TO ${user}`);
      const uri = db.uri.replace(/\/\/[^@]+@/, `//${user}@`);
      try {
        const steps = [
          ['REPLICATION', `ALTER ROLE ${user} REPLICATION`],
          ['CREATE PUBLICATION', `CREATE PUBLICATION dpone_public_t FOR TABLE t`],
        ] as const;
        for (const [remedy, grant] of steps) {
          const { code, text } = await refused('t', null, {}, uri);
          expect(code).to.equal('DPONE_PRIVILEGE_MISSING');
          expect(text).to.contain(remedy);
          await db.sql(grant);
        }
        const { state } = await step('t', null, {}, uri);
        await db.sql('INSERT INTO t VALUES (1)');
        expect((await step('t', state, {}, uri)).rows).to.have.length(1);
      } finally {
        await db.sql(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
      }
    });

    it('a state that does not go on: other table, slot, server, publication; a slot that is gone, ahead or in use', async () => {
      await db.sql('CREATE TABLE t (id int PRIMARY KEY)');
      const state = (await step('t')).state as Record<string, Json>;
      await db.sql('INSERT INTO t VALUES (1)');
      const changed: [string, Json, Record<string, unknown>?][] = [
        ['another table', { ...state, table: '1' }],
        ['another server', { ...state, system: '1' }],
        ['restored copy', { ...state, lsn: 'FFFF/0' }],
        ['past 0/10', { ...state, lsn: '0/10' }],
        ['is gone', { ...state, slot: 'dpone_public_t__7' }],
        ['names another', state, { slot: 'other' }],
        ['names another', state, { publication: 'other' }],
        ['none of the cursor cdc', '2026-01-01'],
      ];
      for (const [why, before, options] of changed) {
        const { code, text } = await refused('t', before, options);
        expect(code, why).to.be.oneOf(['DPONE_SOURCE_READ', 'DPONE_OPTION_CONFLICT', 'DPONE_INPUT_INVALID']);
        expect(text).to.contain(why).and.contain('state reset');
      }
      const reader = new Client({ connectionString: db.uri, replication: 'database' } as never);
      reader.on('error', () => undefined);
      await reader.connect();
      const stream = reader.query(
        `START_REPLICATION SLOT dpone_public_t LOGICAL 0/0 (proto_version '1', publication_names 'dpone_public_t')`,
      );
      stream.catch(() => undefined);
      while (
        (await db.sql(`SELECT FROM pg_replication_slots WHERE slot_name = 'dpone_public_t' AND active`)).length === 0
      );
      expect((await refused('t', state)).text)
        .to.contain('read by another process')
        .and.contain('pg_terminate_backend');
      await reader.end();
      expect((await step('t', state)).rows).to.have.length(1);
      await db.sql('DROP PUBLICATION dpone_public_t; INSERT INTO t VALUES (2)');
      expect((await refused('t', state)).text).to.contain('publication dpone_public_t is gone');
    });

    it('a slot of a name that is not for dpone to drop, a filter, a query', async () => {
      await db.sql('CREATE TABLE t (id int PRIMARY KEY)');
      await db.sql(`SELECT pg_create_logical_replication_slot('mine', 'pgoutput')`);
      expect((await refused('t', null, { slot: 'mine' })).text).to.contain("pg_drop_replication_slot('mine')");
      const where = { op: 'sql', sql: 'id > 1' } as const;
      await useSource({ connection: db.uri, table: { name: 't' } }, async (source) => {
        const open = () => source.open({ scope: { cursor: 'cdc' }, state: null, parallel: 1, badRows: 'fail', where });
        expect((await failure(open)).code).to.equal('DPONE_OPTION_CONFLICT');
      });
      await useSource({ connection: db.uri, options: { query: 'SELECT 1 AS id' } }, async (source) => {
        const open = () => source.open({ scope: { cursor: 'cdc' }, state: null, parallel: 1, badRows: 'fail' });
        expect((await failure(open)).code).to.equal('DPONE_CAPABILITY');
      });
    });
  });

describe('a server that keeps no log for us', function () {
  this.timeout(120_000);
  before(function () {
    if (process.env['DPONE_TEST_POSTGRES_URL'] !== undefined) this.skip();
  });

  it('with wal_level replica is refused', async () => {
    await using server = await startPostgres({ settings: { wal_level: 'replica' } });
    await server.sql('CREATE TABLE t (id int PRIMARY KEY)');
    const { code, text } = await failure(() => cdcStep({ connection: server.uri(), table: { name: 't' } }, null));
    expect(code).to.equal('DPONE_CAPABILITY');
    expect(text).to.contain('wal_level = logical');
  });

  for (const major of [13, 18] as const)
    it(`that removed it (max_slot_wal_keep_size) is told from one that has it, Postgres ${major}`, async () => {
      await using server = await startPostgres({
        major,
        settings: { max_slot_wal_keep_size: '1MB', min_wal_size: '32MB', max_wal_size: '32MB' },
      });
      await server.sql('CREATE TABLE t (id int PRIMARY KEY)');
      const of = { connection: server.uri(), table: { name: 't' } };
      const { state } = await cdcStep(of, null);
      expect(await useSource(of, (source) => source.check())).to.deep.include({
        name: 'replication slot dpone_public_t',
        status: 'pass',
        message: (await useSource(of, (source) => source.check())).at(-1)!.message,
      });
      while ((await server.sql(`SELECT FROM pg_replication_slots WHERE wal_status = 'lost'`)).length === 0)
        await server.sql(
          `INSERT INTO t SELECT coalesce(max(id), 0) + i FROM t, generate_series(1, 20000) i GROUP BY i; SELECT pg_switch_wal(); CHECKPOINT`,
        );
      const { code, text } = await failure(() => cdcStep(of, state));
      expect(code).to.equal('DPONE_SOURCE_READ');
      expect(text).to.contain('max_slot_wal_keep_size').and.contain('state reset');
      const slot = (await useSource(of, (source) => source.check())).at(-1)!;
      expect(slot.status).to.equal('warn');
      expect(slot.remedy).to.contain('pg_drop_replication_slot').and.contain('state reset');
      // Begun anew, the lost one goes.
      const anew = await cdcStep(of, null);
      expect(anew.state).to.have.property('slot', 'dpone_public_t__2');
      expect(await server.sql('SELECT slot_name FROM pg_replication_slots')).to.deep.equal([
        { slot_name: 'dpone_public_t__2' },
      ]);
    });
});
