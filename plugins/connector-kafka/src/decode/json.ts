import { isUtf8 } from 'node:buffer';
import { isRawNumber, parseExactJson, type Column } from '@dpone/sdk';
import { BadMessage } from './bad-message.js';
import type { MessageDecoder } from './decoder.js';
import { fromJson, type Convert } from './to-canonical.js';

/** Sixteen digits in a row, or an exponent of three: a number that a double may not hold as it is written. */
const LONG_NUMBER = /[0-9.]{16}|[0-9][eE][-+]?[0-9]{3}/;

const TEXTS = /"(?:[^"\\]|\\.)*"/g;

/** Whether such a number stands outside of the texts, where it is none. */
const hasLongNumber = (json: string): boolean => LONG_NUMBER.test(json) && LONG_NUMBER.test(json.replace(TEXTS, '""'));

/** JSON as it is written: numbers keep every digit, and only texts that may have such a number pay for it. */
export function parseJson(value: Buffer): unknown {
  if (!isUtf8(value)) throw new BadMessage('the value is no UTF-8');
  const text = value.toString('utf8');
  try {
    return hasLongNumber(text) ? parseExactJson(text) : JSON.parse(text);
  } catch (error) {
    throw new BadMessage('the value is no JSON', { cause: error });
  }
}

export interface JsonOptions {
  readonly columns: readonly Column[];
  readonly wanted: readonly string[];
  /** What a field that is no column does: it must not vanish unseen. */
  readonly unknownFields: 'fail' | 'ignore';
}

/** Objects whose fields are columns. */
export function jsonDecoder(options: JsonOptions): MessageDecoder {
  const { columns, wanted, unknownFields } = options;
  const known = new Set(columns.map((c) => c.name));
  const left = columns.filter((c) => !wanted.includes(c.name)).map((c) => c.name);
  const fields = wanted.map((name) => {
    const column = columns.find((c) => c.name === name)!;
    return { name, convert: column.inferred === true ? guarded(column) : fromJson(column.type) };
  });
  return {
    columns,
    decode(value, out, row) {
      const object = parseJson(value);
      if (typeof object !== 'object' || object === null || Array.isArray(object))
        throw new BadMessage('the value is no JSON object');
      const found = writeFields(object as Record<string, unknown>, fields, out, row);
      if (unknownFields === 'fail') assertKnown(object as Record<string, unknown>, found, left, known);
    },
  };
}

/** A guess must not round what the sample did not show; a type that somebody stated is what they want. */
function guarded({ type }: Column): Convert {
  const convert = fromJson(type);
  if (type.kind !== 'float64') return convert;
  return (value) => {
    if (isRawNumber(value))
      throw new BadMessage(
        `${value.rawJSON.slice(0, 40)} has more digits than a double keeps: state the column's type`,
      );
    return convert(value);
  };
}

function writeFields(
  object: Record<string, unknown>,
  fields: readonly { readonly name: string; readonly convert: Convert }[],
  out: readonly unknown[][],
  row: number,
): number {
  let found = 0;
  for (let c = 0; c < fields.length; c++) {
    const { name, convert } = fields[c]!;
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    if (value === undefined) {
      out[c]![row] = null;
      continue;
    }
    found++;
    try {
      out[c]![row] = value === null ? null : convert(value);
    } catch (error) {
      if (error instanceof BadMessage) throw new BadMessage(`${name}: ${error.message}`);
      throw error;
    }
  }
  return found;
}

/** Counting is quicker than looking every name up, and nearly always enough. */
function assertKnown(
  object: Record<string, unknown>,
  found: number,
  left: readonly string[],
  known: ReadonlySet<string>,
): void {
  let count = Object.keys(object).length;
  if (count === found) return;
  for (const name of left) if (Object.hasOwn(object, name)) count--;
  if (count === found) return;
  const unknown = Object.keys(object).find((name) => !known.has(name));
  if (unknown !== undefined) throw new BadMessage(`the field ${JSON.stringify(unknown)} is no column`);
}
