import { fail } from '@dpone/sdk';
import { cellsOf, type Columns } from './columns.js';
import type { RecordStore } from './record-store.js';
import { digestOf, framed, rangeOf } from './row-digest.js';
import type { Checksums, Side, Take } from './side.js';

/** A row as the comparison sees it. */
export interface ReadRow {
  /** JSON text of the key's values, by which rows are matched, sorted and shown. */
  readonly key: string;
  readonly digest: string;
  readonly ordinal: number;
  /** Which of the ranges its key falls into. */
  range(): number;
  /** Values of the columns that were read besides key and compared ones. */
  also(i: number): unknown;
  /** Texts of the compared columns. */
  compared(): readonly (string | null)[];
}

export interface ReadOptions {
  /** Columns to read besides. */
  readonly also?: readonly string[];
  /** Reads the rows of these ranges alone. */
  readonly only?: { readonly ranges: ReadonlySet<number>; readonly checksums: Checksums | undefined };
}

/** Reads the rows of a side, each as what it is compared by. */
export async function readRows(
  side: Side,
  columns: Columns,
  options: ReadOptions,
  row: (row: ReadRow) => Promise<void> | undefined | void,
): Promise<void> {
  const cells = cellsOf(side, columns);
  const keys = columns.key.length;
  let ordinal = 0;
  // Not a number is never equal, not even to itself, where rows say themselves what they are.
  const own = (text: string | null, at: number): string | null =>
    text === 'nNaN' && !side.typed ? `nNaN ${side.name} ${at}` : text;
  const { only } = options;
  const take: Take = async (batch) => {
    for (let r = 0; r < batch.rows; r++) {
      const at = ordinal++;
      const keyTexts = cells.key.map((cell, c) => own(cell(batch.columns[c]![r]), at));
      const framedKey = keyTexts.map(framed).join('');
      const range = (): number => rangeOf(digestOf(framedKey));
      if (only !== undefined && only.checksums === undefined && !only.ranges.has(range())) continue;
      const compared = (): (string | null)[] =>
        cells.compared.map((cell, c) => own(cell(batch.columns[keys + c]![r]), at));
      const done = row({
        key: `[${keyTexts.map((text, c) => keyPart(text, columns.key[c]!, side)).join(', ')}]`,
        digest: digestOf(framedKey + compared().map(framed).join('')),
        ordinal: at,
        range,
        compared,
        also: (i) => batch.columns[cells.names.length + i]![r],
      });
      if (done !== undefined) await done;
    }
  };
  const names = [...cells.names, ...(options.also ?? [])];
  if (only?.checksums === undefined) await side.read(names, take);
  else await only.checksums.read(names, [...only.ranges], take);
}

function keyPart(text: string | null, { meaning, marked, name }: Columns['key'][number], side: Side): string {
  if (text === null) return 'null';
  if (marked && text.startsWith('j'))
    throw fail('DPONE_INPUT_INVALID', `${name} of the ${side.name} holds a list or an object: it makes no key.`, {
      where: '--key',
    });
  const value = marked ? text.slice(1) : text;
  const number = marked ? text.startsWith('n') : meaning === 'number';
  return number && /^-?\d/.test(value) ? value : JSON.stringify(value);
}

/** Puts the rows of a side into a store; returns how many there are. */
export async function fillStore(
  side: Side,
  columns: Columns,
  store: RecordStore,
  options: ReadOptions & { readonly deleteColumn?: string | undefined },
): Promise<number> {
  const { deleteColumn } = options;
  let rows = 0;
  await readRows(
    side,
    columns,
    { ...options, also: deleteColumn === undefined ? [] : [deleteColumn] },
    ({ key, digest, ordinal, also }) => {
      rows += 1;
      return store.add({ key, digest, ordinal, deleted: deleteColumn !== undefined && saysDeleted(also(0)) });
    },
  );
  await store.finish();
  return rows;
}

/** Anything but nothing: null, an empty text, false and zero say that a row lives. */
const saysDeleted = (value: unknown): boolean =>
  value !== null && value !== undefined && value !== '' && value !== false && value !== 0 && value !== 0n;
