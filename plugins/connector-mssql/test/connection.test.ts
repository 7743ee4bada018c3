import { expect } from 'chai';
import { connection } from '../dist/options.js';

const parse = (value: unknown) => connection.safeParse(value);
const problem = (value: unknown): string =>
  parse(value)
    .error?.issues.map((i) => i.message)
    .join('; ') ?? '';

describe('a connection to SQL Server', () => {
  const same: readonly (readonly [string, unknown, object])[] = [
    [
      'a URI',
      'mssql://re%40der:p%3Aw@db:1434/shop?encrypt=strict&trustServerCertificate=true',
      {
        server: 'db',
        port: 1434,
        user: 're@der',
        password: 'p:w',
        database: 'shop',
        encrypt: 'strict',
        trust_server_certificate: true,
      },
    ],
    [
      'a connection string',
      'Server=tcp:db,1434;Initial Catalog=shop;User Id=reader;Password="a;b""c";Encrypt=Mandatory;Persist Security Info=False',
      { server: 'db', port: 1434, database: 'shop', user: 'reader', password: 'a;b"c', encrypt: 'true' },
    ],
    [
      'an instance',
      'Data Source=db\\SQLEXPRESS;UID=sa;PWD=x',
      { server: 'db', instance: 'SQLEXPRESS', user: 'sa', password: 'x' },
    ],
    [
      'a domain',
      'Server=.;User Id=CORP\\me;Password=x',
      { server: 'localhost', domain: 'CORP', user: 'me', password: 'x' },
    ],
    [
      'Entra ID',
      'Server=db;Authentication=Active Directory Default;Database=shop',
      { server: 'db', authentication: 'azure-active-directory-default', database: 'shop' },
    ],
    [
      'a map',
      { host: 'db', port: '1433', username: 'u', password: 5, encrypt: false },
      { server: 'db', port: 1433, user: 'u', password: '5', encrypt: 'false' },
    ],
    [
      'a text and keys that add to it',
      { uri: 'mssql://u@db/shop', password: 'x' },
      { server: 'db', user: 'u', database: 'shop', password: 'x' },
    ],
  ];
  for (const [name, given, expected] of same) it(`is ${name}`, () => expect(parse(given).data).to.deep.equal(expected));

  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ['an unknown key', 'Server=db;Colour=red', /Colour/],
    ['integrated security', 'Server=db;Integrated Security=SSPI', /NTLM/],
    ['no pairs', 'secret-1', /cannot be read|says nothing/],
    ['a port and an instance', { server: 'db', port: 1433, instance: 'x' }, /port and an instance/],
    [
      'a token that is not there',
      { server: 'db', authentication: 'azure-active-directory-access-token' },
      /needs token/,
    ],
    [
      'half a service principal',
      { server: 'db', authentication: 'azure-active-directory-service-principal-secret', client_id: 'x' },
      /client_secret, tenant_id/,
    ],
  ];
  for (const [name, given, why] of wrong)
    it(`is not ${name}, and the refusal says no secret`, () => {
      expect(problem(given)).to.match(why);
      expect(problem(given)).to.not.include('secret-1');
    });
});
