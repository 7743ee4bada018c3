import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expectError } from '@dpone/testkit';
import { expect } from 'chai';
import { generatePackage, KINDS } from '../dist/generate/generate-package.js';
import { namesOf, renamed } from '../dist/generate/names.js';
import { cliRoot, inFolder, installDependencies, node, pack, tool } from './generate-workspace.js';

describe('generate', () => {
  it('makes every form of a name', () => {
    const names = namesOf('my-shop2');
    expect(names).to.eql({ id: 'my-shop2', camel: 'myShop2', pascal: 'MyShop2', snake: 'my_shop2' });
    expect(renamed("acmeSource Acme acme_gate './acme.js'", names)).to.equal(
      "myShop2Source MyShop2 my_shop2_gate './my-shop2.js'",
    );
  });

  for (const name of ['', 'Shop', '2shop', 'my_shop', 'my--shop', '-shop', 'shop-', '../shop', 'a'.repeat(51)])
    it(`refuses the name ${JSON.stringify(name.slice(0, 12))}`, () =>
      expectError(() => namesOf(name), ['DPONE_USAGE']));

  it('writes over nothing', () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, 'mine.txt'), 'mine');
      await expectError(
        () => generatePackage(cliRoot, { kind: 'gate', name: 'x', out: folder }),
        ['DPONE_FILE_EXISTS'],
      );
      await expectError(
        () => generatePackage(cliRoot, { kind: 'gate', name: 'x', out: join(folder, 'mine.txt') }),
        ['DPONE_FILE_EXISTS'],
      );
      expect(await readdir(folder)).to.eql(['mine.txt']);
    }));

  it('takes an npm name with a scope, also one with the placeholder in it, and refuses what is none', () =>
    inFolder(async (folder) => {
      const out = join(folder, 'x');
      const made = await generatePackage(cliRoot, { kind: 'gate', name: 'x', packageName: '@acme/gate-x', out });
      expect(made.package).to.equal('@acme/gate-x');
      expect(JSON.parse(await readFile(join(out, 'package.json'), 'utf8'))).to.include({ name: '@acme/gate-x' });
      const bad = { kind: 'gate', name: 'x', packageName: 'Not A Name', out: join(folder, 'y') } as const;
      await expectError(() => generatePackage(cliRoot, bad), ['DPONE_USAGE']);
      expect(await readdir(folder)).to.eql(['x']);
    }));

  it('takes the templates beside the code in an installed dpone, and those of the repository in a checkout', () =>
    inFolder(async (folder) => {
      for (const [place, file] of [
        ['node_modules/dpone/templates', 'packed'],
        ['templates', 'root'],
      ] as const) {
        await mkdir(join(folder, place, 'gate'), { recursive: true });
        await writeFile(join(folder, place, 'gate', `acme-${file}.txt`), 'acme');
      }
      const made = async (out: string): Promise<readonly string[]> => {
        const request = { kind: 'gate', name: 'x', out: join(folder, out) } as const;
        return (await generatePackage(join(folder, 'node_modules/dpone'), request)).files;
      };
      expect(await made('installed')).to.eql(['.gitignore', 'x-packed.txt']);
      await writeFile(join(folder, 'node_modules/dpone/tsconfig.json'), '{}');
      expect(await made('checkout')).to.eql(['.gitignore', 'x-root.txt']);
    }));

  it('packs the templates, and leaves the checkout as it was', () =>
    inFolder(async (folder) => {
      const before = await readdir(cliRoot);
      const listed = await promisify(execFile)('tar', ['tzf', await pack(cliRoot, folder, '--no-ignore-scripts')]);
      for (const kind of KINDS) expect(listed.stdout).to.include(`package/templates/${kind}/package.json\n`);
      expect(await readdir(cliRoot)).to.eql(before.filter((name) => name !== 'templates'));
    })).timeout(60_000);

  for (const kind of KINDS)
    it(`a new ${kind} compiles, lints and passes its conformance suite`, () =>
      inFolder(async (folder) => {
        const out = join(folder, 'made');
        const made = await generatePackage(cliRoot, { kind, name: 'my-shop', out });
        for (const file of made.files) {
          expect(file).to.not.match(/acme/i);
          expect(await readFile(join(out, file), 'utf8'), file).to.not.match(/acme|template-|\.\.\/core/i);
        }
        await installDependencies(out);
        await node(out, tool(out, 'typescript/bin/tsc'), ['-b', '.', 'test']);
        await node(out, tool(out, 'oxlint/bin/oxlint'), ['--type-aware', '--deny-warnings', '.']);
        const tested = await node(out, tool(out, 'mocha/bin/mocha.js'), [
          '--no-config',
          '--reporter',
          'json',
          '.test-dist/**/*.test.js',
        ]);
        const { stats } = JSON.parse(tested) as { stats: { passes: number; failures: number } };
        expect(stats.failures).to.equal(0);
        expect(stats.passes).to.be.greaterThan(5);
      })).timeout(120_000);
});
