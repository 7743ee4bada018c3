import { readFile } from 'node:fs/promises';
import { defineCodec, fail, isInteger, type CanonicalType, type RowBatch, type Schema } from '@dpone/sdk';
import { z } from 'zod';

const UNESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\' };

/** A field of COPY's text format as the rows lane holds it. */
export function copyValue(field: string, type: CanonicalType): unknown {
  if (field === '\\N') return null;
  const text = field.replace(/\\(.)/g, (_, one: string) => UNESCAPED[one]!);
  if (type.kind === 'int64' || type.kind === 'uint64') return BigInt(text);
  if (isInteger(type)) return Number(text);
  switch (type.kind) {
    case 'float32':
    case 'float64':
      return Number(text);
    case 'bool':
      return { t: true, f: false }[text];
    case 'decimal': {
      const [whole, fraction = ''] = text.split('.');
      return type.scale === 0 ? whole : `${whole}.${fraction.padEnd(type.scale, '0')}`;
    }
    case 'timestamp': {
      const [, date, clock, rest = '', zone] = /^(\S+) (\S{8})(?:\.(\d+))?(\+00)?$/.exec(fromEra(text))!;
      const digits = rest.replace(/0+$/, '');
      return `${date}T${clock}${digits === '' ? '' : `.${digits}`}${zone === undefined ? '' : 'Z'}`;
    }
    case 'date':
      return fromEra(text);
    default:
      return text;
  }
}

/** The year 1 before Christ is the year 0 of ISO 8601. */
const fromEra = (text: string): string => text.replace(/^0001(.*) BC$/, '0000$1');

export function copyRows(text: string, schema: Schema): unknown[][] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => line.split('\t').map((field, c) => copyValue(field, schema.columns[c]!.type)));
}

const none = (): Promise<never> => Promise.reject(fail('DPONE_INTERNAL', 'the codec of the tests only reads'));

/** Reads the lane `pg-copy-text` as Postgres's documentation says, and by nothing that wrote it. */
export const copyTextCodec = defineCodec({
  summary: "COPY's text format",
  reads: ['pg-copy-text'],
  writes: [],
  options: z.object({}),
  create: () => ({
    async *read(files, schema): AsyncGenerator<RowBatch> {
      for (const path of files.paths) {
        const rows = copyRows(await readFile(path, 'utf8'), schema);
        yield { rows: rows.length, columns: schema.columns.map((_, c) => rows.map((row) => row[c])) };
      }
    },
    describe: none,
    countRows: none,
    convert: none,
    write: none,
    close: () => Promise.resolve(),
  }),
});
