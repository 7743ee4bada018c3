import { fail, quoteIdent, quoteLiteral, type CanonicalType, type Column, type FileTarget } from '@dpone/sdk';
import { defaultDelimiter } from './file-layout.js';
import { exactNumbers } from './json-numbers.js';

/** `COPY (query) TO file`; the query's columns must already be as {@link writtenColumns} says. */
export function copyTo(query: string, to: FileTarget): string {
  return `COPY (${query}) TO ${quoteLiteral(to.path)} (${copyOptions(to).join(', ')})`;
}

const PAGES = { none: 'uncompressed', zstd: 'zstd', gzip: 'gzip', own: undefined } as const;

function copyOptions(to: FileTarget): string[] {
  const { format } = to;
  switch (to.lane) {
    case 'parquet': {
      // `none` leaves parquet its own default (snappy): the file itself is never compressed as a whole.
      const options = ['FORMAT parquet'];
      const inside = to.compression === 'none' ? PAGES[format.pageCompression ?? 'own'] : to.compression;
      if (inside !== undefined) options.push(`COMPRESSION ${inside}`);
      if (format.rowGroupRows !== undefined) options.push(`ROW_GROUP_SIZE ${format.rowGroupRows}`);
      return options;
    }
    case 'jsonl':
      return ['FORMAT json', `COMPRESSION ${to.compression}`];
    case 'csv':
    case 'tsv': {
      const quote = format.quote ?? '"';
      const options = [
        'FORMAT csv',
        `HEADER ${format.header ?? true}`,
        `DELIMITER ${quoteLiteral(format.delimiter ?? defaultDelimiter(to.lane))}`,
        `QUOTE ${quoteLiteral(quote)}`,
        `ESCAPE ${quoteLiteral(format.escape ?? quote)}`,
        // A text that equals it is written in quotes, and so told from NULL.
        `NULLSTR ${quoteLiteral(format.nulls?.[0] ?? '')}`,
        `COMPRESSION ${to.compression}`,
      ];
      if (format.dateFormat !== undefined) options.push(`DATEFORMAT ${quoteLiteral(format.dateFormat)}`);
      if (format.timestampFormat !== undefined) options.push(`TIMESTAMPFORMAT ${quoteLiteral(format.timestampFormat)}`);
      return options;
    }
    default:
      throw fail('DPONE_NO_LANE', `DuckDB writes no ${to.lane} files`);
  }
}

/** JSON numbers are read as doubles, and small ones as `3e-09`, which DuckDB does not take for every decimal. */
const JSON_DIGITS = 15;
const JSON_SCALE = 5;

/** Whether a JSON number could not hold a decimal: it is then written as a text. */
const beyondNumber = (type: CanonicalType): boolean =>
  type.kind === 'decimal' && (type.precision > JSON_DIGITS || type.scale > JSON_SCALE);

/** A column as the format holds it without loss. */
export function writtenValue(column: Column, value: string, lane: FileTarget['lane']): string {
  if (lane !== 'jsonl') return value;
  const { type } = column;
  if (beyondNumber(type)) return `CAST(${value} AS VARCHAR)`;
  if (type.kind === 'json') {
    const exact = exactNumbers([column], `CAST(${value} AS VARCHAR)`)!;
    const says = `column ${column.name}: a number has more digits than a jsonl file keeps`;
    const noNull = `column ${column.name}: a jsonl file does not tell the JSON value null from NULL`;
    return `CASE WHEN json_type(${value}) = 'NULL' THEN error(${quoteLiteral(noNull)}) WHEN ${exact} THEN ${value} ELSE error(${quoteLiteral(says)}) END`;
  }
  // JSON has no literal for these; a text reads back as the same number.
  if (type.kind === 'float32' || type.kind === 'float64')
    return `CASE WHEN isfinite(${value}) THEN to_json(${value}) ELSE to_json(CAST(${value} AS VARCHAR)) END`;
  return value;
}

export const writtenColumns = (columns: readonly Column[], lane: FileTarget['lane']): string =>
  columns.map((c) => `${writtenValue(c, quoteIdent(c.name), lane)} AS ${quoteIdent(c.name)}`).join(', ');

/** What DuckDB's writer of a format cannot keep of a column; undefined where it keeps everything. */
export function writerRefuses(lane: FileTarget['lane'], type: CanonicalType): string | undefined {
  if (lane === 'parquet') {
    if (holds(type, (t) => t.kind === 'interval')) return 'a parquet interval keeps milliseconds, DuckDB microseconds';
    if (holds(type, (t) => t.kind === 'decimal' && t.precision > 38))
      return 'DuckDB writes 128-bit integers to parquet as doubles';
    if (holds(type, (t) => t.kind === 'time' && t.precision > 6)) return 'a parquet time keeps microseconds here';
    return undefined;
  }
  if (lane === 'jsonl') {
    const nested = ['array', 'struct', 'map'].includes(type.kind);
    return nested && holds(type, beyondNumber)
      ? `a JSON number keeps ${JSON_DIGITS} digits, ${JSON_SCALE} of them after the point`
      : undefined;
  }
  return undefined;
}

function holds(type: CanonicalType, test: (type: CanonicalType) => boolean): boolean {
  if (test(type)) return true;
  if (type.kind === 'array') return holds(type.item, test);
  if (type.kind === 'map') return holds(type.key, test) || holds(type.value, test);
  return type.kind === 'struct' && type.fields.some((f) => holds(f.type, test));
}
