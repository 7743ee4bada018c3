import { fail, quoteLiteral, type FileSet, type FormatOptions } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { Session } from './session.js';
import { textList } from './sql.js';

/** Text files whose columns stand in the same order; `null` where names are in each row (jsonl) or in the file (parquet). */
export interface FileGroup {
  readonly paths: readonly string[];
  readonly columns: readonly string[] | null;
}

export interface SniffedFile {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly format: FormatOptions;
}

export const reading = (files: FileSet): Doing => ({
  what: `reading ${files.paths.length === 1 ? files.paths[0] : `${files.paths.length} files from ${files.paths[0]} on`}`,
  code: 'DPONE_SOURCE_READ',
  missing: 'DPONE_SOURCE_NOT_FOUND',
});

/** The fixed rule of NULL: an unquoted empty field, or an unquoted text of `nulls`; a quoted field is never NULL. */
export function nullOptions(format: FormatOptions): string {
  const nulls = format.nulls === undefined || format.nulls.length === 0 ? [''] : format.nulls;
  return `nullstr = ${textList(nulls)}, allow_quoted_nulls = false`;
}

/** The sniffer's own buffers of 32 MB fill a small memory limit before it has looked at anything. */
const SNIFF_BUFFER = 4 * 2 ** 20;

/** Asks DuckDB's sniffer about one file, with whatever the format already says held fixed. */
export async function sniffText(session: Session, files: FileSet, path: string): Promise<SniffedFile> {
  const { format } = files;
  const given = [
    ...dialectOptions(files.lane, format),
    // A row that does not fit is for the read to report, with its line; here it only must not hide the others.
    'ignore_errors = true',
    `sample_size = ${format.sampleRows ?? 20480}`,
    `header = ${format.header ?? true}`,
    'skip = 0',
    "comment = ''",
    `buffer_size = ${SNIFF_BUFFER}`,
    `compression = '${files.compression}'`,
    // A quoted empty field must not turn a column of numbers into one of texts.
    nullOptions(format).replace('= false', '= true'),
  ];
  if (format.encoding !== undefined) given.push(`encoding = ${quoteLiteral(format.encoding)}`);
  if (format.dateFormat !== undefined) given.push(`dateformat = ${quoteLiteral(format.dateFormat)}`);
  if (format.timestampFormat !== undefined) given.push(`timestampformat = ${quoteLiteral(format.timestampFormat)}`);
  const doing = { ...reading(files), what: `reading ${path}` };
  const sql = `SELECT * FROM sniff_csv(${quoteLiteral(path)}, ${given.join(', ')})`;
  const row = await session.row(sql, doing).catch((error: unknown) => {
    if (!/sniffing file/i.test(error instanceof Error ? error.message : '')) throw error;
    throw fail('DPONE_ROW_INVALID', `${path} cannot be split into columns as ${files.lane}: a quote may be left open`, {
      where: path,
      remedy: 'Mend the file, or set the delimiter, quote and escape that it is written with.',
      cause: error,
    });
  });
  const columns = (row?.['Columns'] ?? []) as { name: string; type: string }[];
  if (columns.length === 0) throw fail('DPONE_SOURCE_READ', `${path} has no columns`, { where: path });
  const other =
    format.delimiter === undefined && columns.length === 1 ? /[;|\t]/.exec(columns[0]!.name)?.[0] : undefined;
  if (other !== undefined)
    throw fail(
      'DPONE_SOURCE_READ',
      `the header of ${path} holds no "${defaultDelimiter(files.lane)}" but ${JSON.stringify(other)}`,
      {
        where: path,
        remedy: `Set source.options.delimiter: ${JSON.stringify(other)}.`,
      },
    );
  const found = (name: string): string | undefined => {
    const value = row?.[name];
    return typeof value === 'string' && value !== '(empty)' && value !== '' ? value : undefined;
  };
  // ISO 8601 is what a plain cast reads, and faster.
  const unusual = (text: string | undefined): string | undefined => (text?.startsWith('%Y-%m-%d') ? undefined : text);
  const dateFormat = format.dateFormat ?? unusual(found('DateFormat'));
  const timestampFormat = format.timestampFormat ?? unusual(found('TimestampFormat'));
  const quote = format.quote ?? '"';
  return {
    columns: columns.map(({ name, type }) => ({ name, type })),
    format: {
      ...format,
      delimiter: format.delimiter ?? defaultDelimiter(files.lane),
      quote,
      escape: format.escape ?? quote,
      header: format.header ?? true,
      ...(dateFormat === undefined ? {} : { dateFormat }),
      ...(timestampFormat === undefined ? {} : { timestampFormat }),
    },
  };
}

export const defaultDelimiter = (lane: FileSet['lane']): string => (lane === 'tsv' ? '\t' : ',');

/** The dialect is never guessed: one ragged line would make the sniffer take another delimiter, and all fields for one. */
function dialectOptions(lane: FileSet['lane'], format: FormatOptions): string[] {
  const quote = format.quote ?? '"';
  return [
    `delim = ${quoteLiteral(format.delimiter ?? defaultDelimiter(lane))}`,
    `quote = ${quoteLiteral(quote)}`,
    `escape = ${quoteLiteral(format.escape ?? quote)}`,
  ];
}

/**
 * Which of the files have their columns in which order. One file needs no look where `describe` has said what it holds;
 * of several the header of each is looked at, since DuckDB matches text columns by position and would swap them.
 */
export async function textLayout(session: Session, files: FileSet): Promise<readonly FileGroup[]> {
  const known = files.format.columns;
  if (files.lane === 'jsonl' || files.lane === 'parquet') return [{ paths: files.paths, columns: null }];
  if (known !== undefined && (files.paths.length === 1 || files.format.header === false))
    return [{ paths: files.paths, columns: known }];
  const groups = new Map<string, { paths: string[]; columns: readonly string[] }>();
  for (const path of files.paths) {
    const format = { ...files.format, sampleRows: 1 };
    const columns = (await sniffText(session, { ...files, format }, path)).columns.map((c) => c.name);
    const unknown = known === undefined ? [] : columns.filter((name) => !known.includes(name));
    if (unknown.length > 0)
      throw fail('DPONE_SOURCE_READ', `${path} has columns that the other files lack: ${unknown.join(', ')}`, {
        where: path,
        remedy: 'Read the files in one load with a schema that names every column, or leave this file out.',
      });
    const group = groups.get(JSON.stringify(columns));
    if (group === undefined) groups.set(JSON.stringify(columns), { paths: [path], columns });
    else group.paths.push(path);
  }
  return [...groups.values()];
}
