import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { generatePackage } from '../dist/generate/generate-package.js';
import { cliRoot, inFolder, installDependencies, node, pack, tool, unlink } from './generate-workspace.js';

interface Stored {
  readonly tables: { readonly people: { readonly rows: readonly (readonly string[])[] } };
}

/** The packed plugin carries its dependencies, so that installing it asks no registry. */
async function packed(folder: string, into: string): Promise<string> {
  const path = join(folder, 'package.json');
  const { devDependencies: _dev, ...manifest } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  expect(_dev).to.be.an('object');
  for (const name of ['zod', 'fastest-levenshtein']) await unlink(folder, name);
  await writeFile(path, JSON.stringify({ ...manifest, bundleDependencies: ['@dpone/sdk', 'zod'] }));
  return pack(folder, into);
}

describe('generate, as an author goes on', () => {
  it('a new connector packs, installs, and carries a load', () =>
    inFolder(async (folder) => {
      const made = join(folder, 'made');
      await generatePackage(cliRoot, { kind: 'connector', name: 'my-shop', out: made });
      await installDependencies(made);
      await node(made, tool(made, 'typescript/bin/tsc'), ['-b', '.']);
      const tarball = await packed(made, folder);

      const project = join(folder, 'project');
      await mkdir(project);
      const env = Object.fromEntries(
        ['DATA', 'CONFIG', 'CACHE'].map((kind) => [`DPONE_${kind}_DIR`, join(folder, kind)]),
      );
      const dpone = (...args: string[]): Promise<string> => node(project, join(cliRoot, 'bin/dpone.js'), args, env);
      await dpone('plugins', 'install', `file:${tarball}`);
      const columns = [
        { name: 'id', type: { kind: 'int64' }, nullable: false },
        { name: 'name', type: { kind: 'string' }, nullable: true },
      ];
      const rows = [
        ['1', 'Ada'],
        ['2', "O'Brien"],
      ];
      const store = { tables: { people: { columns, rows } }, staging: {}, receipts: [], states: {}, locks: {} };
      await writeFile(join(project, 'in.json'), JSON.stringify(store));
      await writeFile(
        join(project, 'load.yml'),
        [
          'name: load_shop',
          'source: {type: my-shop, connection: in.json, table: {name: people}}',
          'sink: {type: my-shop, connection: out.json, table: {name: people}, strategy: {mode: full_refresh}}',
        ].join('\n'),
      );
      await dpone('run', 'load.yml');
      const { tables } = JSON.parse(await readFile(join(project, 'out.json'), 'utf8')) as Stored;
      // Partitions are staged at the same time: the order is nobody's promise.
      expect(tables.people.rows.map((row) => row.slice(0, 2))).to.have.deep.members(rows);
    })).timeout(120_000);

  it('a new gate runs as a command, green and red', () =>
    inFolder(async (folder) => {
      const made = join(folder, 'dpone-gate-my-light');
      await generatePackage(cliRoot, { kind: 'gate', name: 'my-light', out: made });
      await installDependencies(made);
      await node(made, tool(made, 'typescript/bin/tsc'), ['-b', '.']);
      const env = Object.fromEntries(
        ['DATA', 'CONFIG', 'CACHE'].map((kind) => [`DPONE_${kind}_DIR`, join(folder, kind)]),
      );
      const dpone = (...args: string[]): Promise<string> => node(folder, join(cliRoot, 'bin/dpone.js'), args, env);
      await dpone('plugins', 'link', '--no-install', made);
      await writeFile(join(folder, 'a.json'), '{"passed": true}');
      expect(await dpone('ops', 'my-light', '--evidence', 'a=a.json')).to.match(/^# dpone my-light gate/);
      await writeFile(join(folder, 'a.json'), '{"passed": false}');
      const red = await dpone('ops', 'my-light', '--evidence', 'a=a.json', '--format', 'text').catch(
        (e: Error) => e.message,
      );
      expect(red).to.match(/not passed\n- a\.not_passed/);
      expect(JSON.parse(await readFile(join(folder, '.dpone/my-light/my_light_gate.json'), 'utf8'))).to.include({
        passed: false,
      });
    })).timeout(120_000);
});
