import { expect } from 'chai';
import { dependenciesOf, select } from '@dpone/engine';
import { errorOf, loadText, Workspace } from './workspace.js';

const table = (name: string, dependsOn = ''): string =>
  `      - {table: ${name}, overrides: {name: ${name}${dependsOn === '' ? '' : `, depends_on: ${dependsOn}`}}}\n`;
const batch = (...tables: string[]): string => `kind: dpone.batch.v1
defaults:
  task_group: g
  source: {type: files}
  sink: {type: duckdb, connection: x}
schemas:
  s:
    tables:
${tables.join('')}`;

describe('selecting processes', () => {
  it('needs a selector where there are several, and lists them', async () => {
    const manifest = await loadText(batch(table('a'), table('b')));
    const error = await errorOf(select(manifest, []));
    expect([error.code, error.exit]).to.deep.equal(['DPONE_SELECTOR', 2]);
    expect(error.remedy).to.contain('s.a, s.b').and.to.contain('--all');
    expect((await select(manifest, ['b', 's.a'])).map((process) => process.name)).to.deep.equal(['a', 'b']);
    expect((await errorOf(select(manifest, ['s.c']))).message).to.contain('did you mean "s.');
    expect((await errorOf(select(manifest, ['a'], { all: true }))).code).to.equal('DPONE_SELECTOR');
    expect(await select(await loadText(batch(table('a'))), [])).to.have.length(1);
  });

  it('puts each process after what it depends on, else keeps the order of the file', async () => {
    const manifest = await loadText(batch(table('a', '["#d"]'), table('b'), table('c', '[s.b]'), table('d', '[b]')));
    expect((await select(manifest, [], { all: true })).map((process) => process.name)).to.deep.equal([
      'b',
      'd',
      'a',
      'c',
    ]);
    expect((await select(manifest, ['a'])).map((process) => process.name)).to.deep.equal(['a']);
    const withDependencies = await select(manifest, ['a'], { withDependencies: true });
    expect(withDependencies.map((process) => process.name)).to.deep.equal(['b', 'd', 'a']);
    expect(
      dependenciesOf(withDependencies[2]!, withDependencies, manifest.options.workdir).map((process) => process.name),
    ).to.deep.equal(['d']);
  });

  it('depends on the others of a task group, not on itself', async () => {
    const manifest = await loadText(batch(table('a', '[g]'), table('b')).replace('name: b', 'name: b, description: x'));
    expect((await select(manifest, ['a'], { withDependencies: true })).map((process) => process.name)).to.deep.equal([
      'b',
      'a',
    ]);
  });

  it('names the circle when the manifest is loaded', async () => {
    const error = await errorOf(loadText(batch(table('a', '["#b"]'), table('b', '["#c"]'), table('c', '["#a"]'))));
    expect([error.code, error.exit]).to.deep.equal(['DPONE_DEPENDENCY_CYCLE', 2]);
    expect(error.message).to.contain('a -> b -> c -> a');
    expect((await errorOf(loadText(batch(table('a', '["#a"]'))))).message).to.contain('a -> a');
  });

  it('follows dependencies into other manifests, and names a circle across them', async () => {
    const one = (name: string, dependsOn: string): string =>
      `name: ${name}\nsource: {type: files}\nsink: {type: duckdb, connection: x}\ndepends_on: ${dependsOn}\n`;
    const workspace = await Workspace.make({
      'a.yml': one('a', 'sub/b.yml'),
      'sub/b.yml': one('b', '[{path: batch.yml#s.y, alias: z}]'),
      'sub/batch.yml': batch(table('x'), table('y', '["#x"]'), table('z')),
      'p.yml': one('p', 'q.yml'),
      'q.yml': one('q', './p.yml'),
      'gone.yml': one('gone', 'nowhere.yml'),
      'miss.yml': one('miss', 'sub/batch.yml#s.w'),
    });
    try {
      const names = async (file: string) =>
        (await select(await workspace.load(file), [], { withDependencies: true })).map((process) => process.name);
      expect(await names('a.yml')).to.deep.equal(['x', 'y', 'b', 'a']);
      const cycle = await errorOf(names('p.yml'));
      expect(cycle.code).to.equal('DPONE_DEPENDENCY_CYCLE');
      expect(cycle.message).to.contain('p -> q -> p');
      expect((await errorOf(names('gone.yml'))).code).to.equal('DPONE_FILE_NOT_FOUND');
      expect((await errorOf(names('miss.yml'))).message).to.contain('sub/batch.yml#s.w, which is not there');
      expect((await select(await workspace.load('gone.yml'), [])).map((process) => process.name)).to.deep.equal([
        'gone',
      ]);
    } finally {
      await workspace.clean();
    }
  });

  it('walks a chain of thousands without ending the stack', async () => {
    const count = 1500;
    const tables = Array.from({ length: count }, (_, i) => table(`t${i}`, i === 0 ? '' : `["#t${i - 1}"]`));
    const manifest = await loadText(batch(...tables.toReversed()));
    const ordered = await select(manifest, [], { all: true });
    expect(ordered.map((process) => process.name)).to.deep.equal(Array.from({ length: count }, (_, i) => `t${i}`));
  });
});
