import { appendFile, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { isDponeError, type DponeError, type PluginContext, type ReadRequest, type SourceRead } from '@dpone/sdk';
import { fromBatches } from '@dpone/testkit';
import { expect } from 'chai';
import { sourceOptions } from '../dist/options.js';
import { FilesSource } from '../dist/source.js';
import { withCodec } from './support/fixture-files.js';

const ALL: ReadRequest = { scope: 'all', state: null, parallel: 1, badRows: 'fail' };
const NEW: ReadRequest = { ...ALL, scope: { cursor: 'new_files' } };
const CSV = 'id,name\n1,a\n2,b\n';

const refusal = async (call: Promise<unknown>): Promise<DponeError> => {
  const error = await call.then(
    () => new Error('nothing was refused'),
    (thrown: unknown) => thrown,
  );
  if (isDponeError(error)) return error;
  throw error;
};

describe('the files source', function () {
  this.timeout(60_000);
  let dir: string;
  beforeEach(async () => (dir = await mkdtemp(join(tmpdir(), 'dpone-files-'))));
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const put = async (name: string, content: string | Uint8Array = CSV): Promise<void> => {
    await mkdir(join(dir, name, '..'), { recursive: true });
    await writeFile(join(dir, name), content);
  };
  const sourceOf = (ctx: PluginContext, options: Readonly<Record<string, unknown>>): FilesSource =>
    new FilesSource({ ...ctx, connection: null, options: sourceOptions.parse(options) });
  const using = <T>(
    options: Readonly<Record<string, unknown>>,
    use: (source: FilesSource, ctx: PluginContext) => Promise<T>,
  ): Promise<T> => withCodec(dir, (_codec, ctx) => use(sourceOf(ctx, options), ctx));
  const open = (options: Readonly<Record<string, unknown>>, request: ReadRequest = ALL): Promise<SourceRead> =>
    using(options, (source) => source.open(request));
  const filesOf = (read: SourceRead): string[] =>
    (read.identity as { files: { path: string }[] }).files.map((file) => file.path);
  const rowsOf = async (options: Readonly<Record<string, unknown>>): Promise<number> =>
    using(options, async (source) => {
      const read = await source.open(ALL);
      const data = await read.data(read.partitions[0]!, { id: 'rows', transport: 'rows' });
      if (data.transport !== 'rows') throw new Error(data.transport);
      return (await fromBatches(data.batches, read.schema)).length;
    });

  it('takes names, patterns, folders and lists, each file once and in order', async () => {
    for (const name of [
      'data/b.csv',
      'data/a.csv',
      'data/deep/c.csv',
      'data/_skip.csv',
      'data/.hid.csv',
      'data/[x].csv',
    ])
      await put(name);
    await put('data/_dpone/t/loads/x.csv');
    await put('data/readme.txt', 'no data');
    expect(filesOf(await open({ path: 'data/a.csv' }))).to.deep.equal(['data/a.csv']);
    expect(filesOf(await open({ path: 'data/[x].csv' }))).to.deep.equal(['data/[x].csv']);
    expect(filesOf(await open({ path: 'data/?.csv' }))).to.deep.equal(['data/a.csv', 'data/b.csv']);
    expect(filesOf(await open({ path: 'data' }))).to.deep.equal([
      'data/[x].csv',
      'data/a.csv',
      'data/b.csv',
      'data/deep/c.csv',
    ]);
    expect(filesOf(await open({ path: ['data/deep/**', 'data/a.csv', join(dir, 'data/a.csv')] }))).to.deep.equal([
      'data/a.csv',
      'data/deep/c.csv',
    ]);
  });

  it('names the pattern and the folder where nothing is there', async () => {
    await put('data/a.csv');
    for (const path of ['data/*.parquet', 'data/absent.csv', 'absent/']) {
      const error = await refusal(open({ path }));
      expect(error.code).to.equal('DPONE_SOURCE_NOT_FOUND');
      expect(error.message).to.contain(path).and.contain(dir);
    }
  });

  it('refuses a mixture of formats or compressions, and an ending that says nothing', async () => {
    await put('data/a.csv');
    await put('data/b.jsonl', '{"id":1}\n');
    expect((await refusal(open({ path: 'data/*' }))).message)
      .to.contain('data/a.csv is csv')
      .and.contain('data/b.jsonl is jsonl');
    await put('z/a.csv');
    await put('z/b.csv.gz', gzipSync(CSV));
    expect((await refusal(open({ path: 'z' }))).code).to.equal('DPONE_OPTION_CONFLICT');
    await put('t/a.dat');
    expect((await refusal(open({ path: 't/a.dat' }))).remedy).to.contain('source.options.format');
    expect(filesOf(await open({ path: 't/a.dat', format: 'csv' }))).to.deep.equal(['t/a.dat']);
    expect((await refusal(open({ path: 'z/b.csv.gz', format: 'parquet' }))).message).to.contain(
      'parquet is compressed inside',
    );
  });

  it('reads each text format, plain and compressed', async () => {
    await put('a.csv.gz', gzipSync(CSV));
    await put('a.tsv.zst', zstdCompressSync('id\tname\n1\ta\n2\tb\n'));
    await put('a.ndjson', '{"id":1}\n{"id":2}\n');
    await put('a.csv', 'id;name\n1;NULL\n2;b\n');
    expect(await rowsOf({ path: 'a.csv.gz' })).to.equal(2);
    expect(await rowsOf({ path: 'a.tsv.zst' })).to.equal(2);
    expect(await rowsOf({ path: 'a.ndjson' })).to.equal(2);
    expect(await rowsOf({ path: 'a.csv', delimiter: ';', nulls: 'NULL' })).to.equal(2);
  });

  it('says that a file changed, grew, was cut or vanished since the read was opened', async () => {
    const changes: readonly [string, (path: string) => Promise<void>][] = [
      ['was cut from', (path) => truncate(path, 10)],
      ['grew from', (path) => appendFile(path, '3,c\n')],
      ['vanished', (path) => rm(path)],
      ['was replaced', async (path) => rm(path).then(() => writeFile(path, CSV))],
    ];
    for (const [words, change] of changes) {
      await put('a.csv');
      const read = await open({ path: 'a.csv' });
      await read.verify();
      await change(join(dir, 'a.csv'));
      const error = await refusal(read.verify());
      expect(error.code).to.equal('DPONE_SOURCE_CHANGED');
      if (words !== 'was replaced') expect(error.message).to.contain(words);
    }
  });

  it('gives another process the files of its partition as they were listed, or says that they are others', async () => {
    const rows = { id: 'rows', transport: 'rows' } as const;
    await put('a.csv');
    const [given] = (await open({ path: '*.csv' })).partitions;
    const again = await open({ path: '*.csv' });
    expect((await again.data(JSON.parse(JSON.stringify(given)) as typeof given & object, rows)).transport).to.equal(
      'rows',
    );
    await put('b.csv');
    const later = await open({ path: '*.csv' });
    expect((await refusal(later.data(given!, rows))).code).to.equal('DPONE_SOURCE_CHANGED');
  });

  it('new_files: an unchanged file is never taken twice, also when it was away', async () => {
    await put('a.csv');
    await put('b.csv');
    const first = await open({ path: '*.csv' }, NEW);
    if (first.advance.kind !== 'value') throw new Error(first.advance.kind);
    const { state } = first.advance;
    const second = await open({ path: '*.csv' }, { ...NEW, state });
    expect(second.partitions).to.deep.equal([]);
    expect(second.schema.columns.map((c) => c.name)).to.deep.equal(['id', 'name']);
    await rm(join(dir, 'b.csv'));
    const third = await open({ path: '*.csv' }, { ...NEW, state });
    expect(third.advance).to.deep.equal({ kind: 'value', state });
    await put('c.csv');
    expect(filesOf(await open({ path: '*.csv' }, { ...NEW, state }))).to.deep.equal(['c.csv']);
  });

  it('new_files: a changed file is read again where rows are matched by key, and refused where they are added', async () => {
    await put('a.csv');
    const first = await open({ path: 'a.csv' }, NEW);
    if (first.advance.kind !== 'value') throw new Error(first.advance.kind);
    const request = { ...NEW, state: first.advance.state };
    await appendFile(join(dir, 'a.csv'), '3,c\n');
    expect(filesOf(await open({ path: 'a.csv' }, { ...request, mayRepeat: true }))).to.deep.equal(['a.csv']);
    const error = await refusal(open({ path: 'a.csv' }, request));
    expect(error.message).to.contain('a.csv').and.contain('changed since');
    expect(filesOf(await open({ path: 'a.csv', changed_files: 'reread' }, request))).to.deep.equal(['a.csv']);
    expect(
      (await refusal(open({ path: 'a.csv', changed_files: 'fail' }, { ...request, mayRepeat: true }))).code,
    ).to.equal('DPONE_SOURCE_READ');
  });

  it('an empty file holds no rows beside others, and is refused alone', async () => {
    await put('a.csv');
    await put('b.csv', '');
    expect(await rowsOf({ path: '*.csv' })).to.equal(2);
    expect((await refusal(open({ path: 'b.csv' }))).message).to.contain('empty');
  });

  it('names a cursor column that is not there, with the nearest', async () => {
    await put('a.csv');
    const error = await refusal(open({ path: 'a.csv' }, { ...ALL, scope: { cursor: 'column', column: 'nam' } }));
    expect(error.remedy).to.equal('Did you mean name?');
  });
});
