import { laneRefuses, type Column, type LaneId, type LaneOffer } from '@dpone/sdk';
import { columnType } from './types.js';
import { writerRefuses } from './write-files.js';

const FILE_LANES = ['parquet', 'csv', 'tsv', 'jsonl'] as const;
type FileLaneId = (typeof FILE_LANES)[number];

/** Relative cost of a row: parquet is typed and compressed, text is parsed, jsonl is parsed twice. */
const COST: Readonly<Record<FileLaneId, number>> = { parquet: 1, csv: 1.5, tsv: 1.5, jsonl: 2.5 };

const ROWS_COST = 20;

const noType = (column: Column): string | undefined => {
  const type = columnType(column);
  return 'refused' in type ? type.refused : undefined;
};

/** Files that DuckDB reads, and rows that are appended. A pushed file is written once more than a pulled one. */
export function sinkOffers(_columns: readonly Column[]): LaneOffer[] {
  const pull = FILE_LANES.map((id) => offer(id, 'pull', COST[id], (c) => noType(c) ?? laneRefuses(id, c.type)));
  return [
    ...pull,
    offer('parquet', 'push', COST.parquet + 1, (c) => noType(c) ?? writerRefuses('parquet', c.type)),
    offer('rows', 'rows', ROWS_COST, noType),
  ];
}

/** Files that DuckDB writes, and rows that are fetched. */
export function sourceOffers(): LaneOffer[] {
  const push = FILE_LANES.map((id) =>
    offer(id, 'push', COST[id], (c) => laneRefuses(id, c.type) ?? writerRefuses(id, c.type)),
  );
  return [...push, offer('rows', 'rows', ROWS_COST, () => undefined)];
}

const offer = (
  id: LaneId,
  transport: LaneOffer['transport'],
  cost: number,
  refuses: (column: Column) => string | undefined,
): LaneOffer => ({ id, transport, cost, refuses });
