import { existsSync } from 'node:fs';
import { expect } from 'chai';
import type { CliResult } from '../support/cli.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { machine, type Machine } from './machine.js';
import { packPlugin, type PluginShape } from './plugin-package.js';
import { startRegistry, type LocalRegistry } from './registry.js';

const SHOP = '@dpone/connector-shop';
const MARKER = 'install-script-ran';
/** An install script that leaves a mark in the home of whoever installs it. */
const script = `require('node:fs').writeFileSync(require('node:path').join(process.env.HOME, '${MARKER}'), '')`;

/** Versions of the shop plugin that cannot take the place of a good one, and what is said of each. */
const BROKEN: readonly (Omit<PluginShape, 'name'> & { readonly version: string; readonly says: string })[] = [
  {
    version: '2.0.0',
    block: { apiVersion: 2, extensions: './index.js', provides: ['source:shop'] },
    says: 'DPONE_PLUGIN_INCOMPATIBLE',
  },
  { version: '2.1.0', code: null, says: 'DPONE_PLUGIN_FAILED' },
  { version: '2.2.0', code: 'throw new Error("cannot start");', says: 'cannot start' },
  { version: '2.3.0', block: { apiVersion: 1, extensions: '../out.js', provides: [] }, says: 'DPONE_PLUGIN_INVALID' },
  { version: '2.4.0', code: 'export default {};', says: 'definePlugin' },
  { version: '2.5.0', more: { oclif: undefined }, says: 'plugin is invalid' },
  {
    version: '2.6.0',
    block: { apiVersion: 1, extensions: './index.js', provides: ['source:files'] },
    says: 'DPONE_PLUGIN_DUPLICATE',
  },
];

describe('plugins install that must not be', () => {
  let registry: LocalRegistry;
  let packages: TempProject;
  let user: Machine;

  before(async () => {
    packages = tempProject();
    registry = await startRegistry();
    const publish = async (shape: PluginShape): Promise<void> =>
      registry.publish(await packPlugin(packages.path, shape));
    for (const broken of BROKEN) await publish({ name: SHOP, ...broken });
    await publish({ name: SHOP });
    await publish({ name: '@acme/connector-foreign' });
    await publish({ name: 'unscoped' });
    await publish({
      name: '@dpone/connector-scripted',
      more: { scripts: { postinstall: 'node mark.cjs' } },
      files: { 'mark.cjs': script },
    });
  });
  after(async () => {
    await registry.stop();
    packages.remove();
  });
  beforeEach(() => (user = machine(registry.url)));
  afterEach(() => user.remove());

  const install = (name: string, env: Record<string, string> = {}): Promise<CliResult> =>
    user.run(['plugins', 'install', name], { env });
  const refused = async (result: CliResult, says: string, exit: number): Promise<void> => {
    // The terminal's width breaks lines; the words stay.
    expect(result.stderr.replaceAll(/\s+/g, ' ')).to.include(says);
    expect(result.stderr.match(/Error/g), result.stderr).to.have.lengthOf(1);
    expect(result.code).to.equal(exit);
    expect(user.leftovers()).to.eql([]);
  };
  const good = async (): Promise<void> => {
    const result = await install(`${SHOP}@1.0.0`);
    expect(result.code, result.stderr).to.equal(0);
  };
  const stillGood = async (): Promise<void> => {
    expect(user.installed()).to.eql({ [SHOP]: '1.0.0' });
    expect((await user.dpone('connectors', 'list')).stdout).to.match(/^shop +yes +- +@dpone\/connector-shop +1\.0\.0/m);
    const described = await user.dpone('connectors', 'describe', 'shop');
    expect(described.code, described.stderr).to.equal(0);
  };

  it('an upgrade to a version that is not published leaves the working one', async () => {
    await good();
    await refused(await install(`${SHOP}@9.9.9`), 'DPONE_PLUGIN_NOT_FOUND', 2);
    await stillGood();
  });

  for (const { version, says } of BROKEN)
    it(`an upgrade to ${version} (${says}) leaves the working one`, async () => {
      await good();
      const result = await install(`${SHOP}@${version}`);
      expect(result.stderr).to.include(says);
      expect(result.code).to.be.oneOf([2, 3]);
      expect(user.leftovers()).to.eql([]);
      await stillGood();
    });

  it('an update to a broken version leaves every plugin as it was', async () => {
    const name = '@dpone/connector-up';
    await registry.publish(await packPlugin(packages.path, { name }));
    await good();
    expect((await install(name)).code).to.equal(0);
    await registry.publish(
      await packPlugin(packages.path, { name, version: '1.1.0', code: 'throw new Error("late");' }),
    );
    const result = await user.dpone('plugins', 'update');
    expect(result.stderr).to.include('late');
    expect(user.installed()).to.eql({ [SHOP]: '1.0.0', [name]: '1.0.0' });
  });

  it('a package outside of the allow list, until the environment or the policy file allows it', async () => {
    const name = '@acme/connector-foreign';
    await refused(await install(name), 'DPONE_PLUGIN_REFUSED', 2);
    expect(user.installed()).to.eql({});
    expect((await install(name, { DPONE_PLUGIN_ALLOW: '@acme/*' })).code).to.equal(0);
    await user.dpone('plugins', 'uninstall', name);
    user.project.write('home/config/plugins.json', JSON.stringify({ allow: ['@acme/connector-foreign'] }));
    expect((await install(name)).code).to.equal(0);
    await refused(await install(SHOP), 'it allows @acme/connector-foreign', 2);
  });

  it('a link to a folder where the policy allows none', async () => {
    user.project.write('home/config/plugins.json', JSON.stringify({ allow: ['@dpone/*'] }));
    const { folder } = await packPlugin(user.project.path, { name: 'dpone-connector-mine' });
    await refused(await user.dpone('plugins', 'link', folder), 'DPONE_PLUGIN_REFUSED', 2);
    expect(user.installed()).to.eql({});
  });

  for (const [what, policy] of [
    ['is no JSON', '{"allow": ['],
    ['has a key that is none', '{"alow": []}'],
    ['has a list that is none', '{"allow": "*"}'],
    ['allows nothing', '{"allow": []}'],
  ] as const)
    it(`anything, where the policy file ${what}`, async () => {
      user.project.write('home/config/plugins.json', policy);
      await refused(await install(SHOP), 'DPONE_PLUGIN_REFUSED', 2);
      expect(user.installed()).to.eql({});
    });

  it('anything, where the policy cannot be read', async () => {
    user.project.write('home/config/plugins.json/x', '');
    await refused(await install(SHOP), 'DPONE_PLUGIN_REFUSED', 2);
  });

  it('an update to what the policy no longer allows', async () => {
    await good();
    user.project.write('home/config/plugins.json', '{"allow": []}');
    await refused(await user.dpone('plugins', 'update'), 'DPONE_PLUGIN_REFUSED', 2);
    await stillGood();
    const removed = await user.dpone('plugins', 'uninstall', SHOP);
    expect(removed.code, removed.stderr).to.equal(0);
  });

  it('a plugin can be removed whatever the policy file looks like', async () => {
    await good();
    user.project.write('home/config/plugins.json', '{');
    const removed = await user.dpone('plugins', 'uninstall', SHOP);
    expect(removed.code, removed.stderr).to.equal(0);
    expect(user.installed()).to.eql({});
  });

  it('install scripts, unless the policy names the package', async () => {
    const name = '@dpone/connector-scripted';
    expect((await install(name)).code).to.equal(0);
    expect(existsSync(user.project.file(`home/${MARKER}`))).to.equal(false);
    await user.dpone('plugins', 'uninstall', name);
    const allowed = await install(name, { DPONE_PLUGIN_ALLOW_SCRIPTS: name });
    expect(allowed.code, allowed.stderr).to.equal(0);
    expect(existsSync(user.project.file(`home/${MARKER}`))).to.equal(true);
  });

  it('a short name never becomes the public package that is called so', async () => {
    await refused(await install('unscoped'), 'DPONE_PLUGIN_NOT_FOUND', 2);
    await refused(await install('unscoped', { DPONE_PLUGIN_ALLOW: '*' }), 'DPONE_PLUGIN_NOT_FOUND', 2);
    expect(user.installed()).to.eql({});
    expect((await install('npm:unscoped', { DPONE_PLUGIN_ALLOW: 'unscoped' })).code).to.equal(0);
    expect(user.installed()).to.eql({ unscoped: '1.0.0' });
  });

  it('a name that is none, a path where nothing is, and what is not installed', async () => {
    await refused(await install('No/Name'), 'DPONE_USAGE', 2);
    await refused(await install('./gone.tgz'), 'DPONE_FILE_NOT_FOUND', 2);
    await refused(await user.dpone('plugins', 'uninstall', 'gone'), 'DPONE_PLUGIN_NOT_FOUND', 2);
    await refused(await user.dpone('plugins', 'link', 'gone'), 'DPONE_FILE_NOT_FOUND', 2);
  });

  it('a registry that cannot be reached is said to be so', async () => {
    const alone = machine();
    try {
      const result = await alone.dpone('plugins', 'install', 'shop');
      expect(result.stderr).to.include('cannot be reached');
      expect(result.code).to.equal(3);
    } finally {
      alone.remove();
    }
  });
}).timeout(120_000);
