import { fail, isJsonObject, type CursorKind, type Json } from '@dpone/sdk';

/** What a position is for each cursor, for the help and for what is refused. */
export const POSITIONS: Readonly<Record<CursorKind, string>> = {
  column: 'a value of the cursor column: rows past it are read again',
  new_files: 'the name of a file that was taken: it and those behind it, in the order of names, are taken again',
  xmin: 'a transaction id: rows of it and of later ones are read again',
  offsets: 'an offset for every partition (1500), or one for each that is named (0=1500,3=20)',
  cdc: 'none: a log lets go of what it was told is loaded',
};

/** Why a position is not taken; the caller says where it was given. */
const refuse = (message: string, remedy?: string): never => {
  throw fail('DPONE_INPUT_INVALID', message, {
    where: '--offset',
    remedy: remedy ?? 'Give a position behind it; dpone state inspect shows where the cursor stands.',
  });
};

/**
 * The value of a cursor set back to a position, from the value it has now. Pure; what only the source can judge (whether
 * an offset is still there) it judges when it is asked to read from the new value.
 * @throws DPONE_INPUT_INVALID for what is no position of this cursor, or one that is not behind the present one: what lies
 * between would never be loaded
 */
export function setBack(kind: CursorKind, now: Json, position: string): Json {
  switch (kind) {
    case 'column':
      return columnBack(now, position);
    case 'new_files':
      return filesBack(now, position);
    case 'xmin':
      return xminBack(now, position);
    case 'offsets':
      return offsetsBack(now, position);
    case 'cdc':
      return refuse(
        'a cursor of changes cannot be set back: the log has let go of what it was told is loaded',
        'Begin anew, the next load reads the whole table: dpone state reset MANIFEST --yes.',
      );
  }
}

const NUMBER = /^-?\d+(\.\d+)?$/;
const DATE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)?)?$/;

function columnBack(now: Json, position: string): Json {
  if (typeof now !== 'string') return refuse('the stored state is none of a cursor column');
  if (position === '') return refuse('an empty text is no value of a cursor column');
  for (const [form, what] of [
    [NUMBER, 'a number'],
    [DATE, 'a date or time'],
  ] as const)
    if (form.test(now) && !form.test(position))
      return refuse(`"${position}" is not ${what}, and the cursor stands at ${now}`);
  const order = NUMBER.test(now) ? compareNumbers(position, now) : position < now ? -1 : position > now ? 1 : 0;
  if (order >= 0) return refuse(`${position} is not behind ${now}, at which the cursor stands`);
  return position;
}

/** Decimals of any length: no value of a database is rounded to be compared. */
function compareNumbers(a: string, b: string): number {
  const places = Math.max(...[a, b].map((text) => text.split('.')[1]?.length ?? 0));
  const whole = (text: string): bigint => {
    const [digits = '0', rest = ''] = text.split('.');
    return BigInt(digits + rest.padEnd(places, '0'));
  };
  const [x, y] = [whole(a), whole(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function filesBack(now: Json, position: string): Json {
  const { files } = (now ?? {}) as { readonly files?: unknown };
  if (!isJsonObject(files))
    return refuse(
      'this source keeps no list of the files that it took',
      'Begin anew: dpone state reset MANIFEST --yes.',
    );
  if (!Object.hasOwn(files, position)) {
    const names = Object.keys(files).toSorted();
    const some = names.slice(-3).join(', ');
    return refuse(`no file ${position} was taken; the last of ${names.length} are: ${some}`);
  }
  const kept = Object.fromEntries(Object.entries(files).filter(([name]) => name < position));
  return { ...(now as object), files: kept } as Json;
}

function xminBack(now: Json, position: string): Json {
  const { xmin } = (now ?? {}) as { readonly xmin?: unknown };
  if (typeof xmin !== 'string' || !NUMBER.test(xmin)) return refuse('the stored state is none of the cursor xmin');
  if (!/^\d+$/.test(position)) return refuse(`"${position}" is no transaction id`);
  if (BigInt(position) >= BigInt(xmin)) return refuse(`${position} is not behind ${xmin}, at which the cursor stands`);
  return { ...(now as object), xmin: position };
}

function offsetsBack(now: Json, position: string): Json {
  const { partitions } = (now ?? {}) as { readonly partitions?: unknown };
  if (!isJsonObject(partitions)) return refuse('the stored state holds no offsets');
  const wanted = offsetsOf(position, Object.keys(partitions));
  for (const [partition, offset] of wanted) {
    const stands = partitions[partition];
    if (typeof stands !== 'number')
      return refuse(`no partition ${partition} was read; known are ${Object.keys(partitions).join(', ')}`);
    if (offset > stands) return refuse(`partition ${partition} stands at offset ${stands}, and ${offset} is past it`);
  }
  if (wanted.every(([partition, offset]) => partitions[partition] === offset))
    return refuse(`${position} is not behind the offsets at which the cursor stands`);
  return { ...(now as object), partitions: { ...partitions, ...Object.fromEntries(wanted) } } as Json;
}

function offsetsOf(position: string, all: readonly string[]): [string, number][] {
  const safe = (text: string): number => {
    const offset = Number(text);
    return Number.isSafeInteger(offset) ? offset : refuse(`${text} is no offset`);
  };
  if (/^\d+$/.test(position)) return all.map((partition) => [partition, safe(position)]);
  const parts = position.split(',').map((part) => /^(\d+)=(\d+)$/.exec(part));
  if (parts.some((part) => part === null)) return refuse(`"${position}" is no position; give ${POSITIONS.offsets}`);
  return parts.map((part) => [part![1]!, safe(part![2]!)]);
}
