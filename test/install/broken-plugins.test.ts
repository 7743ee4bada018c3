import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { machine, type Machine } from './machine.js';
import { packPlugin, sourceCode, type PluginShape } from './plugin-package.js';

/** What a plugin that was fine when it was installed can turn into, and what is then said of it. */
const TURNS: readonly {
  readonly what: string;
  readonly code?: string;
  readonly block?: unknown;
  /** Said by every command; by a run that needs it otherwise. */
  readonly always?: boolean;
  readonly error: string;
  readonly says: string;
  readonly exit: number;
}[] = [
  {
    what: 'throws while it is imported',
    code: 'throw new Error("no licence");',
    error: 'DPONE_PLUGIN_FAILED',
    says: 'no licence',
    exit: 3,
  },
  {
    what: 'throws while it registers',
    code: `export default { $$type: '@dpone/Plugin', version: 'v1', register() { throw new Error('no licence'); } };`,
    error: 'DPONE_PLUGIN_FAILED',
    says: 'threw while registering',
    exit: 3,
  },
  {
    what: 'throws what is no error',
    code: 'throw "no licence";',
    error: 'DPONE_PLUGIN_FAILED',
    says: 'no licence',
    exit: 3,
  },
  {
    what: 'hangs while it registers, with a timer that never ends',
    code: `setInterval(() => {}, 1000);
      export default { $$type: '@dpone/Plugin', version: 'v1', register: () => new Promise(() => {}) };`,
    error: 'DPONE_PLUGIN_FAILED',
    says: 'did not register within 0.5 s',
    exit: 3,
  },
  {
    what: 'hangs while it is imported',
    code: 'await new Promise(() => {});',
    error: 'DPONE_PLUGIN_FAILED',
    says: 'did not register within 0.5 s',
    exit: 3,
  },
  {
    what: 'has a syntax error',
    code: 'export default {',
    error: 'DPONE_PLUGIN_FAILED',
    says: 'Unexpected end of input',
    exit: 3,
  },
  {
    what: 'registers something else',
    code: sourceCode('other'),
    error: 'DPONE_PLUGIN_INVALID',
    says: 'registers source:other, which its dpone.provides does not list',
    exit: 2,
  },
  {
    what: 'is written for another contract',
    block: { apiVersion: 7, extensions: './index.js', provides: ['source:shop'] },
    always: true,
    error: 'DPONE_PLUGIN_INCOMPATIBLE',
    says: 'is written for plugin contract 7; this dpone has 1',
    exit: 2,
  },
  {
    what: 'provides what another plugin provides',
    block: { apiVersion: 1, extensions: './index.js', provides: ['source:files'] },
    always: true,
    error: 'DPONE_PLUGIN_DUPLICATE',
    says: 'source:files is provided by @dpone/connector-files and @dpone/connector-shop',
    exit: 2,
  },
];

const plain = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('a broken plugin', () => {
  let packages: TempProject;
  let user: Machine;

  before(() => (packages = tempProject()));
  after(() => packages.remove());
  beforeEach(() => (user = machine()));
  afterEach(() => user.remove());

  const SINK = 'sink: {type: duckdb, connection: out.duckdb, table: {name: t}, strategy: {mode: full_refresh}}\n';

  const withPlugin = async (shape: Partial<PluginShape>): Promise<string> => {
    const { tarball } = await packPlugin(packages.path, { name: '@dpone/connector-shop', ...shape });
    const result = await user.dpone('plugins', 'install', `file:${tarball}`);
    expect(result.code, result.stderr).to.equal(0);
    return join(user.data, 'node_modules/@dpone/connector-shop');
  };

  for (const { what, code, block, always = false, error, says, exit } of TURNS)
    it(`that ${what}: one message, and the rest goes on`, async () => {
      const folder = await withPlugin({});
      if (code !== undefined) writeFileSync(join(folder, 'index.js'), code);
      if (block !== undefined) {
        const path = join(folder, 'package.json');
        const pkg = JSON.parse(readFileSync(path, 'utf8')) as object;
        writeFileSync(path, JSON.stringify({ ...pkg, dpone: block }));
      }
      const env = { DPONE_PLUGIN_TIMEOUT_MS: '500' };
      const version = await user.run(['--version'], { env });
      expect(version.code).to.equal(0);
      const listed = await user.run(['connectors', 'list'], { env });
      expect(listed.code).to.equal(0);
      expect(listed.stdout).to.match(/^duckdb /m);
      if (always) {
        expect(plain(listed.stderr)).to.include(error).and.to.include(says);
        expect(listed.stderr.match(/DPONE_/g)).to.have.lengthOf(1);
      } else expect(listed.stderr).to.equal('');

      const needed = error === 'DPONE_PLUGIN_DUPLICATE' ? 'files' : 'shop';
      user.project.write('bad.yml', `name: bad\nsource: {type: ${needed}, options: {}}\n${SINK}`);
      const failed = await user.run(['run', 'bad.yml', '--format', 'json'], { env });
      const { passed, result } = JSON.parse(failed.stdout) as {
        passed: boolean;
        result: { errors: { code: string; message: string }[] };
      };
      expect(passed).to.equal(false);
      const [first] = result.errors;
      expect(first!.code).to.equal(error);
      expect(first!.message).to.include(says);
      expect(failed.code).to.equal(exit);
    });

  it('keeps no other plugin from being installed or removed', async () => {
    const folder = await withPlugin({});
    const path = join(folder, 'package.json');
    const pkg = JSON.parse(readFileSync(path, 'utf8')) as { dpone: object };
    writeFileSync(path, JSON.stringify({ ...pkg, dpone: { ...pkg.dpone, apiVersion: 7 } }));
    const { tarball } = await packPlugin(packages.path, { name: '@dpone/connector-other' });
    const added = await user.dpone('plugins', 'install', `file:${tarball}`);
    expect(added.code, added.stderr).to.equal(0);
    const removed = await user.dpone('plugins', 'uninstall', 'shop');
    expect(removed.code, removed.stderr).to.equal(0);
    expect(user.installed()).to.eql({ '@dpone/connector-other': '1.0.0' });
  });

  it('a plugin folder whose list is no JSON leaves the bundled plugins', async () => {
    user.project.write('home/data/package.json', '{');
    const listed = await user.dpone('connectors', 'list');
    expect(listed.code, listed.stderr).to.equal(0);
    expect(listed.stdout).to.match(/^duckdb /m);
  });

  it('a type that nobody provides names the command that installs it', async () => {
    user.project.write('bad.yml', `name: bad\nsource: {type: clickhouse}\n${SINK}`);
    const result = await user.dpone('run', 'bad.yml');
    expect(result.code).to.equal(2);
    expect(plain(result.stdout)).to.include('no installed plugin provides the source "clickhouse"');
    expect(plain(result.stdout)).to.include('dpone plugins install @dpone/connector-clickhouse');
  });
}).timeout(120_000);
