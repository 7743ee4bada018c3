import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { machine, type Machine } from './machine.js';
import { packAcme, packPlugin, type PackedPlugin } from './plugin-package.js';
import { startRegistry, type LocalRegistry } from './registry.js';

const COLUMNS = [
  { name: 'id', type: { kind: 'int64' }, nullable: false },
  { name: 'name', type: { kind: 'string' }, nullable: true },
];
const ROWS = [
  ['1', 'Ada'],
  ['2', 'Grace'],
];

describe('plugins install', () => {
  let registry: LocalRegistry;
  let packages: TempProject;
  let acme: PackedPlugin;
  let user: Machine;

  before(async () => {
    packages = tempProject();
    registry = await startRegistry();
    acme = await packAcme(packages.path);
    await registry.publish(acme);
    await registry.publish(await packPlugin(packages.path, { name: '@dpone/connector-shop' }));
  });
  after(async () => {
    await registry.stop();
    packages.remove();
  });
  beforeEach(() => (user = machine(registry.url)));
  afterEach(() => user.remove());

  const done = async (...args: string[]): Promise<string> => {
    const result = await user.dpone(...args);
    expect(result.code, result.stderr).to.equal(0);
    return result.stdout;
  };

  it('by name: it is listed, described, carries a load with its own copy of the SDK, and is uninstalled', async () => {
    await done('plugins', 'install', '@dpone/connector-acme');
    expect(await done('plugins')).to.match(/connector-acme 1\.0\.0/);
    expect(await done('connectors', 'list')).to.match(/^acme +yes +yes +@dpone\/connector-acme +1\.0\.0 +user$/m);
    expect(await done('connectors', 'describe', 'acme')).to.match(/^acme, provided by @dpone\/connector-acme/);
    expect(await done('plugins', 'inspect', '@dpone/connector-acme')).to.include('version 1.0.0');

    const store = {
      tables: { people: { columns: COLUMNS, rows: ROWS } },
      staging: {},
      receipts: [],
      states: {},
      locks: {},
    };
    user.project.write('in.json', JSON.stringify(store));
    const side = (path: string): string => `{type: acme, connection: ${path}, table: {name: people}`;
    const load = `name: people\nsource: ${side('in.json')}}\nsink: ${side('out.json')}, strategy: {mode: full_refresh}}\n`;
    user.project.write('load.yml', load);
    await done('run', 'load.yml');
    const { tables } = JSON.parse(readFileSync(user.project.file('out.json'), 'utf8')) as typeof store;
    // Partitions are staged at the same time: the order is nobody's promise.
    expect(tables.people.rows.map((row) => row.slice(0, 2))).to.have.deep.members(ROWS);

    await done('plugins', 'uninstall', '@dpone/connector-acme');
    expect(await done('connectors', 'list')).to.not.include('acme');
    const gone = await user.dpone('run', 'load.yml');
    expect(gone.code).to.equal(2);
    expect(gone.stdout).to.include('DPONE_TYPE_UNKNOWN').and.to.include('dpone plugins install @dpone/connector-acme');
  });

  it('by a short name, which is dpone’s own connector; uninstalled by it too', async () => {
    await done('plugins', 'install', 'shop');
    expect(user.installed()).to.eql({ '@dpone/connector-shop': '1.0.0' });
    await done('plugins', 'uninstall', 'shop');
    expect(user.installed()).to.eql({});
    expect(user.leftovers()).to.eql([]);
  });

  it('from a tarball and from a path, relative ones too', async () => {
    user.project.write('acme.tgz', '');
    await done('plugins', 'install', `file:${acme.tarball}`);
    expect(user.installed()).to.eql({ '@dpone/connector-acme': '1.0.0' });
    const relative = await user.run(['plugins', 'install', './dpone-connector-acme-1.0.0.tgz'], {
      cwd: `${acme.folder}/..`,
    });
    expect(relative.code, relative.stderr).to.equal(0);
    expect(user.installed()).to.eql({ '@dpone/connector-acme': '1.0.0' });
  });

  it('several at once, and by link from the folder where one is written', async () => {
    await done('plugins', 'install', 'shop', '@dpone/connector-acme@1.0.0');
    expect(user.installed()).to.have.all.keys('@dpone/connector-shop', '@dpone/connector-acme');
    const mine = await packPlugin(user.project.path, { name: 'dpone-connector-mine' });
    await done('plugins', 'link', mine.folder);
    expect(await done('connectors', 'list')).to.match(/^mine +yes +- +dpone-connector-mine +1\.0\.0 +link$/m);
    await done('plugins', 'uninstall', 'dpone-connector-mine');
    expect(user.installed()).to.have.all.keys('@dpone/connector-shop', '@dpone/connector-acme');
  });

  it('update takes every plugin to its newest version', async () => {
    const names = ['@dpone/connector-up', '@dpone/connector-also-up'];
    for (const name of names) await registry.publish(await packPlugin(packages.path, { name }));
    await done('plugins', 'install', ...names);
    for (const name of names) await registry.publish(await packPlugin(packages.path, { name, version: '1.1.0' }));
    await done('plugins', 'update');
    expect(user.installed()).to.eql(Object.fromEntries(names.map((name) => [name, '1.1.0'])));
  });
}).timeout(120_000);
