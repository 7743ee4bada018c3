import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { packages, root, sources } from './packages.js';

const LONGEST = 250;

describe('shape of packages', () => {
  for (const pkg of packages) {
    it(`${pkg.folder} is named like its package and has src, test and README.md`, () => {
      const expected =
        pkg.folder === 'core/cli'
          ? 'dpone'
          : pkg.room === 'templates'
            ? `template-${basename(pkg.folder)}`
            : basename(pkg.folder);
      expect(basename(pkg.name)).to.equal(expected);
      for (const part of ['src', 'test', 'README.md'])
        expect(existsSync(join(root, pkg.folder, part)), `${pkg.folder}/${part}`).to.equal(true);
      expect(pkg.manifest.license).to.equal('Apache-2.0');
    });

    it(`${pkg.folder} is found only by import`, () => {
      for (const [entry, target] of Object.entries(pkg.manifest.exports ?? {}))
        if (entry !== './package.json') expect(Object.keys(target as object), entry).to.eql(['types', 'import']);
    });

    it(`${pkg.folder} pins its dependencies and has one concern a file`, () => {
      for (const [name, version] of Object.entries(pkg.manifest.dependencies ?? {}))
        expect(version, name).to.match(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
      for (const { path, text } of sources(pkg.folder)) {
        expect(basename(path), path).to.match(/^[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.ts$/);
        expect(basename(path), path).to.not.match(/^(utils?|helpers?|misc|common)\.ts$/);
        expect(text.split('\n').length, `${path}: lines`).to.be.lessThan(LONGEST + 1);
        if (path === `${pkg.folder}/src/index.ts` && pkg.manifest.dpone === undefined)
          expect(
            text.split('\n').filter((line) => line !== '' && !/^export |^import |^\s|^}|^\/|^\s?\*/.test(line)),
            path,
          ).to.eql([]);
      }
    });
  }
});
