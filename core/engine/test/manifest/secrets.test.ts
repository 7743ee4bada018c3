import { expect } from 'chai';
import { connectionFromEnv, secretsEnv, variableName } from '../../dist/builtins/secrets-env.js';
import { connectionFromParams } from '../../dist/builtins/secrets-params.js';
import { errorOf } from './workspace.js';

describe('secrets env', () => {
  it('reads each suffix under its lower-case name, and nothing of other connections', () => {
    const env = {
      SHOP_PG_HOST: 'h',
      SHOP_PG_USERNAME: 'u',
      SHOP_PG_PASSWORD: 'p w"\'',
      SHOP_PG_URL: 'pg://x',
      SHOP_PG_ADDITIONAL_SSL_MODE: 'require',
      SHOP_PG_PORT: '',
      SHOP_HOST: 'other',
      SHOP_PG_UNKNOWN: 'z',
    };
    expect(connectionFromEnv('shop-pg', env)).to.deep.equal({
      host: 'h',
      username: 'u',
      password: 'p w"\'',
      uri: 'pg://x',
      ssl_mode: 'require',
    });
  });

  it('knows the second names of a value, the first set one winning', () => {
    expect(connectionFromEnv('a', { A_BASE_URL: 'b', A_BEARER_TOKEN: 't', A_CREDENTIALS_JSON: '{}' })).to.deep.equal({
      endpoint: 'b',
      token: 't',
      service_account_info: '{}',
    });
    expect(connectionFromEnv('a', { A_BASE_URL: 'b', A_ENDPOINT: 'e' })).to.deep.equal({ endpoint: 'e' });
  });

  it('reads back what it says a variable is called', () => {
    for (const value of ['host', 'uri', 'token', 'endpoint', 'schema_registry_password', 'something_else'])
      expect(connectionFromEnv('my.conn', { [variableName('my.conn', value)]: 'x' }), value).to.deep.equal({
        [value]: 'x',
      });
  });

  it('names the variables that it looked for', async () => {
    const secrets = await secretsEnv.create({ env: {}, options: {} } as unknown as Parameters<
      typeof secretsEnv.create
    >[0]);
    const error = await errorOf(secrets.connection('shop_pg'));
    expect(error.code).to.equal('DPONE_SECRET_NOT_FOUND');
    expect(error.remedy)
      .to.contain('SHOP_PG_HOST')
      .and.to.contain('SHOP_PG_URL')
      .and.to.contain('SHOP_PG_ADDITIONAL_<NAME>');
  });
});

describe('secrets params', () => {
  it('takes a JSON object, its references filled in after it is read', () => {
    expect(
      connectionFromParams('{"HOST": "h", "port": 1, "none": null, "password": "${PW}"}', { PW: '"}{' }),
    ).to.deep.equal({ host: 'h', port: '1', password: '"}{' });
  });

  it('takes a broker list', () => {
    expect(connectionFromParams('a:9092,b.c:9092', {})).to.deep.equal({ bootstrap_servers: 'a:9092,b.c:9092' });
  });

  it('never shows what it cannot read', async () => {
    for (const text of ['{"password": "hunter2"', 'password=hunter2']) {
      const error = await errorOf(Promise.resolve().then(() => connectionFromParams(text, {})));
      expect(error.code).to.equal('DPONE_CONNECTION_INVALID');
      expect(error.message + error.remedy + String(error.where)).not.to.contain('hunter2');
    }
  });
});
