import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { machine, type Machine } from './machine.js';
import { packPlugin } from './plugin-package.js';
import { startRegistry, type LocalRegistry } from './registry.js';

describe('plugins install, disturbed', () => {
  let registry: LocalRegistry;
  let packages: TempProject;
  let user: Machine;

  before(async () => {
    packages = tempProject();
    registry = await startRegistry();
    for (const id of ['one', 'two', 'three'])
      await registry.publish(await packPlugin(packages.path, { name: `@dpone/connector-${id}` }));
    await registry.publish(
      await packPlugin(packages.path, {
        name: '@dpone/connector-slow',
        more: { scripts: { postinstall: 'node wait.cjs' } },
        files: {
          // Says that it runs, then waits until it is killed with its parent gone.
          'wait.cjs': `
            const { writeFileSync } = require('node:fs');
            writeFileSync(process.env.HOME + '/waiting', String(process.pid));
            setInterval(() => { if (process.ppid === 1) process.exit(1); }, 50);
            setTimeout(() => process.exit(1), 30000);`,
        },
      }),
    );
  });
  after(async () => {
    await registry.stop();
    packages.remove();
  });
  beforeEach(() => (user = machine(registry.url)));
  afterEach(() => user.remove());

  it('three at once are all installed', async () => {
    const names = ['one', 'two', 'three'];
    const results = await Promise.all(names.map((name) => user.dpone('plugins', 'install', name)));
    for (const result of results) expect(result.code, result.stderr).to.equal(0);
    expect(Object.keys(user.installed()).sort()).to.eql(names.map((name) => `@dpone/connector-${name}`).sort());
    const listed = await user.dpone('connectors', 'list');
    for (const name of names) expect(listed.stdout).to.match(new RegExp(`^${name} `, 'm'));
    expect(user.leftovers()).to.eql([]);
  });

  it('killed in the middle: what was installed is there, and the next install goes on', async () => {
    expect((await user.dpone('plugins', 'install', 'one')).code).to.equal(0);
    const killed = await user.run(['plugins', 'install', 'slow'], {
      env: { DPONE_PLUGIN_ALLOW_SCRIPTS: '@dpone/*' },
      onStart: (child) => {
        const timer = setInterval(() => {
          if (!existsSync(user.project.file('home/waiting'))) return;
          clearInterval(timer);
          child.kill('SIGKILL');
        }, 20);
        child.on('exit', () => clearInterval(timer));
      },
    });
    expect(killed.signal).to.equal('SIGKILL');
    expect(user.installed()).to.eql({ '@dpone/connector-one': '1.0.0' });
    expect((await user.dpone('connectors', 'describe', 'one')).code).to.equal(0);
    const next = await user.dpone('plugins', 'install', 'two');
    expect(next.code, next.stderr).to.equal(0);
    expect(user.installed()).to.have.all.keys('@dpone/connector-one', '@dpone/connector-two');
    expect(user.leftovers()).to.eql([]);
  });

  it('killed between the two steps that put the new folder in place: the old one is taken', async () => {
    const { renameSync, cpSync } = await import('node:fs');
    expect((await user.dpone('plugins', 'install', 'one')).code).to.equal(0);
    cpSync(user.data, `${user.data}.next`, { recursive: true });
    renameSync(user.data, `${user.data}.previous`);
    // Not only the next change of the plugins finds it: the next command of any kind does.
    const listed = await user.dpone('connectors', 'list');
    expect(listed.stdout).to.match(/^one /m);
    expect((await user.dpone('plugins', 'install', 'two')).code).to.equal(0);
    expect(user.installed()).to.have.all.keys('@dpone/connector-one', '@dpone/connector-two');
    expect(user.leftovers()).to.eql([]);
  });
}).timeout(120_000);
