import type { PartitionSpec } from './partition-spec.js';

type Blocks = NonNullable<PartitionSpec['blocks']>;

/**
 * Cuts a table into `parts` ranges of blocks of the same size. A partitioned table is cut across: the range of numbers
 * holds in each of its partitions, so the cuts are where the blocks below them add up to equal shares of the whole.
 * The last range is open: what was appended since is looked for too, and not seen by the snapshot.
 */
export function blockRanges(blocks: readonly number[], parts: number): Blocks[] {
  const total = below(blocks, Infinity);
  const cuts = new Set<number>();
  for (let i = 1; i < parts; i++) {
    const cut = cutAt(blocks, Math.round((total * i) / parts));
    if (cut > 0) cuts.add(cut);
  }
  const starts = [0, ...cuts];
  return starts.map((from, i) => (i + 1 < starts.length ? { from, to: starts[i + 1]! } : { from }));
}

/** Blocks with a number below `cut`. */
const below = (blocks: readonly number[], cut: number): number =>
  blocks.reduce((sum, count) => sum + Math.min(count, cut), 0);

/** The smallest number below which there are at least `wanted` blocks. */
function cutAt(blocks: readonly number[], wanted: number): number {
  let [low, high] = [0, Math.max(0, ...blocks)];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (below(blocks, middle) >= wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}
