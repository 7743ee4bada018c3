import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDponeError, type DponeError, type FinalizeStep, type PluginContext } from '@dpone/sdk';
import { withRows, type Fixture } from '@dpone/testkit';
import { expect } from 'chai';
import { withCodec } from './support/fixture-files.js';
import { fixtureOf, loadParts, openSink, programOf, refOf, stageParts } from './support/open-sink.js';

const REPLACE: FinalizeStep = { op: 'replace_all', by: 'swap' };
const APPEND: FinalizeStep = { op: 'append' };
const ROOT = process.getuid?.() === 0;

const refusal = async (call: () => unknown): Promise<DponeError> => {
  try {
    await call();
  } catch (error) {
    if (isDponeError(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('the files sink', function () {
  this.timeout(60_000);
  let dir: string;
  beforeEach(async () => (dir = await mkdtemp(join(tmpdir(), 'dpone-sink-'))));
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const using = <T>(work: (ctx: PluginContext) => Promise<T>): Promise<T> => withCodec(dir, (_codec, ctx) => work(ctx));
  const explain = (ctx: PluginContext, path: string, step: FinalizeStep): readonly string[] =>
    openSink(ctx, { path }).explain(programOf(refOf(1, 1), fixtureOf(1, 1), step, 'x'));
  const visible = async (folder: string): Promise<string[]> =>
    (await readdir(join(dir, folder))).filter((name) => !name.startsWith('.')).toSorted();

  it('refuses what files cannot do, naming what they can', () =>
    using(async (ctx) => {
      const single = await refusal(() => explain(ctx, 'out/a.csv', APPEND));
      expect(single.code).to.equal('DPONE_CAPABILITY');
      expect(single.remedy).to.contain('out/orders/').and.contain('full_refresh');
      const steps: FinalizeStep[] = [
        { op: 'append', unlessKey: ['id'] },
        { op: 'merge', key: ['id'], by: 'upsert' },
      ];
      for (const step of steps)
        expect((await refusal(() => explain(ctx, 'out/', step))).remedy).to.contain('full_refresh');
      expect(explain(ctx, 'out/', APPEND).join('\n')).to.contain('rename the files into out/');
    }));

  it('takes a path with an ending for a file and any other for a folder, and refuses an ending that says nothing', () =>
    using(async (ctx) => {
      await mkdir(join(dir, 'dotted.name'));
      for (const path of ['out', 'out/', 'dotted.name'])
        expect(explain(ctx, path, REPLACE).join('\n'))
          .to.contain('write parquet')
          .and.contain('rename the files into');
      expect(explain(ctx, 'out/a.tsv.zst', REPLACE).join('\n'))
        .to.contain('write tsv, zstd')
        .and.contain('rename the file to');
      expect((await refusal(() => openSink(ctx, { path: 'out/a.dat' }))).remedy).to.contain('sink.options.format');
      expect((await refusal(() => openSink(ctx, { path: 'a.parquet.gz' }))).remedy).to.contain('a.parquet');
    }));

  it('replaces in a folder the files of its format, and leaves what others keep there', () =>
    using(async (ctx) => {
      await mkdir(join(dir, 'out'));
      for (const name of ['readme.txt', '_SUCCESS']) await writeFile(join(dir, 'out', name), 'kept');
      const sink = openSink(ctx, { path: 'out/', format: 'csv' });
      await loadParts(sink, 1, [fixtureOf(1, 2), fixtureOf(3, 4)], REPLACE, 'a');
      await loadParts(sink, 2, [fixtureOf(5, 9)], APPEND, 'b');
      expect((await visible('out')).length).to.equal(2 + 3);
      await loadParts(sink, 3, [fixtureOf(1, 1)], REPLACE, 'c');
      const names = await visible('out');
      expect(names.length).to.equal(2 + 1);
      expect(names).to.include.members(['readme.txt', '_SUCCESS']);
      const [last] = await sink.history(1);
      expect(last).to.include({ inserted: 1, deleted: 9, finalRows: 1 });
    }));

  it('a load without rows empties a target that is replaced, keeping its columns, and adds no file to a folder', () =>
    using(async (ctx) => {
      const none: Fixture = withRows(fixtureOf(1, 1), []);
      const one = openSink(ctx, { path: 'a.csv' });
      await loadParts(one, 1, [fixtureOf(1, 3)], REPLACE, 'a');
      await loadParts(one, 2, [none], REPLACE, 'b');
      const header = none.schema.columns.map((c) => c.name).join(',');
      expect(await readFile(join(dir, 'a.csv'), 'utf8')).to.equal(`${header}\n`);
      expect((await one.inspect()).rows).to.equal(0);
      const folder = openSink(ctx, { path: 'out/', format: 'csv' });
      await loadParts(folder, 1, [fixtureOf(1, 3)], REPLACE, 'a');
      const before = await visible('out');
      await loadParts(folder, 2, [none], APPEND, 'b');
      expect(await visible('out')).to.deep.equal(before);
      expect((await folder.inspect()).rows).to.equal(3);
    }));

  it('counts the rows of files that it did not write, and keeps them when it adds', () =>
    using(async (ctx) => {
      const { schema, rows } = fixtureOf(1, 1);
      await mkdir(join(dir, 'out'));
      const line = schema.columns.map((c) => (c.name === 'id' ? '77' : '')).join(',');
      await writeFile(join(dir, 'out', 'mine.csv'), `${schema.columns.map((c) => c.name).join(',')}\n${line}\n`);
      const sink = openSink(ctx, { path: 'out/', format: 'csv' });
      await loadParts(sink, 1, [fixtureOf(1, 3)], APPEND, 'a');
      expect(rows.length).to.equal(1);
      expect((await sink.inspect()).rows).to.equal(4);
      expect(await visible('out')).to.include('mine.csv');
    }));

  it('refuses to add files of other columns where no header tells them apart', () =>
    using(async (ctx) => {
      const sink = openSink(ctx, { path: 'out/', format: 'csv', header: false });
      await loadParts(sink, 1, [fixtureOf(1, 2)], REPLACE, 'a');
      await loadParts(sink, 2, [fixtureOf(3, 4)], APPEND, 'b');
      const fewer = fixtureOf(5, 5);
      const other = { ...fewer, schema: { columns: fewer.schema.columns.toReversed() } };
      expect((await refusal(() => loadParts(sink, 3, [other], APPEND, 'c'))).code).to.equal('DPONE_SCHEMA_BREAKING');
      expect((await sink.inspect()).rows).to.equal(4);
    }));

  it('does not replace what is no table', () =>
    using(async (ctx) => {
      await writeFile(join(dir, 'a.parquet'), 'a letter to my aunt');
      const error = await refusal(() => openSink(ctx, { path: 'a.parquet' }).inspect());
      expect(error.code).to.equal('DPONE_SINK_WRITE');
      expect(error.message).to.contain('a.parquet cannot be read as parquet');
      expect(await readFile(join(dir, 'a.parquet'), 'utf8')).to.equal('a letter to my aunt');
    }));

  /** A small file system of its own; false where this user may not mount one. */
  const mount = (folder: string, options: string): boolean => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
      return true;
    } catch {
      return false;
    }
  };

  it('says that the folder is read-only before anything is staged', async function () {
    const folder = join(dir, 'disk');
    await mkdir(folder);
    if (ROOT && !mount(folder, 'ro,size=1m')) return this.skip();
    await chmod(folder, 0o555).catch(() => undefined);
    try {
      await using(async (ctx) => {
        const sink = openSink(ctx, { path: 'disk/out/a.csv' });
        const error = await refusal(() => sink.lock({ loadId: 'l', host: 'h', pid: 1 }, 0));
        expect(error.code).to.equal('DPONE_TARGET_READ_ONLY');
        expect((await sink.check()).map((result) => result.status)).to.deep.equal(['fail']);
      });
      expect(await readdir(folder)).to.deep.equal([]);
    } finally {
      if (ROOT) execFileSync('umount', [folder]);
      else await chmod(folder, 0o755);
    }
  });

  it('says that the disk is full, and leaves the target as it was', async function () {
    const folder = join(dir, 'disk');
    await mkdir(folder);
    if (!mount(folder, 'size=1m')) return this.skip();
    try {
      await using(async (ctx) => {
        const sink = openSink(ctx, { path: 'disk/a.csv' });
        await loadParts(sink, 1, [fixtureOf(1, 3)], REPLACE, 'a');
        const before = await readFile(join(folder, 'a.csv'), 'utf8');
        const large = withRows(
          fixtureOf(1, 1),
          Array.from({ length: 300 }, (_, i) => ({
            ...fixtureOf(1, 1).rows[0],
            id: BigInt(i),
            customer: randomBytes(5000).toString('hex'),
          })),
        );
        const error = await refusal(() => stageParts(sink, refOf(2, 1), [large]));
        expect(error.code).to.equal('DPONE_DISK_FULL');
        for (const { loadId } of await sink.openLoads()) expect(await sink.recover(loadId)).to.equal('undone');
        expect(await readFile(join(folder, 'a.csv'), 'utf8')).to.equal(before);
        expect((await readdir(folder)).toSorted()).to.deep.equal(['_dpone', 'a.csv']);
      });
    } finally {
      execFileSync('umount', [folder]);
    }
  });
});
