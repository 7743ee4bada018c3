import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { expect } from 'chai';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packages, root, type Package } from '../architecture/packages.js';
import { packPublished } from '../install/published-packages.js';

const run = promisify(execFile);
const PUBLIC = packages.filter(({ room }) => room !== 'templates');
/** What every package must hold, wherever it is installed from. */
const HELD = ['package.json', 'README.md', 'LICENSE'];

describe('what is published', function () {
  this.timeout(300_000);
  let folder: string;
  const tarballs = new Map<string, { readonly data: Uint8Array; readonly files: readonly string[] }>();
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dpone-packed-'));
    for (const { manifest, tarball } of await packPublished(folder)) {
      const { stdout } = await run('tar', ['-tzf', tarball], { maxBuffer: 64 * 1024 * 1024 });
      const files = stdout
        .trim()
        .split('\n')
        .map((path) => path.replace(/^package\//, ''));
      tarballs.set(manifest.name, { data: readFileSync(tarball), files });
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const one of PUBLIC)
    it(`${one.name} packs, and is what its package.json says`, async () => {
      const { data, files } = tarballs.get(one.name)!;
      expect(files).to.include.members(HELD);
      expect(files.filter(isStray)).to.deep.equal([]);
      const { messages } = await publint({ pack: { tarball: new Uint8Array(data).buffer } });
      const manifest = JSON.parse(readFileSync(join(root, one.folder, 'package.json'), 'utf8')) as object;
      const said = messages.map((message) => stripVTControlCharacters(formatMessage(message, manifest) ?? ''));
      // What `dpone generate` copies are packages of their own.
      expect(said.filter((text) => !text.startsWith('./templates/'))).to.deep.equal([]);
      expect(await typeProblems(one, data)).to.deep.equal([]);
    });
});

/** Tests, and what a build leaves for the next one. */
const isStray = (path: string): boolean =>
  !path.startsWith('templates/') && /(^|\/)(test|\.test-dist)\/|tsbuildinfo$|\.pem$/.test(path);

/** ESM alone: what `require` and old resolvers would see is no promise of any package. */
async function typeProblems({ manifest }: Package, data: Uint8Array): Promise<string[]> {
  if (manifest.exports === undefined) return [];
  const result = await checkPackage(createPackageFromTarballData(data), {
    excludeEntrypoints: ['./package.json'],
  });
  if (result.types === false) return ['it has no types'];
  return result.problems
    .filter((problem) => !('resolutionKind' in problem) || ['node16-esm', 'bundler'].includes(problem.resolutionKind))
    .map((problem) => JSON.stringify(problem))
    .filter((text) => !text.includes('"CJSResolvesToESM"'));
}
