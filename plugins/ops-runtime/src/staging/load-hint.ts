import { quoteIdent, quoteLiteral } from '@dpone/sdk';
import { shellLine, shellWord } from '../shell-words.js';

export const STAGING_SINKS = ['mssql', 'postgres', 'clickhouse', 'bigquery'] as const;
export type StagingSink = (typeof STAGING_SINKS)[number];

export interface StagedFiles {
  readonly table: string;
  readonly uris: readonly string[];
  /** `CSV`, `TSV`, `PARQUET`, ... */
  readonly format: string;
}

const CLICKHOUSE: Readonly<Record<string, string>> = {
  CSV: 'CSVWithNames',
  TSV: 'TSVWithNames',
  PARQUET: 'Parquet',
  JSON: 'JSONEachRow',
  JSONL: 'JSONEachRow',
  NDJSON: 'JSONEachRow',
  ORC: 'ORC',
  AVRO: 'Avro',
  ARROW: 'Arrow',
};

const BIGQUERY: Readonly<Record<string, string>> = {
  CSV: 'CSV',
  TSV: 'CSV',
  PARQUET: 'PARQUET',
  JSON: 'NEWLINE_DELIMITED_JSON',
  JSONL: 'NEWLINE_DELIMITED_JSON',
  NDJSON: 'NEWLINE_DELIMITED_JSON',
  ORC: 'ORC',
  AVRO: 'AVRO',
};

const backticked = (name: string): string => `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
const bracketed = (name: string): string => `[${name.replaceAll(']', ']]')}]`;
const quoted = (table: string, quote: (name: string) => string): string =>
  table
    .split('.')
    .map((part) => quote(part.trim()))
    .join('.');

/** A literal of a system in which a backslash escapes. */
const escaped = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const isText = (format: string): boolean => format === 'CSV' || format === 'TSV';

const HINTS: Readonly<Record<StagingSink, (files: StagedFiles) => string[]>> = {
  clickhouse: ({ table, uris, format }) =>
    uris.map(
      (uri) =>
        `INSERT INTO ${quoted(table, backticked)} SELECT * FROM s3(${escaped(uri)}, ${escaped(CLICKHOUSE[format] ?? format)});`,
    ),
  bigquery: ({ table, uris, format }) => {
    const options = isText(format) ? ['--skip_leading_rows=1'] : [];
    const delimiter = format === 'TSV' ? ['--field_delimiter=tab'] : [];
    const words = ['bq', 'load', `--source_format=${BIGQUERY[format] ?? format}`, ...options, ...delimiter, table];
    return [shellLine([...words, uris.join(',')])];
  },
  mssql: ({ table, uris, format }) =>
    uris.map((uri) => {
      const from = `N${quoteLiteral(uri)}`;
      if (format === 'PARQUET')
        return `INSERT INTO ${quoted(table, bracketed)} SELECT * FROM OPENROWSET(BULK ${from}, FORMAT = 'PARQUET') AS s;`;
      const separator = format === 'TSV' ? ", FIELDTERMINATOR = '0x09'" : '';
      return `BULK INSERT ${quoted(table, bracketed)} FROM ${from} WITH (FORMAT = 'CSV', FIRSTROW = 2${separator});`;
    }),
  postgres: ({ table, uris, format }) => {
    const options = format === 'TSV' ? "FORMAT csv, HEADER true, DELIMITER E'\\t'" : 'FORMAT csv, HEADER true';
    const copy = `\\copy ${quoted(table, quoteIdent)} FROM STDIN WITH (${options})`;
    return uris.map((uri) => `aws s3 cp ${shellWord(uri)} - | psql -c ${shellWord(copy)}`);
  },
};

/** How the target's own tools would load what is staged, a line an object; Postgres and SQL Server read few formats. */
export function loadHint(sink: StagingSink, files: StagedFiles): string {
  if (files.uris.length === 0) return 'Nothing is staged.';
  const readable =
    sink === 'postgres' ? isText(files.format) : sink !== 'mssql' || isText(files.format) || files.format === 'PARQUET';
  if (!readable) return `${sink} has no command that reads ${JSON.stringify(files.format)}: load it with dpone run.`;
  return HINTS[sink](files).join('\n');
}
