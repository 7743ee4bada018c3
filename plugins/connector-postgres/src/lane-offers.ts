import { laneRefuses, type CanonicalType, type Column, type LaneId, type LaneOffer } from '@dpone/sdk';
import { writerRefuses } from './columnar/parquet-schema.js';
import { isBuiltIn } from './types.js';

/** Relative cost of a row: bytes that are passed on, bytes that are turned into columns, text, values. */
const COST = { 'pg-copy-binary': 2, 'pg-copy-text': 4, parquet: 2, csv: 5, rows: 20 } as const;

/** What a source gives; `unreadable` says why the user may not read a column, whatever the lane. */
export function sourceOffers(unreadable: (column: Column) => string | undefined = () => undefined): LaneOffer[] {
  const offer = (
    id: keyof typeof COST & LaneId,
    transport: LaneOffer['transport'],
    refuses: (column: Column) => string | undefined,
  ): LaneOffer => ({ id, transport, cost: COST[id], refuses: (column) => unreadable(column) ?? refuses(column) });
  return [
    offer('pg-copy-binary', 'stream', notBuiltIn),
    offer('pg-copy-text', 'stream', () => undefined),
    offer('parquet', 'push', (column) => writerRefuses(column.type)),
    offer('csv', 'push', (column) => csvRefuses(column.type)),
    offer('rows', 'rows', (column) => rowsRefuse(column.type)),
  ];
}

function notBuiltIn({ native }: Column): string | undefined {
  if (native === undefined || isBuiltIn(native.type)) return undefined;
  return `${native.type} is no built-in type: its binary form is known to this server alone`;
}

function csvRefuses(type: CanonicalType): string | undefined {
  // The text forms of the two sides have no common one: Postgres says ISO 8601, the reader takes `1 year 2 months`.
  if (type.kind === 'interval') return 'a csv file has no exact form for an interval';
  return laneRefuses('csv', type);
}

/** Postgres's arrays are lists of one level here: how many dimensions a value has is not part of its type. */
const rowsRefuse = (type: CanonicalType): string | undefined =>
  type.kind === 'array' && type.item.kind === 'array' ? 'arrays of arrays are not read' : undefined;
