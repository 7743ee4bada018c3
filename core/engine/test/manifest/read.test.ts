import { expect } from 'chai';
import { join } from 'node:path';
import { loadManifest } from '@dpone/engine';
import { errorOf, FIXTURES, loadText, processOf, single, Workspace } from './workspace.js';

describe('reading a manifest', () => {
  const forms = (name: string) => loadManifest(join('forms', name), { workdir: FIXTURES, env: {} });

  it('gives one process from YAML, JSON, TypeScript and JavaScript alike', async () => {
    const [yaml, ...others] = await Promise.all(['orders.yml', 'orders.json', 'orders.ts', 'orders.mjs'].map(forms));
    expect(yaml!.processes[0]!.source.options).to.deep.equal({ path: 'data/*.csv' });
    expect(yaml!.processes[0]!.sink.table).to.deep.equal({ schema: 'raw', name: 'orders' });
    for (const other of others)
      expect({ ...other.processes[0], manifest: '', places: {} }).to.deep.equal({
        ...yaml!.processes[0],
        manifest: '',
        places: {},
      });
  });

  it('takes on, off, yes and no where true or false is meant, and the preset off in every spelling', async () => {
    for (const lineage of [
      'off',
      'no',
      'false',
      '{enabled: off}',
      '{preset: off}',
      '{preset: false}',
      '{preset: no}',
      'Off',
    ]) {
      const process = await processOf(single('', `  options: {lineage: ${lineage}}\n`));
      expect(process.lineage, lineage).to.deep.equal({ enabled: false, preset: 'off' });
    }
    for (const lineage of ['on', 'yes', 'true', '{enabled: Yes}']) {
      const process = await processOf(single('', `  options: {lineage: ${lineage}}\n`));
      expect(process.lineage, lineage).to.deep.equal({ enabled: true, preset: 'minimal' });
    }
    const process = await processOf(single('', '  options: {schema_evolution: off, lineage: debug}\n'));
    expect(process.schemaEvolution.enabled).to.equal(false);
    expect(process.lineage.preset).to.equal('debug');
  });

  it('follows anchors and merge keys, the nearer value winning', async () => {
    const process = await processOf(`
x-side: &side {type: files, options: {path: a.csv, delimiter: ;}}
name: orders
source:
  <<: *side
  options: {path: b.csv}
sink: {type: duckdb, connection: x, table: t}
`);
    expect(process.source).to.deep.include({ type: 'files', options: { path: 'b.csv' } });
    expect(process.ignored).to.deep.equal(['x-side']);
  });

  it('names the line of a syntax error without quoting the file', async () => {
    const error = await errorOf(loadText('name: a\nsource: {type: "hunter2secret\n'));
    expect(error.code).to.equal('DPONE_MANIFEST_SYNTAX');
    expect(error.where).to.match(/^m\.yml:\d+:\d+$/);
    expect(error.message + error.where).not.to.contain('hunter2');
  });

  it('refuses a key given twice, in YAML and in JSON', async () => {
    const yaml = await errorOf(loadText('name: a\nsource:\n  type: x\n  type: y\n'));
    expect([yaml.code, yaml.where, yaml.message]).to.deep.equal([
      'DPONE_MANIFEST_SYNTAX',
      'm.yml:4:3',
      '"type" is given twice in one map',
    ]);
    const workspace = await Workspace.make({ 'm.json': '{"name": "a",\n "name": "b"}' });
    const json = await errorOf(workspace.load('m.json'));
    await workspace.clean();
    expect([json.code, json.where]).to.deep.equal(['DPONE_MANIFEST_SYNTAX', 'm.json:2:2']);
  });

  const levels = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(',')}]`);
  const bad: readonly (readonly [what: string, text: string, code: string, fragment: string])[] = [
    ['an alias bomb', `a0: &a0 [x]\n${levels.join('\n')}\n`, 'DPONE_MANIFEST_SYNTAX', 'more than 100000 values'],
    ['an alias within itself', 'a: &a [*a]\n', 'DPONE_MANIFEST_SYNTAX', 'inside its own anchor'],
    ['deep nesting', `a: ${'['.repeat(200)}${']'.repeat(200)}\n`, 'DPONE_MANIFEST_SYNTAX', 'nested deeper'],
    ['very deep nesting', `a: ${'['.repeat(100_000)}`, 'DPONE_MANIFEST_SYNTAX', 'nested too deeply'],
    ['an unknown tag', 'a: !python/object x\n', 'DPONE_MANIFEST_SYNTAX', ''],
    ['two documents', 'name: a\n---\nname: b\n', 'DPONE_MANIFEST_SYNTAX', 'more than one YAML document'],
    ['a number too large', 'name: 123456789012345678901\n', 'DPONE_MANIFEST_SYNTAX', 'too large'],
    ['a map as a key', '{a: b}: c\n', 'DPONE_MANIFEST_SYNTAX', 'a key must be a word'],
    ['__proto__', '__proto__: {a: 1}\n', 'DPONE_MANIFEST_SYNTAX', '__proto__'],
    ['nothing', '', 'DPONE_MANIFEST_INVALID', 'is empty'],
    ['only a comment', '# nothing\n', 'DPONE_MANIFEST_INVALID', 'is empty'],
    ['a list', '- a\n', 'DPONE_MANIFEST_INVALID', 'not a list'],
    ['an unknown kind', 'kind: dpone.batch.v2\n', 'DPONE_MANIFEST_INVALID', 'kind must be'],
    [
      'a file larger than any manifest',
      `# ${'x'.repeat(4 * 1024 * 1024)}`,
      'DPONE_MANIFEST_INVALID',
      'larger than 4 MiB',
    ],
  ];
  for (const [what, text, code, fragment] of bad)
    it(`refuses ${what}`, async () => {
      const error = await errorOf(loadText(text));
      expect(error.code).to.equal(code);
      expect(error.message).to.contain(fragment);
    });

  it('refuses files that are none, are missing, or have an ending that is not known', async () => {
    const workspace = await Workspace.make({ 'm.txt': 'name: a', 'folder.yml/x': '', 'latin.yml': '' });
    try {
      expect((await errorOf(workspace.load('gone.yml'))).code).to.equal('DPONE_FILE_NOT_FOUND');
      expect((await errorOf(workspace.load('folder.yml'))).message).to.contain('is a folder');
      expect((await errorOf(workspace.load('m.txt'))).message).to.contain('ending that is not known');
      const { writeFile } = await import('node:fs/promises');
      await writeFile(join(workspace.path, 'latin.yml'), Buffer.from([0x6e, 0xe9, 0x3a]));
      expect((await errorOf(workspace.load('latin.yml'))).message).to.contain('not UTF-8');
    } finally {
      await workspace.clean();
    }
  });

  it('takes only plain data from a module, and says what is not', async () => {
    const workspace = await Workspace.make({
      'date.mjs': 'export default { name: "a", source: { type: "files", options: { when: new Date(0) } } };',
      'self.mjs': 'const a = { name: "a" }; a.source = a; export default a;',
      'none.mjs': 'export const manifest = {};',
      'throws.mjs': 'throw new Error("no such table");',
      'types.ts': 'enum A { B } export default { name: A.B };',
      'made.mjs':
        'export default async () => ({ name: "made", source: { type: "files", skipped: undefined }, sink: { type: "x", table: "t" } });',
    });
    try {
      expect((await errorOf(workspace.load('date.mjs'))).message).to.equal(
        'source.options.when is a Date, not plain data',
      );
      expect((await errorOf(workspace.load('self.mjs'))).message).to.equal('source contains itself');
      expect((await errorOf(workspace.load('none.mjs'))).message).to.contain('no default export');
      expect((await errorOf(workspace.load('throws.mjs'))).message).to.contain('no such table');
      expect((await errorOf(workspace.load('types.ts'))).code).to.equal('DPONE_MANIFEST_SYNTAX');
      expect((await workspace.load('made.mjs')).processes[0]!.name).to.equal('made');
    } finally {
      await workspace.clean();
    }
  });
});
