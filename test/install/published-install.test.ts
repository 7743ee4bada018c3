import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshDatabase, type FreshDatabase } from '@dpone/test-services';
import { expect } from 'chai';
import { skipWithout } from '../support/skip-without.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { npmRegistry, packPublished } from './published-packages.js';
import { startRegistry, type LocalRegistry } from './registry.js';

describe('dpone from a registry, in an empty folder', function () {
  this.timeout(600_000);
  let registry: LocalRegistry;
  let user: TempProject;
  let database: FreshDatabase;
  before(async function () {
    // A user's installation, with all that it fetches, is part of a certification; each other run would wait for it.
    const unasked = process.env['DPONE_RUN_INTEGRATION'] === '1' ? undefined : 'DPONE_RUN_INTEGRATION is not 1';
    skipWithout(this, unasked);
    const others = await npmRegistry();
    skipWithout(this, others.missing);
    user = tempProject();
    mkdirSync(user.file('packed'));
    mkdirSync(user.file('project'));
    [registry, database] = await Promise.all([startRegistry(others.url), freshDatabase()]);
    for (const one of await packPublished(user.file('packed'))) await registry.publish(one);
    user.write('home/.npmrc', `${registry.url.replace('http:', '')}:_authToken=x\n`);
  });
  after(async () => {
    await registry?.stop();
    await database?.drop();
    user?.remove();
  });

  /** A shell of a user who has node and npm, and nothing of this repository. */
  const shell = (line: string, folder = 'project'): Promise<string> =>
    new Promise((resolve, reject) => {
      const env = {
        PATH: process.env['PATH'],
        HOME: user.file('home'),
        NO_COLOR: '1',
        CI: '1',
        DPONE_DATA_DIR: user.file('home/data'),
        DPONE_CONFIG_DIR: user.file('home/config'),
        DPONE_CACHE_DIR: user.file('home/cache'),
        npm_config_cache: user.file('home/npm'),
        npm_config_registry: registry.url,
        npm_config_audit: 'false',
        npm_config_fund: 'false',
        DPONE_NPM_REGISTRY: registry.url,
        WAREHOUSE: database.uri,
      };
      const child = spawn('/bin/sh', ['-c', line], { cwd: user.file(folder), env });
      let output = '';
      child.stdout.on('data', (text: Buffer) => (output += text.toString()));
      child.stderr.on('data', (text: Buffer) => (output += text.toString()));
      child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${line} (${code})\n${output}`))));
    });

  it('installs, runs, takes a plugin and loads', async () => {
    await shell('npm init -y && npm install --ignore-scripts dpone');
    expect(await shell('npx dpone --version')).to.match(/^dpone\/\d+\.\d+\.\d+ /);
    await shell('mkdir -p data && printf "id,amount\\n1,19.90\\n2,5.00\\n" > data/orders.csv');
    writeFileSync(
      user.file('project/orders.yml'),
      'name: orders\nsource: {type: files, options: {path: data/orders.csv}}\n' +
        'sink: {type: postgres, connection: "${WAREHOUSE}", table: mart.orders, strategy: {mode: full_refresh}}\n',
    );
    await shell('npx dpone run orders.yml');
    expect(await database.sql('SELECT sum(amount)::text AS amount FROM mart.orders')).to.deep.equal([
      { amount: '24.9' },
    ]);
    await shell('npx dpone plugins install @dpone/connector-clickhouse');
    expect(await shell('npx dpone connectors list')).to.match(/^clickhouse .*@dpone\/connector-clickhouse/m);
    expect(await shell('npx dpone connectors describe clickhouse')).to.include(
      'provided by @dpone/connector-clickhouse',
    );
  });

  it('a connector of somebody else goes from generate to certified, and is listed', async () => {
    await shell('npx dpone generate connector ledger --out ../ledger');
    await shell('npm install --ignore-scripts', 'ledger');
    await shell('npm run certify', 'ledger');
    const evidence = join(user.file('ledger'), 'certification.json');
    expect(JSON.parse(readFileSync(evidence, 'utf8'))).to.include({ passed: true });
    await shell('npm publish --ignore-scripts', 'ledger');
    await shell('DPONE_PLUGIN_ALLOW=dpone-connector-ledger npx dpone plugins install npm:dpone-connector-ledger');
    await shell('npx dpone certify --connector ledger --artifact ledger=../ledger/certification.json');
    const { connectors } = JSON.parse(await shell('npx dpone ops marketplace --format json')) as {
      connectors: Record<string, { installed: boolean; status: string }>;
    };
    expect(connectors['ledger']).to.include({ installed: true });
  });
});
