import type { CanonicalType } from '@dpone/sdk';
import { expect } from 'chai';
import { columnsOf } from '../../dist/compare/columns.js';
import { compare } from '../../dist/compare/compare.js';
import { digestOf, framed, halvesOf, rangeOf } from '../../dist/compare/row-digest.js';
import type { RangeSum, Side } from '../../dist/compare/side.js';

const TYPES = new Map<string, CanonicalType>([
  ['id', { kind: 'int64' }],
  ['v', { kind: 'string' }],
]);
type Row = readonly [id: bigint, v: string | null];

/** A side of rows in memory. `sums`: as a system that sums up its rows itself; `read` counts what it hands over. */
function side(name: 'source' | 'target', rows: readonly Row[], sums: boolean): Side & { read_: number } {
  const cells = ([id, v]: Row): { key: string; row: string } => ({
    key: framed(String(id)),
    row: framed(String(id)) + framed(v),
  });
  const give = (names: readonly string[], some: readonly Row[]) => ({
    rows: some.length,
    columns: names.map((column) => some.map(([id, v]) => (column === 'id' ? id : v))),
  });
  const self = {
    name,
    typed: true,
    columns: TYPES,
    read_: 0,
    read: async (names: readonly string[], take: Parameters<Side['read']>[1]) => {
      self.read_ += rows.length;
      await take(give(names, rows));
    },
    checksums: () =>
      !sums
        ? undefined
        : {
            sums: () => {
              const found = new Map<
                number,
                { rows: number; keys: number; first: bigint; second: bigint; seen: Set<string> }
              >();
              for (const row of rows) {
                const { key, row: text } = cells(row);
                const range = rangeOf(digestOf(key));
                const sum = found.get(range) ?? { rows: 0, keys: 0, first: 0n, second: 0n, seen: new Set() };
                found.set(range, sum);
                const [first, second] = halvesOf(digestOf(text));
                sum.seen.add(key);
                Object.assign(sum, {
                  rows: sum.rows + 1,
                  keys: sum.seen.size,
                  first: sum.first + first,
                  second: sum.second + second,
                });
              }
              return Promise.resolve(found as ReadonlyMap<number, RangeSum>);
            },
            read: async (names: readonly string[], ranges: readonly number[], take: Parameters<Side['read']>[1]) => {
              const some = rows.filter((row) => ranges.includes(rangeOf(digestOf(cells(row).key))));
              self.read_ += some.length;
              await take(give(names, some));
            },
          },
  };
  return self;
}

const ROWS: readonly Row[] = Array.from({ length: 5000 }, (_, i) => [BigInt(i), `v${i}`] as const);
const compared = async (source: Side, target: Side) =>
  compare(
    source,
    target,
    columnsOf(source, target, ['id'], undefined, () => false),
    {
      wins: 'first',
      order: (key) => key,
      most: 10,
    },
  );

describe('ranges of keys', () => {
  for (const [what, sums] of [
    ['both systems', [true, true]],
    ['one system', [true, false]],
  ] as const)
    it(`are summed up by ${what}: equal tables are not handed over by those`, async () => {
      const [a, b] = [side('source', ROWS, sums[0]), side('target', ROWS.toReversed(), sums[1])];
      const found = await compared(a, b);
      expect(found).to.include({ sourceRows: 5000, targetRows: 5000 });
      expect(found.sourceChecksum).to.equal(found.targetChecksum);
      expect(a.read_).to.equal(0);
      expect(b.read_).to.equal(sums[1] ? 0 : 5000);
    });

  it('are read where they differ, and find what a reading of everything finds', async () => {
    const other = ROWS.filter(([id]) => id !== 7n).map(([id, v]) => [id, id === 99n ? null : v] as const);
    const changed: readonly Row[] = [...other, [-1n, 'new'], [5n, 'v5']];
    const whole = await compared(side('source', ROWS, false), side('target', changed, false));
    for (const sums of [
      [true, true],
      [true, false],
      [false, true],
    ] as const) {
      const [a, b] = [side('source', ROWS, sums[0]), side('target', changed, sums[1])];
      const found = await compared(a, b);
      for (const kind of ['missing', 'extra', 'mismatch', 'duplicateSource', 'duplicateTarget'] as const)
        expect(found[kind].keys, kind).to.eql(whole[kind].keys);
      expect(found.ranges!.differing.size).to.equal(4);
      expect([found.sourceRows, found.targetRows]).to.eql([5000, 5001]);
      expect([found.sourceChecksum, found.targetChecksum]).to.eql([whole.sourceChecksum, whole.targetChecksum]);
      if (sums[0]) expect(a.read_).to.be.lessThan(50);
    }
    expect(whole.missing.keys).to.eql(['[7]']);
    expect(whole.mismatch.keys).to.eql(['[99]']);
  });

  it('find a key that comes twice on both sides, though the sums are the same', async () => {
    const twice: readonly Row[] = [...ROWS, [5n, 'v5']];
    const found = await compared(side('source', twice, true), side('target', twice, true));
    expect([found.duplicateSource.keys, found.duplicateTarget.keys]).to.eql([['[5]'], ['[5]']]);
  });
});
