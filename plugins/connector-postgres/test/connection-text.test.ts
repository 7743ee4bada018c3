import { expect } from 'chai';
import fc from 'fast-check';
import { connection } from '../dist/connection/settings.js';
import { KEYWORDS, type Keyword } from '../dist/connection/keywords.js';

const SECRET = 'hunter2-pa55';

/** Texts that a URI or a quoted value can carry. */
const anyText = fc.string({ minLength: 1, maxLength: 30, unit: 'binary' }).filter((text) => !text.includes('\0'));
const hostName = fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/);
const port = fc.integer({ min: 1, max: 65_535 }).map(String);

const freeText = (Object.keys(KEYWORDS) as Keyword[]).filter((key) => !('values' in KEYWORDS[key]));
const parameters = fc
  .dictionary(fc.constantFrom(...freeText), anyText, { maxKeys: 8, noNullPrototype: true })
  .filter((values) => Object.keys(values).length > 0);

const read = (value: unknown) => connection.parse(value);
const problems = (value: unknown): string => {
  const result = connection.safeParse(value);
  if (result.success) throw new Error('it was accepted');
  return JSON.stringify(result.error.issues) + result.error.message;
};

describe('a connection as text', () => {
  it('reads any values from a URI', () => {
    fc.assert(
      fc.property(
        anyText,
        anyText,
        hostName,
        port,
        anyText,
        anyText,
        (user, password, host, number, dbname, options) => {
          const encode = encodeURIComponent;
          const uri = `postgresql://${encode(user)}:${encode(password)}@${host}:${number}/${encode(dbname)}?options=${encode(options)}`;
          expect(read(uri)).to.eql({ user, password, host, port: number, dbname, options });
          expect(read({ uri })).to.eql({ user, password, host, port: number, dbname, options });
        },
      ),
    );
  });

  it('reads any values from keywords, quoted', () => {
    fc.assert(
      fc.property(parameters, fc.constantFrom('=', ' = ', '= ', ' ='), (values, equals) => {
        const quote = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
        const dsn = Object.entries(values).map(([key, value]) => `${key}${equals}${quote(value)}`);
        expect(read(dsn.join('  '))).to.eql(values);
      }),
    );
  });

  it('reads values without quotes, with spaces and quotes behind a backslash', () => {
    fc.assert(
      fc.property(parameters, (values) => {
        const bare = (text: string) => text.replace(/[\s\\']/g, '\\$&');
        const dsn = Object.entries(values).map(([key, value]) => `${key}=${bare(value)}`);
        expect(read(dsn.join(' '))).to.eql(values);
      }),
      { examples: [[{ service: '\t' }]] },
    );
  });

  it('neither throws nor says back what it cannot read', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.constantFrom('postgres://', 'host=', ''), (tail, head) => {
        const result = connection.safeParse(`${head}${SECRET}${tail}`);
        if (!result.success) expect(JSON.stringify(result.error.issues)).to.not.contain(SECRET);
      }),
    );
  });

  // https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
  const examples: Readonly<Record<string, object>> = {
    'postgresql://': {},
    'postgresql://localhost': { host: 'localhost' },
    'postgresql://localhost:5433': { host: 'localhost', port: '5433' },
    'postgresql://localhost/mydb': { host: 'localhost', dbname: 'mydb' },
    'postgresql://user@localhost': { user: 'user', host: 'localhost' },
    'postgresql://user:secret@localhost': { user: 'user', password: 'secret', host: 'localhost' },
    'postgresql://other@localhost/otherdb?connect_timeout=10&application_name=myapp': {
      user: 'other',
      host: 'localhost',
      dbname: 'otherdb',
      connect_timeout: '10',
      application_name: 'myapp',
    },
    'postgresql://host1:123,host2:456/somedb?target_session_attrs=any&application_name=myapp': {
      host: 'host1,host2',
      port: '123,456',
      dbname: 'somedb',
      target_session_attrs: 'any',
      application_name: 'myapp',
    },
    'postgresql:///mydb?host=localhost&port=5433': { host: 'localhost', port: '5433', dbname: 'mydb' },
    'postgresql://[2001:db8::1234]/database': { host: '2001:db8::1234', dbname: 'database' },
    'postgresql:///dbname?host=/var/lib/postgresql': { host: '/var/lib/postgresql', dbname: 'dbname' },
    'postgresql://%2Fvar%2Flib%2Fpostgresql/dbname': { host: '/var/lib/postgresql', dbname: 'dbname' },
    'postgres://h/db?ssl=true': { host: 'h', dbname: 'db', sslmode: 'require' },
    'host=localhost port=5432 dbname=mydb connect_timeout=10': {
      host: 'localhost',
      port: '5432',
      dbname: 'mydb',
      connect_timeout: '10',
    },
    "user='' host = h": { host: 'h' },
  };
  for (const [text, expected] of Object.entries(examples))
    it(`reads ${text} as libpq does`, () => {
      expect(read(text)).to.eql(expected);
    });

  for (const bad of [
    `postgres://u:${SECRET}@x@host/db`,
    `postgres://u:${SECRET}/x@host/db`,
    `postgres://u:${SECRET}#x@host:port/db`,
    `postgres://u:%zz${SECRET}@host/db`,
    `postgres://u:%00${SECRET}@host/db`,
    `postgres://host:99999/db?password=${SECRET}`,
    `postgres://host/db?${SECRET}`,
    `postgres://host/db?a=b=${SECRET}`,
    `postgres://host/db?nosuch=${SECRET}`,
    `postgres://host/db?sslmode=${SECRET}`,
    `postgres://[::1/db?password=${SECRET}`,
    `mysql://u:${SECRET}@host/db`,
    `jdbc:postgresql://host/db?password=${SECRET}`,
    `password='${SECRET}`,
    `password ${SECRET}`,
    `host=a ${SECRET}`,
    `sslmod=${SECRET}`,
    `${SECRET}=x`,
    SECRET,
  ])
    it(`refuses ${bad.replace(SECRET, '***')} without saying it back`, () => {
      expect(problems(bad)).to.not.contain(SECRET);
      expect(problems({ uri: bad })).to.not.contain(SECRET);
    });

  it('suggests the keyword that was meant', () => {
    expect(problems('postgres://h/db?sslmod=require')).to.contain('did you mean \\"sslmode\\"');
    expect(problems('pasword=x')).to.contain('did you mean \\"password\\"');
  });
});

describe('a connection as a map', () => {
  it('takes the names that secrets providers use, numbers and switches', () => {
    expect(read({ host: 'h', port: 5433, database: 'd', username: 'u', password: 'p', sslsni: false })).to.eql({
      host: 'h',
      port: '5433',
      dbname: 'd',
      user: 'u',
      password: 'p',
      sslsni: '0',
    });
    expect(read({ url: 'postgres://u@h/d', password: 'p@/:' })).to.eql({
      user: 'u',
      host: 'h',
      dbname: 'd',
      password: 'p@/:',
    });
    expect(read({ host: 'h', password: '' })).to.eql({ host: 'h' });
    expect(read({})).to.eql({});
  });

  it('refuses two things said of one', () => {
    expect(problems({ uri: `postgres://u:${SECRET}@h/d`, password: 'other' })).to.match(/says another password/);
    expect(problems({ database: 'a', dbname: 'b' })).to.match(/another dbname/);
    expect(read({ uri: 'postgres://h/d', host: 'h' })).to.eql({ host: 'h', dbname: 'd' });
  });

  it('refuses keys and values that nothing reads', () => {
    expect(problems({ host: 'h', nosuch: SECRET }))
      .to.contain('nosuch')
      .and.not.contain(SECRET);
    expect(problems({ port: 70_000 })).to.contain('port');
    expect(problems({ sslmode: 'no-verify' })).to.contain('verify-full');
    expect(problems({ gssencmode: 'require' })).to.contain('gssencmode');
    expect(problems({ host: 'a\0b' })).to.contain('NUL');
  });
});
