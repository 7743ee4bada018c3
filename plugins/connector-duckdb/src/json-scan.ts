import { quoteLiteral, type CanonicalType, type FileSet, type FormatOptions, type Schema } from '@dpone/sdk';
import { rejectOptions } from './csv-scan.js';
import { exactNumbers } from './json-numbers.js';
import type { ScanOptions, TextRecords } from './read-files.js';
import { textList } from './sql.js';
import { jsonCast, textCast } from './text-cast.js';

/** The longest line of a jsonl file, in bytes. */
const MAX_LINE = 8 * 2 ** 20;

/**
 * Each line as one text, whatever it holds. DuckDB's own JSON reader makes what it cannot read NULL (or stops), knows no
 * line numbers and drops keys that a sample missed; a line is therefore read whole and taken apart here.
 */
const lineSource = (files: FileSet, options: ScanOptions): string =>
  `read_csv(${[
    textList(files.paths),
    "auto_detect = false, header = false, delim = '', quote = '', escape = '', nullstr = ['']",
    "columns = {'line': 'VARCHAR'}",
    `max_line_size = ${MAX_LINE}, buffer_size = ${2 * MAX_LINE}, compression = '${files.compression}'`,
    ...(options.badRows === 'reject' ? rejectOptions() : []),
  ].join(', ')})`;

const isNested = (type: CanonicalType): boolean => ['array', 'struct', 'map', 'json'].includes(type.kind);

export function jsonRecords(files: FileSet, schema: Schema, options: ScanOptions): TextRecords {
  const { format } = files;
  const shape = schema.columns.map((c) => `${JSON.stringify(c.name)}:"${isNested(c.type) ? 'JSON' : 'VARCHAR'}"`);
  const located = options.located === true;
  const lines = located
    ? `(SELECT row_number() OVER () AS line_no, line FROM ${lineSource(files, options)})`
    : lineSource(files, options);
  const kept = located ? 'line_no, line' : 'line';
  const parsed =
    `SELECT ${kept}, json_valid(line) AS ok, ` +
    `CASE WHEN json_valid(line) THEN json_transform(line, ${quoteLiteral(`{${shape.join(',')}}`)}) END AS s ` +
    // An empty line holds no record.
    `FROM ${lines} WHERE line IS NOT NULL`;
  const numbers = exactNumbers(schema.columns, 'line');
  const exact = numbers === undefined ? [] : [numbers];
  const raws = schema.columns.map((c, i) => `struct_extract(s, ${quoteLiteral(c.name)}) AS r${i}`);
  const row = located
    ? [
        'line_no',
        'line_no AS record_no',
        "CASE WHEN ok AND json_type(line) = 'OBJECT' THEN line ELSE CAST(json_object('raw', line) AS VARCHAR) END AS row_json",
      ]
    : [];
  return {
    sql: `SELECT ${[...row, 'line', 'ok', ...raws].join(', ')} FROM (${parsed})`,
    casts: schema.columns.map((c, i) =>
      isNested(c.type) ? jsonCast(c.type, `r${i}`, format) : textCast(c, `r${i}`, format),
    ),
    record: `ok AND CASE WHEN ok THEN ${[wholeObject(format), ...exact].join(' AND ')} ELSE false END`,
    extra: ['line', 'ok'],
  };
}

/**
 * An object without a key that `describe` did not see: data must not vanish because a sample missed it. Most lines have
 * exactly the known keys in their order, and comparing the lists is ten times as fast as searching one in the other.
 */
function wholeObject(format: FormatOptions): string {
  const object = "json_type(line) = 'OBJECT'";
  if (format.columns === undefined || format.columns.length === 0) return object;
  const known = textList(format.columns);
  return `CASE WHEN json_keys(line) = ${known} THEN true ELSE ${object} AND list_has_all(${known}, json_keys(line)) END`;
}
