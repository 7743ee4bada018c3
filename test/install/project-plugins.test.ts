import { cpSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { machine, type Machine } from './machine.js';
import { packPlugin, type PackedPlugin } from './plugin-package.js';

describe('plugins of a project', () => {
  let packages: TempProject;
  let user: Machine;

  before(() => (packages = tempProject()));
  after(() => packages.remove());
  beforeEach(() => (user = machine()));
  afterEach(() => user.remove());

  /** What `npm ci` in the project would leave there. */
  const installed = ({ folder, manifest }: PackedPlugin): void => {
    const to = user.project.file(`node_modules/${manifest.name}`);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(folder, to, { recursive: true });
  };

  for (const field of ['dependencies', 'devDependencies'])
    it(`in its ${field} are found from the folders below it, with nothing installed for the user`, async () => {
      installed(await packPlugin(packages.path, { name: '@acme/connector-local', version: '3.1.0' }));
      user.project.write('package.json', JSON.stringify({ name: 'p', [field]: { '@acme/connector-local': '3.1.0' } }));
      mkdirSync(user.project.file('manifests'));
      for (const cwd of [user.project.path, user.project.file('manifests')]) {
        const listed = await user.run(['connectors', 'list'], { cwd });
        expect(listed.stdout, listed.stderr).to.match(/^local +yes +- +@acme\/connector-local +3\.1\.0 +project$/m);
        const described = await user.run(['connectors', 'describe', 'local'], { cwd });
        expect(described.code, described.stderr).to.equal(0);
      }
      const outside = await user.run(['connectors', 'list'], { cwd: packages.path });
      expect(outside.stdout).to.not.include('local');
    });

  it('stand above the same plugin that a user installed, so that CI and a laptop run the same', async () => {
    const mine = await packPlugin(packages.path, { name: '@acme/connector-local', version: '9.0.0' });
    const env = { DPONE_PLUGIN_ALLOW: '*' };
    const result = await user.run(['plugins', 'install', `file:${mine.tarball}`], { env });
    expect(result.code, result.stderr).to.equal(0);
    installed(await packPlugin(packages.path, { name: '@acme/connector-local', version: '3.1.0' }));
    user.project.write('package.json', JSON.stringify({ dependencies: { '@acme/connector-local': '3.1.0' } }));
    const listed = await user.dpone('connectors', 'list');
    expect(listed.stdout).to.match(/^local .* 3\.1\.0 +project$/m);
  });

  it('that are no plugins, are not installed, or a package.json that is no JSON, change nothing', async () => {
    mkdirSync(user.project.file('node_modules/left-pad'), { recursive: true });
    user.project.write('node_modules/left-pad/package.json', '{"name":"left-pad","version":"1.0.0"}');
    for (const text of ['{"dependencies":{"left-pad":"1.0.0","@acme/gone":"1.0.0"}}', '{', '[]', 'null']) {
      user.project.write('package.json', text);
      const listed = await user.dpone('connectors', 'list');
      expect(listed.code, listed.stderr).to.equal(0);
      expect(listed.stderr).to.equal('');
    }
  });
}).timeout(120_000);
