import { fail, quoteIdent, quoteLiteral, type Column, type FileSet, type Schema } from '@dpone/sdk';
import { defaultDelimiter, nullOptions, type FileGroup } from './file-layout.js';
import type { ScanOptions, TextRecords } from './read-files.js';
import { textList } from './sql.js';
import { textCast } from './text-cast.js';

/** Temporary tables of one session in which DuckDB's CSV reader notes lines that it cannot split. */
export const REJECT_TABLES = { scans: '__dpone__reject_scans', errors: '__dpone__reject_errors' } as const;

/** Measured: the reader's default of 32 MB a buffer and thread costs memory and gains nothing. */
const CSV_BUFFER = 8 * 2 ** 20;

/**
 * The most lines of one file that are set aside because they cannot be split. DuckDB holds each of them in memory, beside
 * its limit, about 1 KB a line; a file with more is written in another dialect than it is read in.
 */
export const UNSPLIT_LIMIT = 50_000;

export const rejectOptions = (): string[] => [
  'store_rejects = true',
  `rejects_scan = ${quoteLiteral(REJECT_TABLES.scans)}`,
  `rejects_table = ${quoteLiteral(REJECT_TABLES.errors)}`,
  `rejects_limit = ${UNSPLIT_LIMIT}`,
];

/** The options of read_csv apart from columns: all said, so that nothing is guessed again. */
function csvOptions(files: FileSet): string[] {
  const { format } = files;
  const quote = format.quote ?? '"';
  const options = [
    'auto_detect = false',
    `delim = ${quoteLiteral(format.delimiter ?? defaultDelimiter(files.lane))}`,
    `quote = ${quoteLiteral(quote)}`,
    `escape = ${quoteLiteral(format.escape ?? quote)}`,
    `header = ${format.header ?? true}`,
    nullOptions(format),
    `compression = '${files.compression}'`,
    `buffer_size = ${CSV_BUFFER}`,
  ];
  if (format.encoding !== undefined) options.push(`encoding = ${quoteLiteral(format.encoding)}`);
  if (format.hivePartitioning === true) options.push('hive_partitioning = true', 'hive_types_autocast = false');
  return options;
}

/** Every field as text: DuckDB's typed reading would round what does not fit. */
export function csvRecords(
  files: FileSet,
  groups: readonly FileGroup[],
  schema: Schema,
  options: ScanOptions,
): TextRecords {
  for (const column of schema.columns) assertSomewhere(column, files, groups, schema);
  const selects = groups.map((group) => groupRecords(files, group, schema, options));
  return {
    sql: selects.join(' UNION ALL BY NAME '),
    casts: schema.columns.map((c, i) => textCast(c, `r${i}`, files.format)),
    record: 'true',
    extra: [],
  };
}

function groupRecords(files: FileSet, group: FileGroup, schema: Schema, scan: ScanOptions): string {
  const names = namesOf(group, schema);
  const raws = schema.columns.map((c, i) => `${rawOf(c, names, files, group)} AS r${i}`);
  const options = [
    textList(group.paths),
    ...csvOptions(files),
    `columns = {${names.map((_, i) => `'c${i}': 'VARCHAR'`).join(', ')}}`,
    ...(scan.badRows === 'reject' ? rejectOptions() : []),
  ];
  const source = `read_csv(${options.join(', ')})`;
  if (scan.located !== true) return `SELECT ${raws.join(', ')} FROM ${source}`;
  const fields = names.map((_, i) => `c${i}`);
  const broken = fields.map((c) => `coalesce(length(${c}) - length(replace(${c}, chr(10), '')), 0)`).join(' + ');
  const members = names.map((name, i) => `${quoteLiteral(name)}, c${i}`).join(', ');
  const header = (files.format.header ?? true) ? 1 : 0;
  const lines = `SELECT *, ${broken} AS breaks FROM ${source}`;
  // Both windows are without an order: DuckDB then numbers the records as it reads them, in the order of the file.
  return (
    `SELECT sum(1 + breaks) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - breaks + ${header} AS line_no, ` +
    `row_number() OVER () AS record_no, CAST(json_object(${members}) AS VARCHAR) AS row_json, ${raws.join(', ')} FROM (${lines})`
  );
}

const namesOf = (group: FileGroup, schema: Schema): readonly string[] =>
  group.columns ?? schema.columns.map((c) => c.name);

/** A column that some files lack is NULL there; one that no file has would be NULL throughout, and nobody would notice. */
function assertSomewhere(column: Column, files: FileSet, groups: readonly FileGroup[], schema: Schema): void {
  const found = groups.some((group) => namesOf(group, schema).includes(column.name) || inPath(column, files, group));
  if (!found)
    throw fail('DPONE_SOURCE_READ', `${files.paths[0]} has no column ${column.name}`, {
      where: `column ${column.name}`,
      remedy: 'Check the header of the file, and the delimiter with which it is read.',
    });
}

function inPath(column: Column, files: FileSet, group: FileGroup): boolean {
  if (files.format.hivePartitioning !== true) return false;
  return group.paths[0]!.split('/').some((part) => part.startsWith(`${column.name}=`));
}

/** What a quoted empty field can mean: texts and bytes may be empty, anything else has no such value and is NULL. */
const rawText = (column: Column, field: string): string =>
  column.type.kind === 'string' || column.type.kind === 'bytes' ? field : `nullif(${field}, '')`;

/** The field of a column; a column of the path (`day=2026-01-01/`); NULL where these files lack it. */
function rawOf(column: Column, names: readonly string[], files: FileSet, group: FileGroup): string {
  const at = names.indexOf(column.name);
  if (at >= 0) return rawText(column, `c${at}`);
  return inPath(column, files, group) ? `CAST(${quoteIdent(column.name)} AS VARCHAR)` : 'CAST(NULL AS VARCHAR)';
}
