import { createServer, type AddressInfo } from 'node:net';
import {
  freePort,
  givenPostgres,
  postgresMajors,
  startPostgres,
  startProxy,
  type PostgresServer,
} from '@dpone/test-services';
import { expect } from 'chai';
import { connectPostgres } from '../dist/connection/connect.js';
import { postgresError } from '../dist/errors.js';
import { ask, everythingOf, home, open, refused, type Home } from './support/connecting.js';

const SECRET = 'hunter2-pa55:w\\rd';
const READING = { what: 'reading t', code: 'DPONE_SOURCE_READ' } as const;

const HBA = [
  'local all all trust',
  'host all scram 127.0.0.1/32 scram-sha-256',
  'host all md5 127.0.0.1/32 md5',
  'host all clear 127.0.0.1/32 password',
  'host all shut 127.0.0.1/32 reject',
  'host all all 127.0.0.1/32 trust',
  '',
].join('\n');

describe('connecting to Postgres', function () {
  this.timeout(120_000);
  let server: PostgresServer;
  let own: Home;

  before(async function () {
    if (givenPostgres() !== undefined) {
      Object.assign(this.runnable().parent!, { skipReason: 'DPONE_TEST_POSTGRES_URL gives a server' });
      this.skip();
    }
    server = await startPostgres({ files: { 'pg_hba.conf': HBA } });
    const quoted = SECRET.replaceAll("'", "''");
    await server.sql(`SET password_encryption = 'scram-sha-256';
      CREATE ROLE scram LOGIN PASSWORD '${quoted}'; CREATE ROLE clear LOGIN PASSWORD '${quoted}'; CREATE ROLE shut LOGIN;
      SET password_encryption = 'md5'; CREATE ROLE md5 LOGIN PASSWORD '${quoted}';
      CREATE ROLE odd LOGIN; ALTER ROLE odd SET datestyle = 'SQL, DMY'; ALTER ROLE odd SET intervalstyle = 'postgres_verbose';
      ALTER ROLE odd SET timezone = 'Asia/Kolkata'; ALTER ROLE odd SET extra_float_digits = '-5';
      ALTER ROLE odd SET bytea_output = 'escape'; ALTER ROLE odd SET standard_conforming_strings = 'on';
      ALTER ROLE odd SET xmloption = 'document'; CREATE ROLE one LOGIN CONNECTION LIMIT 1; CREATE ROLE few LOGIN;`);
    await server.createDatabase('closed');
    await server.sql('REVOKE CONNECT ON DATABASE closed FROM PUBLIC');
  });
  after(() => server?.stop());
  beforeEach(() => {
    own = home();
  });
  afterEach(() => own.remove());

  const said = (more: object = {}) => ({
    host: '127.0.0.1',
    port: server.port,
    user: 'postgres',
    database: 'postgres',
    ...more,
  });

  describe('a session', () => {
    const TEXTS = `SELECT concat_ws(' ', date '2024-02-01', interval '-1 day 3 hours', timestamptz '2024-01-01 00:00+00',
      0.1::float8 + 0.2, '\\x00ff'::bytea, current_setting('xmloption'), current_setting('client_encoding'),
      current_setting('standard_conforming_strings'))`;
    const EXPECTED = String.raw`2024-02-01 P-1DT3H 2024-01-01 00:00:00+00 0.30000000000000004 \x00ff content UTF8 on`;

    it('says values in the same texts, whatever a role or PGOPTIONS sets', async () => {
      expect(await ask(TEXTS, said())).to.equal(EXPECTED);
      expect(await ask(TEXTS, said({ user: 'odd' }))).to.equal(EXPECTED);
      const env = { ...own.env, PGOPTIONS: '-c datestyle=German -c TimeZone=PST8PDT', PGCLIENTENCODING: 'LATIN1' };
      expect(await ask(TEXTS, said(), { env })).to.equal(EXPECTED);
    });

    it('takes settings of the caller and options of the connection', async () => {
      const settings = { statement_timeout: '1234', search_path: String.raw`"a'b\c", public` };
      const both = `SELECT current_setting('statement_timeout') || current_setting('search_path') || current_setting('work_mem')`;
      expect(await ask(both, said({ options: '-c work_mem=77kB' }), { settings })).to.equal(
        String.raw`1234ms"a'b\c", public77kB`,
      );
    });

    it('has the name that the connection, the environment or the caller gives', async () => {
      const name = "SELECT current_setting('application_name')";
      expect(await ask(name, said(), { env: own.env })).to.equal('dpone');
      expect(await ask(name, said({ fallback_application_name: 'f' }), { env: own.env })).to.equal('f');
      expect(await ask(name, said(), { env: { ...own.env, PGAPPNAME: 'e' } })).to.equal('e');
      expect(await ask(name, said({ application_name: 'a' }), { env: { ...own.env, PGAPPNAME: 'e' } })).to.equal('a');
    });

    it('is reached by the Unix socket, by a URI of it, and by an address alone', async () => {
      const count = 'SELECT 1';
      expect(await ask(count, said({ host: server.socketDir }))).to.equal(1);
      const socket = encodeURIComponent(server.socketDir!);
      expect(await ask(count, `postgresql://postgres@${socket}:${server.port}/postgres`)).to.equal(1);
      expect(await ask(count, `hostaddr=127.0.0.1 port=${server.port} user=postgres`)).to.equal(1);
      expect(await ask(count, said({ host: 'nowhere.invalid', hostaddr: '127.0.0.1' }))).to.equal(1);
    });

    it('outlives nothing and ends nothing when the server ends it while it is idle', async () => {
      const client = await open(said());
      const ended = new Promise((resolve) => client.once('end', resolve));
      const [row] = (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows;
      await server.sql(`SELECT pg_terminate_backend(${row!.pid})`);
      await ended;
      const error: unknown = await client.query('SELECT 1').catch((thrown: unknown) => postgresError(thrown, READING));
      expect(error).to.include({ code: 'DPONE_CONNECTION_FAILED' });
      await client.end();
    });
  });

  for (const major of [13, 18] as const)
    it(`makes replication connections, and sets them up, on Postgres ${major}`, async function () {
      if (!(await postgresMajors()).includes(major)) this.skip();
      await using older = await startPostgres({ major });
      const client = await open(`postgres://postgres@127.0.0.1:${older.port}/postgres`, { replication: 'database' });
      try {
        const { rows } = await client.query<{ dbname: string }>('IDENTIFY_SYSTEM');
        expect(rows[0]!.dbname).to.equal('postgres');
        expect((await client.query<{ TimeZone: string }>('SHOW TimeZone')).rows[0]!.TimeZone).to.equal('UTC');
      } finally {
        await client.end();
      }
    });

  describe('a password', () => {
    for (const user of ['scram', 'md5', 'clear']) {
      it(`is found for ${user} where libpq finds it`, async () => {
        const who = 'SELECT current_user::text';
        const { env } = own;
        expect(await ask(who, said({ user, password: SECRET }), { env })).to.equal(user);
        expect(await ask(who, said({ user }), { env: { ...env, PGPASSWORD: SECRET } })).to.equal(user);
        own.write(
          '.pg_service.conf',
          `[s]\nhost=127.0.0.1\nport=${server.port}\ndbname=postgres\npassword=${SECRET}\n`,
        );
        expect(await ask(who, { service: 's', user }, { env })).to.equal(user);
        const escaped = SECRET.replace(/[\\:]/g, '\\$&');
        own.write('.pgpass', `127.0.0.1:${server.port}:postgres:${user}:${escaped}\n*:*:*:*:wrong\n`);
        expect(await ask(who, said({ user }), { env })).to.equal(user);
        const encoded = `postgres://${user}:${encodeURIComponent(SECRET)}@127.0.0.1:${server.port}/postgres`;
        expect(await ask(who, encoded, { env })).to.equal(user);
      });

      it(`that is wrong or absent for ${user} is refused, and never said`, async () => {
        const wrong = await refused(said({ user, password: `${SECRET}x` }), { env: own.env });
        expect(wrong.code).to.equal('DPONE_AUTH_FAILED');
        expect(wrong.message).to.contain(`127.0.0.1:${server.port}`).and.contain(`database postgres as ${user}`);
        expect(wrong.remedy).to.contain('password');
        const byUri = `postgres://${user}:${encodeURIComponent(`${SECRET}x`)}@127.0.0.1:${server.port}/postgres`;
        for (const error of [wrong, await refused(byUri, { env: own.env })])
          for (const secret of [SECRET, SECRET.replace('\\', '\\\\'), encodeURIComponent(SECRET)])
            expect(everythingOf(error)).to.not.contain(secret);
        const none = await refused(said({ user }), { env: own.env });
        expect(`${none.code} ${none.message}`).to.match(/^DPONE_AUTH_FAILED .*none is given/);
        if (process.platform === 'win32') return;
        own.write('.pgpass', `*:*:*:*:${SECRET}\n`, 0o644);
        const ignored = await refused(said({ user }), { env: own.env });
        expect(ignored.message).to.contain('is ignored').and.contain('.pgpass');
      });
    }
  });

  describe('a refusal says what, where and what to do', () => {
    it('no such database, no such role, no entry in pg_hba.conf', async () => {
      const database = await refused(said({ database: 'nosuch' }));
      expect(`${database.code} ${database.message}`).to.match(/^DPONE_CONNECTION_INVALID .*"nosuch" does not exist/);
      const role = await refused(said({ user: 'nobody-here' }));
      expect(`${role.code} ${role.message}`).to.match(/^DPONE_AUTH_FAILED .*"nobody-here" does not exist/);
      const shut = await refused(said({ user: 'shut' }));
      expect(`${shut.code} ${shut.message}`).to.match(/^DPONE_AUTH_FAILED .*pg_hba\.conf/);
    });

    it('no privilege on the database, and no connection left', async () => {
      const closed = await refused(said({ user: 'few', database: 'closed' }));
      expect(closed.code).to.equal('DPONE_PRIVILEGE_MISSING');
      expect(closed.remedy).to.contain('GRANT CONNECT ON DATABASE "closed"');
      const client = await open(said({ user: 'one' }));
      const second = await refused(said({ user: 'one' }));
      await client.end();
      expect(`${second.code} ${second.message}`).to.match(/^DPONE_CONNECTION_FAILED .*too many connections/);
      expect(second.remedy).to.contain('--parallel');
    });

    it('nobody listens, no such host, no such socket', async () => {
      const port = await freePort();
      const nobody = await refused(said({ port }));
      expect(`${nobody.code} ${nobody.message}`).to.equal(
        `DPONE_CONNECTION_FAILED connecting to database postgres as postgres: 127.0.0.1:${port}: connection refused`,
      );
      expect((await refused(said({ host: 'nowhere.invalid' }))).message).to.contain(`nowhere.invalid:${server.port}: `);
      const socket = await refused(said({ host: own.dir }));
      expect(socket.message).to.contain(`socket ${own.dir}/.s.PGSQL.${server.port}: there is no such socket`);
    });

    it('a server that does not answer, in the time that is given', async () => {
      await using proxy = await startProxy(server);
      proxy.pause();
      const silent = said({ port: proxy.port });
      const late = await refused(silent, { connectTimeoutMs: 200 });
      expect(`${late.code} ${late.message}`).to.match(/^DPONE_CONNECTION_FAILED .*no answer within 0\.2 s/);
      expect((await refused({ ...silent, connect_timeout: 1 })).message).to.match(/no answer within 1 s/);
      proxy.resume();
      expect(await ask('SELECT 1', silent)).to.equal(1);
    });

    it('a server that is none of Postgres', async () => {
      const web = createServer((socket) => {
        socket.on('error', () => undefined).once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
      });
      await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
      const { port } = web.address() as AddressInfo;
      const asked = await refused(said({ port }));
      expect(asked.code).to.equal('DPONE_CONNECTION_FAILED');
      expect(asked.message).to.contain('not that of a Postgres server');
      web.close();
    });

    it('a connection that is cut on the way', async () => {
      await using proxy = await startProxy(server);
      for (const [bytes, direction] of [
        [3, 'to-client'],
        [20, 'to-server'],
        [300, 'to-client'],
      ] as const) {
        proxy.cutAfter(bytes, direction);
        const cut = await refused(said({ port: proxy.port, sslmode: 'disable' }));
        expect(cut.code, `${bytes} ${direction}`).to.equal('DPONE_CONNECTION_FAILED');
      }
      expect(proxy.cuts).to.equal(3);
    });
  });

  describe('the signal of a run', () => {
    const call = (signal: AbortSignal, port: number) =>
      connectPostgres({ host: '127.0.0.1', port: String(port) }, { applicationName: 'x', connectTimeoutMs: 0, signal });

    it('ends the wait for a server', async () => {
      await using proxy = await startProxy(server);
      proxy.pause();
      const controller = new AbortController();
      const waiting = call(controller.signal, proxy.port).catch((error: unknown) => error);
      while (proxy.connections === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      controller.abort();
      expect(await waiting).to.include({ code: 'DPONE_CANCELLED' });
      expect(await call(AbortSignal.abort(), proxy.port).catch((error: unknown) => error)).to.include({
        code: 'DPONE_CANCELLED',
      });
    });

    it('has no power over a connection that is open', async () => {
      const controller = new AbortController();
      const client = await open(said(), { signal: controller.signal });
      controller.abort();
      expect((await client.query('SELECT 1 AS one')).rows).to.eql([{ one: 1 }]);
      await client.end();
    });
  });
});
