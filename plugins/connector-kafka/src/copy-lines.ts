import { Readable } from 'node:stream';
import {
  fail,
  isInteger,
  type CanonicalType,
  type Column,
  type LaneData,
  type LaneOffer,
  type Schema,
} from '@dpone/sdk';
import { isPlain } from './copy-field.js';
import { LineScanner } from './copy-line.js';
import { BadMessage } from './decode/bad-message.js';
import type { MessageDecoder } from './decode/decoder.js';
import { refusedMessage } from './message-batches.js';
import type { MetadataColumn } from './metadata-columns.js';
import type { Records } from './wire/record-batch.js';

/** Lines that are handed on at once, in bytes. */
const PIECE = 256 * 1024;

/** COPY's text format, where every value has a plain text: https://www.postgresql.org/docs/current/sql-copy.html */
export const LINES_OFFER: LaneOffer = {
  id: 'pg-copy-text',
  transport: 'stream',
  cost: 4,
  refuses: ({ type }) => (isPlain(type) ? undefined : `${type.kind} is read as a value first`),
};

export interface LinesOf {
  readonly topic: string;
  readonly partition: number;
  readonly decoder: MessageDecoder;
  readonly values: readonly Column[];
  readonly metadata: readonly MetadataColumn[];
  readonly tombstones: 'rows' | 'skip';
}

/** Messages as a stream of lines. The first one that cannot be read ends it: nothing can be set aside on this lane. */
export function lineStream(
  schema: Schema,
  pieces: (onRows: (rows: number) => void) => AsyncIterable<Buffer>,
): LaneData & { readonly transport: 'stream' } {
  let rows = 0;
  let tell: (sent: number | undefined) => void;
  const sent = new Promise<number | undefined>((resolve) => (tell = resolve));
  async function* counted(): AsyncGenerator<Buffer> {
    let whole = false;
    try {
      yield* pieces((more) => (rows += more));
      whole = true;
    } finally {
      tell(whole ? rows : undefined);
    }
  }
  const stream = Readable.from(counted(), { objectMode: false, highWaterMark: PIECE });
  return { transport: 'stream', lane: 'pg-copy-text', schema, format: {}, stream, sent };
}

/** The lines of one range of a partition. */
export async function* messageLines(
  responses: AsyncIterable<Records>,
  of: LinesOf,
  onRows: (rows: number) => void,
): AsyncGenerator<Buffer> {
  const scanner = new LineScanner(of.values);
  const texts = [...of.values, ...of.metadata.map((m) => m.column)].map(({ type }) => copyText(type));
  const parsed: unknown[][] = of.values.map(() => []);
  let out = Buffer.allocUnsafe(PIECE * 2);
  let end = 0;
  for await (const records of responses) {
    let rows = 0;
    for (let at = 0; at < records.offsets.length; at++) {
      const value = records.values[at]!;
      if (value === null && of.tombstones === 'skip') continue;
      // A line is shorter than its message, unless it has to be parsed.
      const room = (value?.length ?? 0) + of.values.length * 3;
      if (end + room > out.length) {
        if (end > 0) yield out.subarray(0, end);
        out = Buffer.allocUnsafe(Math.max(PIECE * 2, room));
        end = 0;
      }
      const behind = value === null ? -1 : scanner.scan(value, out, end);
      const rest = metadataOf(records, at, of, texts, behind >= 0 ? undefined : lineOf(records, at, of, texts, parsed));
      const from = behind >= 0 ? behind : end;
      const bytes = Buffer.byteLength(rest);
      if (from + bytes > out.length) {
        const grown = Buffer.allocUnsafe(from + bytes + PIECE);
        out.copy(grown, 0, 0, from);
        out = grown;
      }
      end = from + out.write(rest, from, 'utf8');
      rows++;
      if (end < PIECE) continue;
      onRows(rows);
      rows = 0;
      yield out.subarray(0, end);
      out = Buffer.allocUnsafe(PIECE * 2);
      end = 0;
    }
    onRows(rows);
  }
  if (end > 0) yield out.subarray(0, end);
}

/** A message's values by way of JavaScript. */
function lineOf(
  records: Records,
  at: number,
  of: LinesOf,
  texts: readonly CopyText[],
  parsed: readonly unknown[][],
): string {
  const value = records.values[at]!;
  if (value === null) return of.values.map(() => '\\N').join('\t');
  try {
    of.decoder.decode(value, parsed, 0);
  } catch (error) {
    throw error instanceof BadMessage ? refusedMessage(error, records, at, of) : error;
  }
  return parsed.map((column, c) => fieldText(column[0], texts[c]!)).join('\t');
}

/** What stands behind the values, and the end of the line. */
function metadataOf(
  records: Records,
  at: number,
  of: LinesOf,
  texts: readonly CopyText[],
  before: string | undefined,
): string {
  const { metadata, values } = of;
  if (metadata.length === 0) return before === undefined ? '\n' : `${before}\n`;
  const fields = before === undefined ? [] : [before];
  for (const [m, { read }] of metadata.entries())
    try {
      fields.push(fieldText(read(records, at, of.partition), texts[values.length + m]!));
    } catch (error) {
      throw error instanceof BadMessage ? refusedMessage(error, records, at, of) : error;
    }
  const begin = before === undefined && values.length > 0 ? '\t' : '';
  return `${begin}${fields.join('\t')}\n`;
}

type CopyText = (value: unknown) => string;

const fieldText = (value: unknown, text: CopyText): string =>
  value === null || value === undefined ? '\\N' : text(value);

const SPECIAL = /[\\\n\r\t]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text of a value of the rows lane, as Postgres writes it. */
function copyText(type: CanonicalType): CopyText {
  if (isInteger(type)) return String;
  switch (type.kind) {
    case 'bool':
      return (value) => (value === true ? 't' : 'f');
    case 'float32':
    case 'float64':
      return (value) => (Object.is(value, -0) ? '-0' : String(value));
    case 'date':
      return (value) => era(value as string);
    case 'timestamp':
      return (value) => era((value as string).replace('T', ' ').replace('Z', '+00'));
    case 'string':
      return (value) => {
        const text = value as string;
        if (text.includes('\0')) throw fail('DPONE_VALUE_OUT_OF_RANGE', 'a text holds a NUL character');
        return SPECIAL.test(text) ? text.replace(/[\\\n\r\t]/g, (one) => ESCAPES[one]!) : text;
      };
    default:
      return String;
  }
}

/** ISO 8601 counts the year before 1 as 0; here it is 1 BC. */
const era = (text: string): string => (/^0+-/.test(text) ? `0001${text.slice(text.indexOf('-'))} BC` : text);
