import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Column } from '@dpone/sdk';
import type { Row } from '@dpone/testkit';
import { fromJson, fromText, parseJson, toJson, toText } from './value-text.js';

export type TextFormat = 'csv' | 'tsv' | 'jsonl';
export const DELIMITER = { csv: ',', tsv: '\t' } as const;

/** A text file written and read by nothing that dpone uses. */
export function encode(rows: readonly Row[], columns: readonly Column[], format: TextFormat): string {
  if (format === 'jsonl')
    return rows
      .map((row) => `{${columns.map((c) => `${JSON.stringify(c.name)}:${toJson(row[c.name], c.type)}`).join(',')}}\n`)
      .join('');
  const field = (column: Column, value: unknown): string => {
    if (value === null || value === undefined) return '';
    const text = toText(value, column.type);
    return text === '' || /["\r\n,\t]/.test(text) || column.type.kind === 'string'
      ? `"${text.replaceAll('"', '""')}"`
      : text;
  };
  const line = (fields: readonly string[]): string => `${fields.join(DELIMITER[format])}\n`;
  return line(columns.map((c) => c.name)) + rows.map((row) => line(columns.map((c) => field(c, row[c.name])))).join('');
}

export function decode(text: string, columns: readonly Column[], format: TextFormat): Row[] {
  if (format === 'jsonl')
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const record = parseJson(line) as Record<string, unknown>;
        return Object.fromEntries(columns.map((c) => [c.name, fromJson(record[c.name] ?? null, c.type)]));
      });
  const [header, ...records] = fields(text, DELIMITER[format]);
  const at = new Map(header!.map((name, i) => [name.text, i]));
  return records.map((record) => {
    if (record.length !== header!.length) throw new Error(`${record.length} fields, ${header!.length} columns`);
    return Object.fromEntries(columns.map((c) => [c.name, valueOf(record[at.get(c.name)!]!, c)]));
  });
}

interface Field {
  readonly text: string;
  readonly quoted: boolean;
}

const valueOf = ({ text, quoted }: Field, { type }: Column): unknown => {
  if (text === '' && !quoted) return null;
  return fromText(text, type);
};

/** RFC 4180: records end in a line feed, or carriage return and line feed; a quote in quotes is doubled. */
function fields(text: string, delimiter: string): Field[][] {
  const records: Field[][] = [];
  let record: Field[] = [];
  let at = 0;
  while (at < text.length) {
    const quoted = text[at] === '"';
    let value = '';
    if (quoted) {
      at++;
      for (;;) {
        const end = text.indexOf('"', at);
        if (end < 0) throw new Error('a quote is not closed');
        value += text.slice(at, end);
        at = end + 1;
        if (text[at] !== '"') break;
        value += '"';
        at++;
      }
    } else {
      const start = at;
      while (at < text.length && text[at] !== delimiter && text[at] !== '\n') at++;
      value = text.slice(start, at);
    }
    record.push({ text: value, quoted });
    const last = text[at];
    if (last !== delimiter && last !== '\n' && last !== undefined)
      throw new Error(`text after a closing quote: ${text.slice(at, at + 20)}`);
    at++;
    if (last === delimiter && at === text.length) record.push({ text: '', quoted: false });
    if (last === delimiter) continue;
    records.push(record);
    record = [];
  }
  return records;
}

export const pack = (text: string, path: string): Uint8Array =>
  path.endsWith('.gz') ? gzipSync(text) : path.endsWith('.zst') ? zstdCompressSync(text) : Buffer.from(text);

export const unpack = (bytes: Uint8Array, path: string): string =>
  (path.endsWith('.gz')
    ? gunzipSync(bytes)
    : path.endsWith('.zst')
      ? zstdDecompressSync(bytes)
      : Buffer.from(bytes)
  ).toString();
