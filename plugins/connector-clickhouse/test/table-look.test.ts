import { expect } from 'chai';
import { writtenBetween, type PartitionLook, type TableLook } from '../dist/table-look.js';

const look = (
  partitions: Readonly<Record<string, readonly [block: number, version: number, rows: number]>>,
): TableLook =>
  new Map(
    Object.entries(partitions).map(([id, [block, version, rows]]): [string, PartitionLook] => [
      id,
      { block, version, rows },
    ]),
  );
const before = look({ a: [5, 3, 10], b: [7, 7, 0] });

describe('whether somebody wrote a ClickHouse table between two looks', () => {
  for (const [what, now, written] of [
    ['nothing happened', before, false],
    ['parts were merged', look({ a: [5, 3, 10], b: [7, 7, 0] }), false],
    ['a merge left fewer rows of a key', look({ a: [5, 3, 4], b: [7, 7, 0] }), false],
    ['the server removed a part without rows', look({ a: [5, 3, 10] }), false],
    ['it removed the newest part of a partition, which had none', look({ a: [4, 2, 10], b: [7, 7, 0] }), false],
    ['rows were inserted', look({ a: [8, 8, 11], b: [7, 7, 0] }), true],
    ['rows were changed', look({ a: [5, 9, 10], b: [7, 7, 0] }), true],
    ['a partition came', look({ a: [5, 3, 10], b: [7, 7, 0], c: [8, 8, 1] }), true],
    ['an empty partition was filled', look({ a: [5, 3, 10], b: [8, 8, 1] }), true],
    ['a partition was dropped', look({ b: [7, 7, 0] }), true],
  ] as const)
    it(`${written ? 'yes' : 'no'}: ${what}`, () => {
      expect(writtenBetween(before, now)).to.equal(written);
    });
});
