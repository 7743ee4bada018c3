import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { Checkout } from './checkout.js';

const SETUP = '.ci/setup.mjs';

describe('set-up of a fresh clone', function () {
  this.timeout(60_000);
  let checkout: Checkout;
  beforeEach(() => (checkout = new Checkout()));
  afterEach(() => checkout.delete());

  const installs = (): number =>
    existsSync(checkout.file('npm.log')) ? readFileSync(checkout.file('npm.log'), 'utf8').trim().split('\n').length : 0;

  it('installs and builds once, a line a step; then has nothing to do and says nothing', async () => {
    const first = await checkout.run(SETUP);
    expect(first.code, first.stderr).to.equal(0);
    expect(first.stdout).to.match(/^setup: installing .* done in .* s\nsetup: building .*\nsetup: built in .* s\n$/);
    expect(existsSync(checkout.file('core/one/dist/kept.js'))).to.equal(true);
    const second = await checkout.run(SETUP);
    expect(second).to.deep.equal({ code: 0, stdout: '', stderr: '' });
    expect(installs()).to.equal(1);
  });

  it('installs again when the lockfile changed, builds again when a source changed or an output is gone', async () => {
    await checkout.run(SETUP);
    checkout.write('core/one/src/more.ts', 'export const more = 2;\n');
    expect((await checkout.run(SETUP)).stdout).to.match(/^setup: building/);
    expect(existsSync(checkout.file('core/one/dist/more.js'))).to.equal(true);
    checkout.remove('core/one/dist');
    expect((await checkout.run(SETUP)).stdout).to.match(/^setup: building/);
    expect(existsSync(checkout.file('core/one/dist/more.js'))).to.equal(true);
    checkout.npm('echo run >> npm.log');
    checkout.write(
      'package-lock.json',
      '{"name":"checkout","lockfileVersion":3,"packages":{"":{},"node_modules/x":{"version":"1.0.0"}}}',
    );
    expect((await checkout.run(SETUP)).stdout).to.match(/^setup: installing/);
    expect(installs()).to.equal(2);
  });

  it('removes the outputs of deleted sources and of deleted packages', async () => {
    checkout.write('core/one/src/gone.test.ts', 'export const gone = 1;\n');
    checkout.write('plugins/two/dist/left.js', '');
    await checkout.run(SETUP);
    expect(existsSync(checkout.file('core/one/dist/gone.test.js'))).to.equal(true);
    expect(existsSync(checkout.file('plugins/two/dist'))).to.equal(false);
    checkout.remove('core/one/src/gone.test.ts');
    expect((await checkout.run(SETUP)).stdout).to.include('removed 1 output');
    expect(existsSync(checkout.file('core/one/dist/gone.test.js'))).to.equal(false);
    expect(existsSync(checkout.file('core/one/dist/kept.js'))).to.equal(true);
  });

  it('two at once: one installs and builds, the other waits and finds it done', async () => {
    checkout.npm('sleep 1; mkdir -p node_modules && ln -s "$COMPILER" node_modules/typescript && echo run >> npm.log');
    const both = await Promise.all([checkout.run(SETUP), checkout.run(SETUP)]);
    expect(both.map((ended) => ended.code)).to.deep.equal([0, 0]);
    expect(both.map((ended) => ended.stdout).join('')).to.include('waiting for another set-up');
    expect(installs()).to.equal(1);
  });

  it('takes over the lock of a process that is gone', async () => {
    const pid = spawnSync(process.execPath, ['-e', '0']).pid;
    checkout.write('.setup-lock', JSON.stringify({ pid, host: hostname(), token: 'dead' }));
    expect((await checkout.run(SETUP)).code).to.equal(0);
    expect(existsSync(checkout.file('.setup-lock'))).to.equal(false);
  });

  it('npm that cannot reach the registry: one clear message, exit 1, and the next set-up tries again', async () => {
    checkout.npm('echo "npm error code ENOTFOUND" >&2; exit 1');
    const failed = await checkout.run(SETUP);
    expect(failed.code).to.equal(1);
    expect(failed.stderr).to.match(
      /^setup: npm ci ended with code 1\nnpm error code ENOTFOUND\nThe npm registry cannot be reached: .*\n$/,
    );
    expect((await checkout.run(SETUP)).code).to.equal(1);
  });

  it('a source that does not compile: the compiler says where, exit 1', async () => {
    checkout.write('core/one/src/wrong.ts', "export const wrong: number = 'text';\n");
    const failed = await checkout.run(SETUP);
    expect(failed.code).to.equal(1);
    expect(failed.stdout).to.include('core/one/src/wrong.ts(1,14): error TS2322');
    expect(failed.stderr).to.match(/the build failed/);
    expect((await checkout.run(SETUP)).code).to.equal(1);
  });
});
