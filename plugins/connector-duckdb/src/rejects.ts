import { fail, quoteLiteral, typeName, type DponeError, type FileSet, type RejectedRow, type Schema } from '@dpone/sdk';
import { REJECT_TABLES, UNSPLIT_LIMIT } from './csv-scan.js';
import { reading, type FileGroup } from './file-layout.js';
import { exactNumbers } from './json-numbers.js';
import { scanFiles } from './read-files.js';
import type { Session } from './session.js';

/** Columns of every relation of rejected rows, in order. */
export const REJECT_COLUMNS = '"file", "line", "reason", "row", "diagnostics"';

export const dropRejectTables = [
  `DROP TABLE IF EXISTS ${REJECT_TABLES.errors}`,
  `DROP TABLE IF EXISTS ${REJECT_TABLES.scans}`,
];

const headOf = (text: string): string =>
  `CASE WHEN length(${text}) > 60 THEN concat(left(${text}, 57), '...') ELSE ${text} END`;

/** One file to look at again, and the lines of it that were set aside before they could be split. */
export interface SecondLook {
  readonly files: FileSet;
  readonly group: FileGroup;
  readonly path: string;
  readonly schema: Schema;
  /** A relation with `file` and `line`; undefined where the first such line stops the load. */
  readonly unsplit?: string;
}

/**
 * Rows of one file whose text cannot be read as the schema says, found by reading it again in order: the load itself
 * only notes that there are some, and a line number costs nothing as long as every row is good.
 */
export function misreadRows({ files, group, path, schema, unsplit }: SecondLook): string {
  const scan = scanFiles({ ...files, paths: [path] }, [{ ...group, paths: [path] }], schema, {
    badRows: unsplit === undefined ? 'fail' : 'reject',
    located: true,
  });
  const judged = scan.judged!;
  const json = files.lane === 'jsonl';
  const reasons = schema.columns.map((c, i) => {
    const text = `CAST(r${i} AS VARCHAR)`;
    const says = `concat(${quoteLiteral(`${c.name}: "`)}, ${headOf(text)}, ${quoteLiteral(`" is not of type ${typeName(c.type)}`)})`;
    return `WHEN NOT ${judged.columns[i]} THEN ${says}`;
  });
  const names = schema.columns.map((c, i) => `WHEN NOT ${judged.columns[i]} THEN ${quoteLiteral(c.name)}`);
  const column = `CASE ${json ? `WHEN NOT (${judged.record}) THEN NULL ` : ''}${names.join(' ')} END`;
  const header = !json && (files.format.header ?? true) ? 1 : 0;
  const line = unsplit === undefined ? 'line_no' : `line_no + ${linesLeftOut(unsplit, path, header)}`;
  const found =
    `SELECT CAST(${line} AS BIGINT) AS n, row_json, CASE ${json ? recordReason(files, schema, judged.record) : ''} ${reasons.join(' ')} END AS reason, ` +
    `${column} AS col FROM ${scan.from} ${scan.where === '' ? 'WHERE' : `${scan.where} AND`} NOT (${scan.exact})`;
  const file = quoteLiteral(path);
  return (
    `SELECT ${file} AS "file", n AS "line", reason AS "reason", row_json AS "row", ` +
    `CAST(json_object('file', ${file}, 'line', n, 'column', col) AS VARCHAR) AS "diagnostics" FROM (${found})`
  );
}

/** Records are numbered without the lines that the reader left out: how many of those stand before a record. */
function linesLeftOut(unsplit: string, path: string, header: number): string {
  const before = `"line" - ${header} - row_number() OVER (ORDER BY "line") + 1`;
  const skips = `SELECT ${before} AS at FROM ${unsplit} WHERE "file" = ${quoteLiteral(path)} AND "line" IS NOT NULL`;
  return `(SELECT count(*) FROM (${skips}) AS k WHERE k.at <= record_no)`;
}

function recordReason(files: FileSet, schema: Schema, record: string): string {
  const known = files.format.columns ?? [];
  const unknown = `list_filter(json_keys(line), lambda k: NOT list_contains([${known.map(quoteLiteral).join(', ')}], k))`;
  return (
    "WHEN NOT ok THEN 'the line is not valid JSON' WHEN json_type(line) <> 'OBJECT' THEN 'the line is not a JSON object' " +
    `WHEN NOT (${exactNumbers(schema.columns, 'line') ?? 'true'}) THEN 'a number has more digits than JSON reading keeps; write it as a text' ` +
    `WHEN NOT (${record}) THEN concat('the line has keys that no sampled line had: ', array_to_string(${unknown}, ', '))`
  );
}

/**
 * Lines that the CSV reader of this session could not split into fields, one row a line. A line may have several errors;
 * the first is found by its row number alone, so that millions of long lines need not be held together.
 */
export const unsplitRows = (): string =>
  `SELECT s.file_path AS "file", CAST(e.line AS BIGINT) AS "line", e.error_message AS "reason", ` +
  `CAST(json_object('raw', e.csv_line) AS VARCHAR) AS "row", ` +
  `CAST(json_object('file', s.file_path, 'line', e.line, 'error', e.error_type) AS VARCHAR) AS "diagnostics" ` +
  `FROM ${REJECT_TABLES.errors} AS e JOIN ${REJECT_TABLES.scans} AS s USING (scan_id, file_id) ` +
  `WHERE e.rowid IN (SELECT min(rowid) FROM ${REJECT_TABLES.errors} GROUP BY scan_id, file_id, line)`;

/** Beyond the limit DuckDB leaves lines out without a note: nothing may pass that was not seen. */
export async function assertAllNoted(session: Session, files: FileSet): Promise<void> {
  const full = await session.row(
    `SELECT s.file_path AS f FROM ${REJECT_TABLES.errors} AS e JOIN ${REJECT_TABLES.scans} AS s USING (scan_id, file_id) ` +
      `GROUP BY s.file_path HAVING count(*) >= ${UNSPLIT_LIMIT}`,
    reading(files),
  );
  if (full === undefined) return;
  throw fail('DPONE_ROW_INVALID', `${String(full['f'])}: ${UNSPLIT_LIMIT} lines or more cannot be split into columns`, {
    where: String(full['f']),
    remedy: 'Check the delimiter, quote and escape with which the file is read.',
  });
}

/** The error of the first misread row, for a load that takes none; undefined where a second look finds no such row. */
export async function firstMisread(
  session: Session,
  files: FileSet,
  groups: readonly FileGroup[],
  schema: Schema,
): Promise<DponeError | undefined> {
  for (const group of groups)
    for (const path of group.paths) {
      const row = await session.row(`${misreadRows({ files, group, path, schema })} LIMIT 1`, reading(files));
      if (row !== undefined) return rowError(String(row['reason']), path, Number(row['line']));
    }
  return undefined;
}

export const rowError = (reason: string, file: string, line: number): DponeError =>
  fail('DPONE_ROW_INVALID', `${file}, line ${line}: ${reason}`, { where: `${file}:${line}` });

/** DuckDB's own complaint about a line that it cannot split, as dpone's error; undefined for any other error. */
export function unsplitError(error: unknown, files: FileSet): DponeError | undefined {
  const message = error instanceof Error ? causeText(error) : String(error);
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  if (line === undefined) return undefined;
  const file = /^\s*file ?= ?(.+)$/m.exec(message)?.[1]?.trim() ?? files.paths[0]!;
  const lines = message.split('\n');
  const original =
    lines
      .find((l) => l.startsWith('Original Line:'))
      ?.slice('Original Line:'.length)
      .trim() ?? '';
  const what =
    lines.slice(lines.findIndex((l) => l.startsWith('Original Line:')) + 1).find((l) => l.trim() !== '') ??
    'it cannot be split into fields';
  return rowError(`${what.trim()} (${original.slice(0, 120)})`, file, Number(line));
}

function causeText(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** A row of {@link REJECT_COLUMNS}. */
export function toRejectedRow(values: readonly unknown[]): RejectedRow {
  const [, , reason, row, diagnostics] = values.map(String);
  return {
    row: JSON.parse(row!) as RejectedRow['row'],
    reason: reason!,
    diagnostics: JSON.parse(diagnostics!) as RejectedRow['diagnostics'],
  };
}
