import { laneRefuses, type CanonicalType, type Column, type LaneOffer, withArticle } from '@dpone/sdk';
import { columnType, SYSTEM } from './types.js';

/**
 * Relative cost of a row: the server's own blocks, text of the server's own, files that are there, a file that has to be
 * written first, values in JavaScript. Postgres writes Parquet faster than text, but a text is loaded while it is
 * written, and takes no disk.
 */
const SINK_COST = { native: 1.5, 'pg-copy-text': 2, files: 3, written: 5, rows: 20 } as const;
const SOURCE_COST = { native: 1, 'pg-copy-text': 1.5, parquet: 2, csv: 4, tsv: 4, rows: 20 } as const;

const noType = (column: Column): string | undefined => {
  const type = columnType(column);
  return 'refused' in type ? type.refused : undefined;
};

/** Objects that the server reads itself. */
const remote: LaneOffer = {
  id: 'parquet',
  transport: 'pull',
  remote: true,
  cost: 1,
  refuses: (c) => noType(c) ?? noParquet(c.type),
};

/** What staging takes. */
export function sinkOffers(readsS3: boolean): LaneOffer[] {
  return [
    { id: 'native', transport: 'stream', cost: SINK_COST.native, refuses: (c) => noType(c) ?? notNative(c) },
    {
      id: 'pg-copy-text',
      transport: 'stream',
      cost: SINK_COST['pg-copy-text'],
      refuses: (c) => noType(c) ?? notPgText(c),
    },
    { id: 'parquet', transport: 'pull', cost: SINK_COST.files, refuses: (c) => noType(c) ?? noParquet(c.type) },
    { id: 'parquet', transport: 'push', cost: SINK_COST.written, refuses: (c) => noType(c) ?? noParquet(c.type) },
    ...(readsS3 ? [remote] : []),
    { id: 'rows', transport: 'rows', cost: SINK_COST.rows, refuses: noType },
  ];
}

const notNative = ({ native }: Column): string | undefined =>
  native?.system === SYSTEM ? undefined : 'it is no column of another ClickHouse';

/** Postgres writes arrays and composites in braces and brackets of its own, which ClickHouse does not read. */
const notPgText = ({ type }: Column): string | undefined =>
  nested(type) ? `ClickHouse does not read Postgres's text of ${withArticle(type.kind)}` : undefined;

const nested = (type: CanonicalType): boolean => type.kind === 'array' || type.kind === 'map' || type.kind === 'struct';

/** What a parquet file does not keep on the way into or out of ClickHouse. */
function noParquet(type: CanonicalType): string | undefined {
  if (type.kind === 'time') return 'ClickHouse reads a parquet time as a number';
  if (type.kind === 'array') return noParquet(type.item);
  if (type.kind === 'map') return noParquet(type.key) ?? noParquet(type.value);
  if (type.kind === 'struct') return type.fields.map((f) => noParquet(f.type)).find((why) => why !== undefined);
  return undefined;
}

/** What a read gives. */
export function sourceOffers(): LaneOffer[] {
  const stream = (id: 'native' | 'pg-copy-text', refuses: (column: Column) => string | undefined): LaneOffer => ({
    id,
    transport: 'stream',
    cost: SOURCE_COST[id],
    refuses,
  });
  const push = (id: 'parquet' | 'csv' | 'tsv', refuses: (column: Column) => string | undefined): LaneOffer => ({
    id,
    transport: 'push',
    cost: SOURCE_COST[id],
    refuses,
  });
  return [
    stream('native', ({ native }) => (native?.system === SYSTEM ? undefined : 'it is no column of ClickHouse')),
    stream('pg-copy-text', ({ type }) =>
      nested(type) ? `Postgres has no text of ClickHouse's ${type.kind}` : undefined,
    ),
    push('parquet', ({ type }) => noParquet(type) ?? noParquetOut(type)),
    push('csv', ({ type }) => laneRefuses('csv', type)),
    push('tsv', ({ type }) => laneRefuses('tsv', type)),
    { id: 'rows', transport: 'rows', cost: SOURCE_COST.rows },
  ];
}

/**
 * Readers believe what a file says of its columns: every String is UTF-8 text, or none is
 * (`output_format_parquet_string_as_string`), and every timestamp is an instant in UTC
 * (https://github.com/ClickHouse/ClickHouse/issues/114854), of which DuckDB keeps microseconds.
 */
function noParquetOut(type: CanonicalType): string | undefined {
  if (type.kind === 'bytes') return "ClickHouse's parquet files do not tell bytes from text";
  if (type.kind === 'uuid') return "ClickHouse's parquet files have a text in place of a uuid";
  if (type.kind === 'timestamp' && !type.tz)
    return "ClickHouse's parquet files say of every timestamp that it is in UTC";
  if (type.kind === 'timestamp' && type.precision > 6)
    return 'an instant of a parquet file has microseconds for its readers';
  if (type.kind === 'decimal' && type.precision > 38) return 'a parquet decimal has at most 38 digits for its readers';
  if (type.kind === 'array') return noParquetOut(type.item);
  if (type.kind === 'map') return noParquetOut(type.key) ?? noParquetOut(type.value);
  if (type.kind === 'struct') return type.fields.map((f) => noParquetOut(f.type)).find((why) => why !== undefined);
  return undefined;
}
