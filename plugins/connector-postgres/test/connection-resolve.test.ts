import { chmodSync } from 'node:fs';
import { userInfo } from 'node:os';
import { expect } from 'chai';
import fc from 'fast-check';
import { isDponeError, type DponeError } from '@dpone/sdk';
import { passwordOf } from '../dist/connection/password-file.js';
import { resolveConnection, type ResolvedConnection } from '../dist/connection/resolve.js';
import { connection } from '../dist/connection/settings.js';
import { encryptions } from '../dist/connection/tls.js';
import { everythingOf, home, type Home } from './support/connecting.js';

describe('what a connection leaves open', () => {
  let own: Home;
  beforeEach(() => {
    own = home();
  });
  afterEach(() => own.remove());

  const resolve = (said: unknown, env: Record<string, string> = {}): Promise<ResolvedConnection> =>
    resolveConnection(connection.parse(said), { ...own.env, ...env });
  const invalid = async (said: unknown, env: Record<string, string> = {}): Promise<DponeError> => {
    const error: unknown = await resolve(said, env).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!isDponeError(error)) throw new Error('it went through');
    expect(error.code).to.equal('DPONE_CONNECTION_INVALID');
    return error;
  };
  const passwordFor = async (said: unknown, env: Record<string, string> = {}) => {
    const resolved = await resolve(said, env);
    return resolved.password(resolved.hosts[0]!);
  };

  it('is filled by the service, then by the environment, then by defaults', async () => {
    own.write(
      '.pg_service.conf',
      '# comment\n[other]\nhost=wrong\n\n[shop]\nhost=service-host\nuser=service-user\ndbname=service-db\n[later]\nport=9\n',
    );
    const env = { PGSERVICE: 'shop', PGHOST: 'env-host', PGUSER: 'env-user', PGPORT: '7777', PGSSLMODE: 'require' };
    const resolved = await resolve('user=said-user', env);
    expect(resolved.user).to.equal('said-user');
    expect(resolved.database).to.equal('service-db');
    expect(resolved.hosts).to.eql([{ name: 'service-host', address: undefined, port: 7777 }]);
    expect(resolved.parameters.sslmode).to.equal('require');
    expect((await resolve('service=later', {})).hosts[0]!.port).to.equal(9);
  });

  it('is the local server, its port, the user and a database of that name, where nobody says', async () => {
    const resolved = await resolve({}, {});
    expect(resolved.user).to.equal(userInfo().username);
    expect(resolved.database).to.equal(userInfo().username);
    expect(resolved.hosts).to.have.length(1);
    expect(resolved.hosts[0]!.port).to.equal(5432);
    expect(resolved.hosts[0]!.name).to.be.oneOf(['localhost', '/var/run/postgresql', '/tmp']);
    expect((await resolve('user=a')).database).to.equal('a');
  });

  it('pairs hosts, addresses and ports', async () => {
    const of = async (said: string) => (await resolve(said)).hosts;
    expect(await of('host=a,b port=1,2')).to.eql([
      { name: 'a', address: undefined, port: 1 },
      { name: 'b', address: undefined, port: 2 },
    ]);
    expect(await of('host=a,/tmp/x port=7')).to.eql([
      { name: 'a', address: undefined, port: 7 },
      { name: '/tmp/x', address: undefined, port: 7 },
    ]);
    expect(await of('postgres://a:1,b/x')).to.eql([
      { name: 'a', address: undefined, port: 1 },
      { name: 'b', address: undefined, port: 5432 },
    ]);
    expect(await of('hostaddr=10.0.0.1')).to.eql([{ name: '', address: '10.0.0.1', port: 5432 }]);
    expect((await invalid('host=a,b port=1,2,3')).message).to.contain('3 ports');
    expect((await invalid('host=a,b hostaddr=::1')).message).to.contain('1 addresses');
  });

  it('is refused where a service or a variable is wrong, without saying a value', async () => {
    const secret = 'hunter2-pa55';
    own.write('.pg_service.conf', `[a]\npasword=${secret}\n[b]\n${secret}\n[c]\nservice=a\n[d]\nport=${secret}\n`);
    for (const [name, line] of [
      ['a', ':2:'],
      ['b', ':4:'],
      ['c', ':6:'],
      ['d', ':8:'],
    ] as const) {
      const error = await invalid(`service=${name}`);
      expect(error.message).to.contain(line);
      expect(everythingOf(error)).to.not.contain(secret);
    }
    expect((await invalid('service=nosuch')).message).to.contain('"nosuch"');
    expect((await invalid('service=a', { PGSERVICEFILE: '/no/such/file' })).message).to.contain('/no/such/file');
    expect((await invalid({}, { PGSSLMODE: 'yes' })).message).to.contain('PGSSLMODE');
    expect((await invalid({}, { PGREQUIREPEER: 'postgres' })).message).to.contain('PGREQUIREPEER');
    expect((await invalid('sslrootcert=system sslmode=require')).message).to.contain('too weak');
    expect((await invalid('sslnegotiation=direct')).message).to.contain('too weak');
    expect((await resolve('sslrootcert=system')).parameters.sslmode).to.equal('verify-full');
  });

  it('is found in the file that is named, else in the system-wide one', async () => {
    const file = own.write('elsewhere.conf', '[s]\nhost=named\n');
    own.write('pg_service.conf', '[s]\nhost=system\n');
    expect((await resolve('service=s', { PGSERVICEFILE: file })).hosts[0]!.name).to.equal('named');
    expect((await resolve(`service=s servicefile='${file}'`)).hosts[0]!.name).to.equal('named');
    expect((await resolve('service=s')).hosts[0]!.name).to.equal('system');
  });

  it('is the password of the password file, unless one is given', async () => {
    own.write(
      '.pgpass',
      '# h:*:*:*:comment\nh:1:d:u:first\nh:*:*:*:second\n*:*:*:o\\:o:th\\:ird\nlocalhost:*:*:l:local\n',
    );
    expect(await passwordFor('host=h port=1 dbname=d user=u')).to.eql({ password: 'first' });
    expect(await passwordFor('host=h port=2 dbname=d user=u')).to.eql({ password: 'second' });
    expect(await passwordFor('host=x user=o:o')).to.eql({ password: 'th:ird' });
    expect(await passwordFor('host=x user=z')).to.eql({});
    expect(await passwordFor('host=/tmp user=l')).to.eql({ password: 'local' });
    expect(await passwordFor('host=/elsewhere user=l')).to.eql({});
    expect(await passwordFor('host=h', { PGPASSWORD: 'env' })).to.eql({ password: 'env' });
    expect(await passwordFor('host=h password=said', { PGPASSWORD: 'env' })).to.eql({ password: 'said' });
    const other = own.write('other', '*:*:*:*:other\n');
    expect(await passwordFor('host=h', { PGPASSFILE: other })).to.eql({ password: 'other' });
    expect(await passwordFor(`host=h passfile='${other}'`)).to.eql({ password: 'other' });
  });

  it('is no password of a file that others may read', async function () {
    if (process.platform === 'win32') this.skip();
    const path = own.write('.pgpass', '*:*:*:*:secret\n');
    for (const mode of [0o640, 0o604, 0o610]) {
      chmodSync(path, mode);
      const found = await passwordFor('host=h');
      expect(found.password).to.equal(undefined);
      expect(found.ignored).to.contain(path).and.contain('chmod');
    }
    chmodSync(path, 0o400);
    expect(await passwordFor('host=h')).to.eql({ password: 'secret' });
    expect((await passwordFor(`host=h passfile='${own.dir}'`)).ignored).to.contain('plain file');
  });
});

describe('a password file', () => {
  const text = fc.string({ minLength: 1, maxLength: 12 }).filter((one) => !/[\r\n\0]/.test(one));
  // A field that is only a star means any.
  const escape = (value: string): string => (value === '*' ? '\\*' : value.replace(/[\\:]/g, '\\$&'));

  it('gives the password of the line that fits, whatever is in it', () => {
    fc.assert(
      fc.property(text, text, text, text, fc.nat({ max: 15 }), (host, database, user, password, stars) => {
        fc.pre(!host.startsWith('#') && stars < 16);
        const fields = [host, '5432', database, user].map((one, i) => ((stars >> i) & 1 ? '*' : escape(one)));
        const file = `nobody:1:a:b:wrong\n${fields.join(':')}:${escape(password)}\n*:*:*:*:later\n`;
        expect(passwordOf(file, { host, port: 5432, database, user })).to.equal(password);
        fc.pre(stars === 0);
        expect(passwordOf(file, { host, port: 5432, database, user: `${user}x` })).to.equal('later');
      }),
      { examples: [['h', 'd', '*', 'p', 0]] },
    );
  });
});

describe('sslmode', () => {
  const tcp = { name: 'h', address: undefined, port: 1 };
  it('decides what is tried, never on a Unix socket', () => {
    expect(encryptions('disable', tcp)).to.eql(['plain']);
    expect(encryptions('allow', tcp)).to.eql(['plain', 'tls']);
    expect(encryptions('prefer', tcp)).to.eql(['asked', 'plain']);
    for (const mode of ['require', 'verify-ca', 'verify-full']) {
      expect(encryptions(mode, tcp)).to.eql(['tls']);
      expect(encryptions(mode, { ...tcp, name: '/tmp' })).to.eql(['plain']);
      expect(encryptions(mode, { ...tcp, name: '/tmp', address: '127.0.0.1' })).to.eql(['tls']);
    }
  });
});
