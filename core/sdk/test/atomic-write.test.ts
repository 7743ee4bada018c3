import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { atomicWrite } from '@dpone/sdk';

describe('atomicWrite', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dpone-sdk-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('makes folders, replaces the content and leaves nothing else', async () => {
    const path = join(folder, 'a/b/file.json');
    await atomicWrite(path, 'one');
    await atomicWrite(path, new Uint8Array([0x74, 0x77, 0x6f]));
    expect(await readFile(path, 'utf8')).to.equal('two');
    expect(await readdir(join(folder, 'a/b'))).to.eql(['file.json']);
  });

  it('shows readers the old content or the new one, whole', async () => {
    const path = join(folder, 'file');
    const texts = ['a', 'b', 'c'].map((letter) => letter.repeat(1 << 20));
    await atomicWrite(path, texts[0]!);
    let writing = true;
    const writes = Promise.all(texts.map((text) => atomicWrite(path, text))).finally(() => (writing = false));
    while (writing) expect(texts).to.include(await readFile(path, 'utf8'));
    await writes;
    expect(await readdir(folder)).to.eql(['file']);
  });

  it('leaves the old content and no debris when it fails', async () => {
    const path = join(folder, 'taken');
    await mkdir(join(path, 'inside'), { recursive: true });
    const error = await atomicWrite(path, 'x').then(
      () => null,
      (e: unknown) => e,
    );
    expect(error).to.be.instanceOf(Error);
    expect(await readdir(folder)).to.eql(['taken']);
  });

  it('replaces a link and never writes through it', async () => {
    await writeFile(join(folder, 'outside'), 'precious');
    await symlink(join(folder, 'outside'), join(folder, 'link'));
    await atomicWrite(join(folder, 'link'), 'mine');
    expect(await readFile(join(folder, 'outside'), 'utf8')).to.equal('precious');
    expect(await readFile(join(folder, 'link'), 'utf8')).to.equal('mine');
  });
});
