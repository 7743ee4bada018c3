import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EXTENSION_KINDS, hasBrand, type PluginHost } from '@dpone/sdk';
import { alienCopy } from '@dpone/testkit';
import { expect } from 'chai';
import { packages, root } from '../architecture/packages.js';
import { skipWithout } from '../support/skip-without.js';

const run = promisify(execFile);
const FOLDER = join(root, 'test/compatibility/sdk');
const current = (JSON.parse(readFileSync(join(root, 'core/sdk/package.json'), 'utf8')) as { version: string }).version;
const minorOf = (version: string): number => {
  const [major, minor] = version.split('.').map(Number);
  return major! * 1000 + minor!;
};
/** The newest kept SDK of an earlier minor. */
const previous = (existsSync(FOLDER) ? readdirSync(FOLDER) : [])
  .map((name) => name.replace(/\.tgz$/, ''))
  .filter((version) => minorOf(version) < minorOf(current))
  .toSorted((a, b) => minorOf(a) - minorOf(b))
  .at(-1);

describe('plugins with the SDK of the minor version before', function () {
  this.timeout(120_000);
  let folder: string;
  before(async function () {
    skipWithout(
      this,
      previous === undefined ? `${current} is the first minor version: there is none before` : undefined,
    );
    folder = mkdtempSync(join(tmpdir(), 'dpone-earlier-'));
    await run('tar', ['-xzf', join(FOLDER, `${previous}.tgz`), '-C', folder]);
  });
  after(() => folder && rmSync(folder, { recursive: true }));

  for (const pkg of packages.filter(({ manifest }) => manifest.dpone !== undefined))
    it(pkg.folder, async () => {
      const home = join(folder, pkg.folder.replace('/', '-'));
      mkdirSync(home);
      const plugin = await alienCopy(join(root, pkg.folder), home, join(folder, 'package'));
      const seen: [string, unknown][] = [];
      const host = Object.fromEntries(
        EXTENSION_KINDS.map((kind) => [kind, (_: string, definition: unknown) => void seen.push([kind, definition])]),
      );
      await plugin.register({ apiVersion: 1, ...host } as unknown as PluginHost);
      expect(seen).to.have.length.greaterThan(0);
      for (const [kind, definition] of seen) expect(hasBrand(definition, kind as never), kind).to.equal(true);
    });
});
