import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PARTS, RecordStore, type RowRecord } from '../../dist/compare/record-store.js';

const DIGEST = '0123456789abcdef0123456789abcd';
const record = (ordinal: number, key = `[${ordinal}]`): RowRecord => ({
  key,
  digest: DIGEST,
  ordinal,
  deleted: ordinal % 2 === 0,
});

async function read(store: RecordStore): Promise<RowRecord[]> {
  const records: RowRecord[] = [];
  for (let part = 0; part < PARTS; part++) {
    const ordinals: number[] = [];
    for await (const found of store.part(part)) {
      records.push(found);
      ordinals.push(found.ordinal);
    }
    expect(ordinals).to.eql(ordinals.toSorted((a, b) => a - b));
  }
  return records.sort((a, b) => a.ordinal - b.ordinal);
}

describe('the store of rows', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dpone-store-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  for (const [what, count, key] of [
    ['in memory', 500, 'é'],
    ['in a file', 500, 'é'.repeat(40_000)],
  ] as const)
    it(`gives back ${what} what was put into it, in order within a part`, async () => {
      const store = new RecordStore(() => Promise.resolve(folder), 'rows');
      const given = Array.from({ length: count }, (_, i) => record(i, `["${key}${i}"]`));
      for (const one of given) await store.add(one);
      await store.finish();
      expect(await readdir(folder)).to.have.length(what === 'in a file' ? 1 : 0);
      expect(await read(store)).to.eql(given);
      await store.close();
    });

  it('keeps all of it in memory where there is no folder', async () => {
    const store = new RecordStore(undefined, 'rows');
    const given = Array.from({ length: 300 }, (_, i) => record(i, `["${'x'.repeat(50_000)}${i}"]`));
    for (const one of given) await store.add(one);
    await store.finish();
    expect(await read(store)).to.eql(given);
  });
});
