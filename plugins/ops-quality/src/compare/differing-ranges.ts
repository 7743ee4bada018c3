import type { Columns } from './columns.js';
import { readRows } from './read-rows.js';
import { halvesOf } from './row-digest.js';
import type { Checksums, RangeSum, Side } from './side.js';

export interface RangeDifference {
  /** How each side was summed up; undefined where its rows had to be read for that. */
  readonly checksums: { readonly source: Checksums | undefined; readonly target: Checksums | undefined };
  readonly differing: ReadonlySet<number>;
  readonly equal: readonly RangeSum[];
  /** Rows that were read to be summed up here. */
  readonly rowsRead: number;
}

/** Which ranges of keys differ, by checksums; undefined where neither side's system can sum up its rows itself. */
export async function differingRanges(
  source: Side,
  target: Side,
  columns: Columns,
): Promise<RangeDifference | undefined> {
  const checksums = { source: source.checksums(columns), target: target.checksums(columns) };
  if (checksums.source === undefined && checksums.target === undefined) return undefined;
  const [here, there] = await Promise.all([
    checksums.source?.sums() ?? sumsOf(source, columns),
    checksums.target?.sums() ?? sumsOf(target, columns),
  ]);
  const differing = new Set<number>();
  const equal: RangeSum[] = [];
  for (const range of new Set([...here.keys(), ...there.keys()])) {
    const [a, b] = [here.get(range), there.get(range)];
    const same =
      a !== undefined && b !== undefined && a.rows === b.rows && a.first === b.first && a.second === b.second;
    // The same rows on both sides may still be two of one key: such a range is read, too.
    if (same && noKeyTwice(a) && noKeyTwice(b)) equal.push(a);
    else differing.add(range);
  }
  const read = [
    ...(checksums.source === undefined ? here.values() : []),
    ...(checksums.target === undefined ? there.values() : []),
  ];
  const rowsRead = read.reduce((sum, { rows }) => sum + rows, 0);
  return { checksums, differing, equal, rowsRead };
}

const noKeyTwice = ({ rows, keys }: RangeSum): boolean => keys === undefined || keys === rows;

/** The same sums of a side whose system cannot make them. */
async function sumsOf(side: Side, columns: Columns): Promise<Map<number, RangeSum>> {
  const sums = new Map<number, { rows: number; first: bigint; second: bigint }>();
  await readRows(side, columns, {}, (row) => {
    const [first, second] = halvesOf(row.digest);
    const range = row.range();
    const sum = sums.get(range);
    if (sum === undefined) sums.set(range, { rows: 1, first, second });
    else {
      sum.rows += 1;
      sum.first += first;
      sum.second += second;
    }
  });
  return sums;
}
