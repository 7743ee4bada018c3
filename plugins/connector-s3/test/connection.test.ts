import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openClient } from '../dist/connection/client.js';
import { connection } from '../dist/options.js';

const parsed = (given: unknown) => connection.parse(given);
const refused = (given: unknown): string => {
  const result = connection.safeParse(given);
  if (result.success) throw new Error('it was accepted');
  return JSON.stringify(result.error.issues);
};

describe('the connection of s3', () => {
  it('is one text: endpoint, keys, bucket, region', () => {
    expect(parsed('https://KEY:a%2Fb%2Bc@minio.example:9000/lake?region=eu-central-1')).to.deep.include({
      endpoint: 'https://minio.example:9000',
      bucket: 'lake',
      region: 'eu-central-1',
      provider: 'static',
      keys: { id: 'KEY', secret: 'a/b+c', sessionToken: undefined },
      pathStyle: true,
    });
    expect(parsed('s3://lake?profile=prod')).to.deep.include({ bucket: 'lake', profile: 'prod', pathStyle: false });
  });

  it('is the SDK’s own credentials where nothing is said', () => {
    expect(parsed({})).to.deep.include({ provider: 'default', pathStyle: false, keys: undefined });
  });

  it('takes the names of environment variables, whose values are texts', () => {
    const said = { endpoint: 'http://h:1', username: 'KEY', password: 'SECRET', path_style: 'false' };
    expect(parsed(said)).to.deep.include({
      endpoint: 'http://h:1',
      provider: 'static',
      keys: { id: 'KEY', secret: 'SECRET', sessionToken: undefined },
      pathStyle: false,
    });
  });

  for (const [what, given] of Object.entries({
    'a key without its secret': { access_key_id: 'KEY' },
    'static without a key': { credentials: 'static' },
    'another protocol': 'ftp://KEY:SECRETTEXT@host/lake',
    'a key of an object': 'https://KEY:SECRETTEXT@host/lake/orders.csv',
    'a bad escape': 'https://KEY:SECRETTEXT%zz@host/lake',
    'a parameter that is not known': 'https://KEY:SECRETTEXT@host/lake?user=SECRETTEXT',
    'no address': { endpoint: 'host:9000', access_key_id: 'KEY', secret_access_key: 'SECRETTEXT' },
  }))
    it(`refuses ${what}, and repeats no secret`, () => {
      expect(refused(given)).to.not.contain('SECRETTEXT');
    });

  describe('credentials', () => {
    const REQUESTS = { max_attempts: 1, parallel_parts: 1 };
    const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_PROFILE'];
    const before = names.map((name) => [name, process.env[name]] as const);
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'dpone-s3-test-'));
      const file = join(folder, 'credentials');
      const profile = (name: string): string =>
        `[${name}]\naws_access_key_id = ${name}-id\naws_secret_access_key = ${name}-secret\n`;
      await writeFile(file, `${profile('default')}${profile('prod')}`);
      for (const name of names) delete process.env[name];
      process.env['AWS_SHARED_CREDENTIALS_FILE'] = file;
    });
    afterEach(async () => {
      for (const [name, value] of before)
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      await rm(folder, { recursive: true, force: true });
    });
    const idOf = async (given: object): Promise<string> => {
      const client = await openClient(connection.parse({ region: 'eu-central-1', ...given }), REQUESTS);
      try {
        return (await client.config.credentials()).accessKeyId;
      } finally {
        client.destroy();
      }
    };

    it('come from where the connection says', async () => {
      expect(await idOf({ access_key_id: 'KEY', secret_access_key: 'SECRET' })).to.equal('KEY');
      expect(await idOf({})).to.equal('default-id');
      expect(await idOf({ profile: 'prod' })).to.equal('prod-id');
      expect(await idOf({ credentials: 'ini', profile: 'prod' })).to.equal('prod-id');
      process.env['AWS_ACCESS_KEY_ID'] = 'env-id';
      process.env['AWS_SECRET_ACCESS_KEY'] = 'env-secret';
      expect(await idOf({})).to.equal('env-id');
      expect(await idOf({ credentials: 'env' })).to.equal('env-id');
      expect(await idOf({ credentials: 'ini' })).to.equal('default-id');
    });
  });
});
