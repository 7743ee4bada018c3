import { givenPostgres, startPostgres, startProxy, type PostgresServer } from '@dpone/test-services';
import { expect } from 'chai';
import { authority, type Authority, type Certificate } from './support/certificates.js';
import { ask, home, refused, type Home } from './support/connecting.js';

const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
const TLS_IN_USE = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
const SECRET = 'correct-horse';

/** Who may come how, by the name of the database: what a server would refuse, it refuses here. */
const HBA = [
  'local all all trust',
  'hostssl certificate all 127.0.0.1/32 cert',
  'hostssl only_tls all 127.0.0.1/32 trust',
  'hostnossl only_plain all 127.0.0.1/32 trust',
  'host only_tls,only_plain,certificate all 127.0.0.1/32 reject',
  'host scram all 127.0.0.1/32 scram-sha-256',
  'host cleartext all 127.0.0.1/32 password',
  'host all all 127.0.0.1/32 trust',
  '',
].join('\n');
const DATABASES = ['certificate', 'only_tls', 'only_plain', 'scram', 'cleartext'];

async function tlsServer(
  root: Authority,
  own: Certificate,
  extra: Record<string, string> = {},
): Promise<PostgresServer> {
  const server = await startPostgres({
    settings: { ssl: 'on', ssl_ca_file: 'root.crt', password_encryption: 'scram-sha-256', ...extra },
    files: { 'pg_hba.conf': HBA, 'server.crt': own.pem, 'server.key': own.key, 'root.crt': root.pem },
  });
  for (const name of DATABASES) await server.createDatabase(name);
  await server.sql(`CREATE ROLE anna LOGIN PASSWORD '${SECRET}'`);
  return server;
}

describe('TLS as libpq', function () {
  this.timeout(120_000);
  const root = authority('dpone test root');
  const other = authority('another root');
  const certificate = root.issue({ commonName: 'server', names: ['localhost'], addresses: ['127.0.0.2'] });
  let secure: PostgresServer;
  let plain: PostgresServer;
  let own: Home;

  before(async function () {
    if (givenPostgres() !== undefined) {
      Object.assign(this.runnable().parent!, { skipReason: 'DPONE_TEST_POSTGRES_URL gives a server' });
      this.skip();
    }
    secure = await tlsServer(root, certificate);
    plain = await startPostgres();
  });
  after(async () => {
    await secure?.stop();
    await plain?.stop();
  });
  beforeEach(() => {
    own = home();
  });
  afterEach(() => own.remove());

  const said = (server: PostgresServer, more: object = {}) => ({
    host: 'localhost',
    hostaddr: '127.0.0.1',
    port: server.port,
    user: 'postgres',
    dbname: 'postgres',
    ...more,
  });
  const usesTls = (server: PostgresServer, more: object = {}) => ask(TLS_IN_USE, said(server, more), { env: own.env });
  const why = async (server: PostgresServer, more: object = {}) => {
    const error = await refused(said(server, more), { env: own.env });
    return `${error.code} ${error.message}`;
  };

  const matrix = {
    disable: { server: false, without: false },
    allow: { server: false, without: false },
    prefer: { server: true, without: false },
    require: { server: true, without: /has no TLS/ },
    'verify-ca': { server: true, without: /has no TLS/ },
    'verify-full': { server: true, without: /has no TLS/ },
  } as const;
  for (const sslmode of MODES)
    it(`sslmode ${sslmode}: a server with TLS and one without`, async () => {
      const sslrootcert = own.write('ca.pem', root.pem);
      expect(await usesTls(secure, { sslmode, sslrootcert })).to.equal(matrix[sslmode].server);
      const { without } = matrix[sslmode];
      if (without === false) expect(await usesTls(plain, { sslmode, sslrootcert })).to.equal(false);
      else expect(await why(plain, { sslmode, sslrootcert })).to.match(without);
    });

  it('prefers TLS where nothing is said, and falls back where the server does not want it', async () => {
    expect(await usesTls(secure)).to.equal(true);
    expect(await usesTls(plain)).to.equal(false);
    expect(await usesTls(secure, { dbname: 'only_plain' })).to.equal(false);
    expect(await why(secure, { dbname: 'only_plain', sslmode: 'require' })).to.match(/^DPONE_AUTH_FAILED .*pg_hba/);
  });

  it('allows TLS where the server wants it', async () => {
    expect(await usesTls(secure, { dbname: 'only_tls', sslmode: 'allow' })).to.equal(true);
    expect(await why(secure, { dbname: 'only_tls', sslmode: 'disable' })).to.match(/^DPONE_AUTH_FAILED .*pg_hba/);
  });

  it('does not verify with require, unless a root certificate lies there', async () => {
    const mode = { sslmode: 'require' };
    expect(await usesTls(secure, mode)).to.equal(true);
    own.write('.postgresql/root.crt', other.pem);
    expect(await why(secure, mode)).to.match(/DPONE_CONNECTION_FAILED .*TLS: .*(self-signed|unable to (get|verify))/);
    expect(await usesTls(secure, { sslmode: 'prefer' }), 'prefer falls back').to.equal(false);
    own.write('.postgresql/root.crt', root.pem);
    expect(await usesTls(secure, mode)).to.equal(true);
  });

  it('verifies the chain with verify-ca, and the name as well with verify-full', async () => {
    const sslrootcert = own.write('ca.pem', root.pem);
    const byAddress = { host: '127.0.0.1', hostaddr: '127.0.0.1', sslrootcert };
    expect(await usesTls(secure, { ...byAddress, sslmode: 'verify-ca' })).to.equal(true);
    expect(await why(secure, { ...byAddress, sslmode: 'verify-full' })).to.match(
      /does not match certificate's altnames/,
    );
    expect(await why(secure, { host: 'elsewhere', sslrootcert, sslmode: 'verify-full' })).to.match(/altnames/);
    expect(await usesTls(secure, { host: '127.0.0.2', sslrootcert, sslmode: 'verify-full' })).to.equal(true);
    for (const sslmode of ['verify-ca', 'verify-full']) {
      expect(await why(secure, { sslmode })).to.match(/^DPONE_CONNECTION_INVALID .*root\.crt does not exist/);
      expect(await why(secure, { sslmode, sslrootcert: own.write('wrong.pem', other.pem) })).to.match(/TLS: /);
    }
    const nameless = {
      port: secure.port,
      hostaddr: '127.0.0.1',
      user: 'postgres',
      sslmode: 'verify-full',
      sslrootcert,
    };
    expect((await refused(nameless, { env: own.env })).message).to.contain('name of the host');
  });

  it('does not take a certificate of the system for one of ours', async () => {
    expect(await why(secure, { sslrootcert: 'system' })).to.match(/TLS: /);
  });

  it('refuses an expired certificate and a revoked one', async () => {
    const sslrootcert = own.write('ca.pem', root.pem);
    const verify = { sslmode: 'verify-full', sslrootcert };
    expect(await usesTls(secure, { ...verify, sslcrl: own.write('empty.crl', root.revoke()) })).to.equal(true);
    const sslcrl = own.write('some.crl', root.revoke(certificate));
    expect(await why(secure, { ...verify, sslcrl })).to.match(/TLS: certificate revoked/);
    own.write('crls/0a1b2c3d.r0', root.revoke(certificate));
    expect(await why(secure, { ...verify, sslcrldir: `${own.dir}/crls` })).to.match(/TLS: certificate revoked/);
    const old = root.issue({ commonName: 'server', names: ['localhost'], expired: true });
    await using server = await tlsServer(root, old);
    expect(await why(server, verify)).to.match(/TLS: certificate has expired/);
  });

  it('proves who it is by a certificate, with a key that nobody else may read', async () => {
    const client = root.issue({ commonName: 'postgres' });
    const database = { dbname: 'certificate', sslmode: 'require' };
    expect(await why(secure, database)).to.match(/^DPONE_AUTH_FAILED .*valid client certificate/);
    const files = { sslcert: own.write('c.crt', client.pem), sslkey: own.write('c.key', client.key) };
    expect(await usesTls(secure, { ...database, ...files })).to.equal(true);
    expect(await why(secure, { ...database, ...files, sslcertmode: 'disable' })).to.match(/valid client certificate/);
    own.write('.postgresql/postgresql.crt', client.pem);
    expect(await why(secure, database)).to.match(/^DPONE_CONNECTION_INVALID .*not its key/);
    own.write('.postgresql/postgresql.key', client.key);
    expect(await usesTls(secure, database)).to.equal(true);
    if (process.platform === 'win32') return;
    const open = own.write('open.key', client.key, 0o644);
    expect(await why(secure, { ...database, ...files, sslkey: open })).to.match(/^DPONE_CONNECTION_INVALID .*others/);
  });

  it('keeps to the versions of TLS that are asked for', async () => {
    const version = 'SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
    const at = (more: object) => ask(version, said(secure, more), { env: own.env });
    expect(await at({ ssl_max_protocol_version: 'TLSv1.2' })).to.equal('TLSv1.2');
    expect(await at({ ssl_min_protocol_version: 'TLSv1.3' })).to.equal('TLSv1.3');
  });

  it('begins TLS at once with sslnegotiation direct', async () => {
    const direct = { sslnegotiation: 'direct', sslmode: 'require' };
    expect(await usesTls(secure, direct)).to.equal(true);
    expect(await why(plain, direct)).to.match(/^DPONE_CONNECTION_FAILED .*TLS: /);
  });

  it('never uses TLS on a Unix socket', async () => {
    const socket = { host: secure.socketDir, port: secure.port, user: 'postgres', sslmode: 'verify-full' };
    expect(await ask(TLS_IN_USE, socket, { env: own.env })).to.equal(false);
  });

  it('binds the proof of a password to the connection where that is asked for', async () => {
    const scram = { dbname: 'scram', user: 'anna', password: SECRET };
    expect(await usesTls(secure, { ...scram, channel_binding: 'require' })).to.equal(true);
    expect(await usesTls(secure, { ...scram, channel_binding: 'disable' })).to.equal(true);
    expect(await usesTls(secure, { ...scram, sslmode: 'disable' })).to.equal(false);
    for (const more of [
      { ...scram, sslmode: 'disable' },
      { ...scram, dbname: 'cleartext', sslmode: 'require' },
      { dbname: 'postgres' },
    ])
      expect(await why(secure, { ...more, channel_binding: 'require' })).to.match(/^DPONE_AUTH_FAILED /);
  });

  it('says no password to a server that asks for it in another way than allowed', async () => {
    const anna = { user: 'anna', password: SECRET, sslmode: 'disable' };
    await using proxy = await startProxy(secure);
    const through = { ...anna, port: proxy.port, require_auth: 'scram-sha-256' };
    expect(await ask('SELECT 1', said(secure, { ...through, dbname: 'scram' }), { env: own.env })).to.equal(1);
    const sent = proxy.bytes['to-server'];
    const error = await refused(said(secure, { ...through, dbname: 'cleartext' }), { env: own.env });
    expect(error.code).to.equal('DPONE_AUTH_FAILED');
    expect(error.message).to.contain('by password');
    // The start-up message alone: its length is what the server was told, and no password after it.
    const start = proxy.bytes['to-server'] - sent;
    await refused(said(secure, { ...through, require_auth: '!password', dbname: 'cleartext' }), { env: own.env });
    expect(proxy.bytes['to-server'] - sent - start).to.equal(start);
    expect(start).to.be.lessThan(100);
    expect(await why(secure, { require_auth: '!none' })).to.match(/^DPONE_AUTH_FAILED .*no proof/);
    expect(await why(secure, { ...anna, dbname: 'scram', require_auth: 'none' })).to.match(/by scram-sha-256/);
  });
});
