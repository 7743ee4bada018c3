import { fail, quoteIdent, type BadRowPolicy, type FileSet, type Schema } from '@dpone/sdk';
import { csvRecords } from './csv-scan.js';
import type { FileGroup } from './file-layout.js';
import { jsonRecords } from './json-scan.js';
import { predicateSql } from './predicate-sql.js';
import { sqlType, textList } from './sql.js';
import type { TextCast } from './text-cast.js';

/** Files as a SELECT with one typed expression a column. */
export interface FileScan {
  /** What stands in FROM. */
  readonly from: string;
  /** The typed value of each of the schema's columns. */
  readonly values: readonly string[];
  /** Whether all of a row was read without loss; null where the format is typed and nothing can be misread. */
  readonly exact: string | null;
  /** The parts of `exact`: of the record as a whole, and of each column. */
  readonly judged: { readonly record: string; readonly columns: readonly string[] } | null;
  readonly where: string;
}

export interface ScanOptions {
  readonly badRows: BadRowPolicy;
  /** Adds `line_no` (the line on which a record begins), `record_no` (from 1) and `row_json`; one file at a time, in its order, slower. */
  readonly located?: boolean;
}

/** Records of text files before their values are cast: `r0`, `r1`, ... are the raw values. */
export interface TextRecords {
  readonly sql: string;
  readonly casts: readonly TextCast[];
  /** A condition on the record as a whole. */
  readonly record: string;
  /** Columns besides the raw ones that `record` and the rejected rows need. */
  readonly extra: readonly string[];
}

export function scanFiles(
  files: FileSet,
  groups: readonly FileGroup[],
  schema: Schema,
  options: ScanOptions,
): FileScan {
  if (schema.columns.length === 0) throw fail('DPONE_INTERNAL', 'a file scan needs at least one column');
  switch (files.lane) {
    case 'parquet':
      return scanParquet(files, schema);
    case 'jsonl':
      return scanText(files, schema, jsonRecords(files, schema, options), options);
    case 'csv':
    case 'tsv':
      return scanText(files, schema, csvRecords(files, groups, schema, options), options);
    default:
      throw fail('DPONE_NO_LANE', `DuckDB reads no ${files.lane} files`);
  }
}

/** Columns by name over all files; a column that some files lack is NULL there. */
export function parquetSource(files: FileSet): string {
  const options = [textList(files.paths)];
  if (files.paths.length > 1) options.push('union_by_name = true');
  options.push(`hive_partitioning = ${files.format.hivePartitioning === true}`);
  return `read_parquet(${options.join(', ')})`;
}

function scanParquet(files: FileSet, schema: Schema): FileScan {
  return {
    from: parquetSource(files),
    values: schema.columns.map((c) => `CAST(${quoteIdent(c.name)} AS ${sqlType(c)})`),
    exact: null,
    judged: null,
    where: files.where === undefined ? '' : `WHERE ${predicateSql(files.where)}`,
  };
}

/** Casts in one projection, their judgement in the next: each cast is then computed once. */
function scanText(files: FileSet, schema: Schema, records: TextRecords, options: ScanOptions): FileScan {
  const columns = schema.columns.map((_, i) => `(r${i} IS NULL OR ${records.casts[i]!.exact(`r${i}`, `v${i}`)})`);
  const located = options.located === true ? ['line_no', 'record_no', 'row_json'] : [];
  const inner = [...located, ...records.extra, ...records.casts.map((c, i) => `r${i}, ${c.value} AS v${i}`)];
  const position = new Map(schema.columns.map((c, i) => [c.name, i]));
  const valueOf = (name: string): string => {
    const at = position.get(name);
    if (at === undefined) throw fail('DPONE_PREDICATE_INVALID', `the predicate names ${name}, which is not read`);
    return `v${at}`;
  };
  const exact = [records.record, ...columns].join(' AND ');
  return {
    from: `(SELECT ${inner.join(', ')} FROM (${records.sql}))`,
    values: schema.columns.map((_, i) => `v${i}`),
    exact,
    judged: { record: records.record, columns },
    where: files.where === undefined ? '' : `WHERE ${wantedOrUnknown(predicateSql(files.where, valueOf), exact)}`,
  };
}

/** A row that cannot be read may be a wanted one: it is kept, to be refused or set aside like any bad row. */
const wantedOrUnknown = (predicate: string, exact: string): string =>
  `((${predicate}) OR ((${predicate}) IS NULL AND NOT (${exact})))`;
