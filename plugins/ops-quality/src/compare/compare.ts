import type { Columns } from './columns.js';
import { differingRanges, type RangeDifference } from './differing-ranges.js';
import { join } from './join.js';
import { fillStore } from './read-rows.js';
import { RecordStore } from './record-store.js';
import { RowSum } from './row-sum.js';
import type { Side } from './side.js';
import { Smallest } from './smallest.js';

export interface CompareOptions {
  /** Which row stands for a key that comes more than once. */
  readonly wins: 'first' | 'last';
  /** How keys are sorted, as text. */
  readonly order: (key: string) => string;
  /** The most keys that are named of each kind; all of them are counted. */
  readonly most: number;
  /** A column of the source that says that a row is deleted. */
  readonly deleteColumn?: string | undefined;
}

/** Keys of one kind: how many there are, and the first of them. */
export interface Kind {
  readonly count: number;
  readonly keys: readonly string[];
}

export interface Comparison {
  readonly sourceRows: number;
  readonly targetRows: number;
  readonly missing: Kind;
  readonly extra: Kind;
  readonly mismatch: Kind;
  readonly duplicateSource: Kind;
  readonly duplicateTarget: Kind;
  readonly deleted: number;
  readonly sourceChecksum: string;
  readonly targetChecksum: string;
  /** What the systems themselves have compared, where they have. */
  readonly ranges: RangeDifference | undefined;
  /** Rows that were read into this process. */
  readonly rowsRead: number;
}

class Gathered implements Kind {
  count = 0;
  readonly #first: Smallest<string>;

  constructor(most: number) {
    this.#first = new Smallest(most);
  }

  add(order: string, key: string): void {
    this.count += 1;
    this.#first.offer(order, key);
  }

  get keys(): readonly string[] {
    return this.#first.list();
  }
}

/** Compares two sides by key. Where the systems can, they first sum up ranges of keys, and only ranges that differ are read. */
export async function compare(
  source: Side,
  target: Side,
  columns: Columns,
  options: CompareOptions,
): Promise<Comparison> {
  const ranges = options.deleteColumn === undefined ? await differingRanges(source, target, columns) : undefined;
  const kinds = Array.from({ length: 5 }, () => new Gathered(options.most)) as [
    Gathered,
    Gathered,
    Gathered,
    Gathered,
    Gathered,
  ];
  const [missing, extra, mismatch, duplicateSource, duplicateTarget] = kinds;
  const sums = { source: new RowSum(), target: new RowSum() };
  const folder = source.tempDir ?? target.tempDir;
  const stores = { source: new RecordStore(folder, 'source'), target: new RecordStore(folder, 'target') };
  let deleted = 0;
  let [sourceRows, targetRows] = [0, 0];
  try {
    if (ranges === undefined || ranges.differing.size > 0) {
      const only = (side: 'source' | 'target') =>
        ranges === undefined ? {} : { only: { ranges: ranges.differing, checksums: ranges.checksums[side] } };
      sourceRows = await fillStore(source, columns, stores.source, {
        ...only('source'),
        deleteColumn: options.deleteColumn,
      });
      targetRows = await fillStore(target, columns, stores.target, only('target'));
      const add = (kind: Gathered) => (key: string) => kind.add(options.order(key), key);
      await join(
        stores.source,
        stores.target,
        { wins: options.wins, sums },
        {
          missing: add(missing),
          extra: add(extra),
          mismatch: add(mismatch),
          duplicate: (side, { key, ordinal }) =>
            (side === 'source' ? duplicateSource : duplicateTarget).add(String(ordinal).padStart(16, '0'), key),
          deleted: () => void (deleted += 1),
        },
      );
    }
  } finally {
    await stores.source.close();
    await stores.target.close();
  }
  const rowsRead = sourceRows + targetRows + (ranges?.rowsRead ?? 0);
  for (const { rows, first, second } of ranges?.equal ?? []) {
    sums.source.addSums(rows, first, second);
    sums.target.addSums(rows, first, second);
    sourceRows += rows;
    targetRows += rows;
  }
  return {
    sourceRows,
    targetRows,
    missing,
    extra,
    mismatch,
    duplicateSource,
    duplicateTarget,
    deleted,
    sourceChecksum: sums.source.text(),
    targetChecksum: sums.target.text(),
    ranges,
    rowsRead,
  };
}
