import { freePort, givenPostgres, startPostgres, type PostgresServer } from '@dpone/test-services';
import { expect } from 'chai';
import { postgresError } from '../dist/errors.js';
import { ask, open, refused } from './support/connecting.js';

describe('several hosts of a connection', function () {
  this.timeout(120_000);
  let server: PostgresServer;

  before(async function () {
    if (givenPostgres() !== undefined) {
      Object.assign(this.runnable().parent!, { skipReason: 'DPONE_TEST_POSTGRES_URL gives a server' });
      this.skip();
    }
    server = await startPostgres({
      files: {
        'pg_hba.conf':
          'local all all trust\nhost all anna 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n',
      },
    });
    await server.sql("CREATE ROLE anna LOGIN PASSWORD 'right'");
  });
  after(() => server?.stop());

  const said = (more: object = {}) => ({
    host: '127.0.0.1',
    port: server.port,
    user: 'postgres',
    database: 'postgres',
    ...more,
  });
  const port = "SELECT current_setting('port')";

  it('are tried in their order until one answers', async () => {
    const nobody = await freePort();
    const hosts = said({
      host: '127.0.0.1,nowhere.invalid,127.0.0.1',
      port: `${nobody},${server.port},${server.port}`,
    });
    expect(await ask(port, hosts)).to.equal(String(server.port));
    const other = await freePort();
    const none = await refused(said({ host: '127.0.0.1,127.0.0.1', port: `${nobody},${other}` }));
    expect(none.message).to.contain(`:${nobody}: connection refused; 127.0.0.1:${other}: connection refused`);
  });

  it('are not tried further when one refuses the password', async () => {
    const nobody = await freePort();
    const hosts = { host: '127.0.0.1,127.0.0.1', port: `${server.port},${nobody}`, user: 'anna', password: 'wrong' };
    const error = await refused(said(hosts));
    expect(error.code).to.equal('DPONE_AUTH_FAILED');
    expect(error.message).to.not.contain(String(nobody));
  });

  it('are chosen by what they are', async () => {
    await using standby = await startPostgres({ files: { 'standby.signal': '' } });
    await using frozen = await startPostgres({ settings: { default_transaction_read_only: 'on' } });
    const named = new Map([
      [String(server.port), 'primary'],
      [String(standby.port), 'standby'],
      [String(frozen.port), 'frozen'],
    ]);
    const chosen = async (attributes: string, ...servers: readonly PostgresServer[]) => {
      const hosts = servers.map(() => '127.0.0.1').join(',');
      const ports = servers.map((one) => one.port).join(',');
      const found = await ask(port, said({ host: hosts, port: ports, target_session_attrs: attributes }));
      return named.get(String(found));
    };
    const all = [standby, frozen, server] as const;
    expect(await chosen('any', ...all)).to.equal('standby');
    expect(await chosen('read-write', ...all)).to.equal('primary');
    expect(await chosen('read-only', server, frozen, standby)).to.equal('frozen');
    expect(await chosen('primary', ...all)).to.equal('frozen');
    expect(await chosen('standby', server, frozen, standby)).to.equal('standby');
    expect(await chosen('prefer-standby', server, standby)).to.equal('standby');
    expect(await chosen('prefer-standby', server, frozen)).to.equal('primary');
    const none = await refused(said({ target_session_attrs: 'standby' }));
    expect(`${none.code} ${none.message}`).to.match(/^DPONE_CONNECTION_FAILED .*not a standby/);
    const client = await open(said({ port: standby.port }));
    const writing = { what: 'writing t', code: 'DPONE_SINK_WRITE' } as const;
    const error: unknown = await client
      .query('CREATE TABLE t (a int)')
      .catch((thrown: unknown) => postgresError(thrown, writing));
    await client.end();
    expect(error).to.include({ code: 'DPONE_TARGET_READ_ONLY' });
  });
});
