import { isRawNumber } from './exact-json.js';

/**
 * JSON with the keys of every object sorted: the same value always gives the same bytes. Unlike `JSON.stringify` it
 * sorts keys that look like integers too, and writes a bigint as the integer that it is.
 * @param indent spaces a level; 0 writes one line. Default 2.
 */
export function stableJson(value: unknown, indent: number = 2): string {
  return render(value, indent, '\n', (keys) => keys.sort()) ?? 'null';
}

const CHUNK = 64 * 1024;

type Order = (keys: string[]) => string[];
const sorted: Order = (keys) => keys.sort();
const asSet: Order = (keys) => keys;

/**
 * The text of {@link stableJson} and a line break at its end, piece by piece: a long list in an object is never one text
 * in memory, and one that can be iterated is not even one list.
 */
export const stableJsonLines = (value: unknown): Generator<string, void, undefined> => chunks(value, sorted);

/** The same for {@link orderedJson}. */
export const orderedJsonLines = (value: unknown): Generator<string, void, undefined> => chunks(value, asSet);

function* chunks(value: unknown, order: Order): Generator<string, void, undefined> {
  let chunk = '';
  for (const piece of pieces(value, order)) {
    chunk += piece;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  yield `${chunk}\n`;
}

function* pieces(value: unknown, order: Order): Generator<string, void, undefined> {
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value) && !hasToJson(value);
  if (!plain || isRawNumber(value)) return yield render(value, 2, '\n', order) ?? 'null';
  const object = value as Readonly<Record<string, unknown>>;
  const keys = order(Object.keys(object).filter((key) => isJson(object[key])));
  if (keys.length === 0) return yield '{}';
  let before = '{';
  for (const key of keys) {
    yield `${before}\n  ${JSON.stringify(key)}: `;
    yield* listPieces(object[key], order);
    before = ',';
  }
  yield '\n}';
}

function* listPieces(value: unknown, order: Order): Generator<string, void, undefined> {
  if (!isList(value) || value.length === 0) return yield render(value, 2, '\n  ', order) ?? 'null';
  let before = '[';
  for (const item of value) {
    yield `${before}\n    ${render(item, 2, '\n    ', order) ?? 'null'}`;
    before = ',';
  }
  yield '\n  ]';
}

/** An array, or what becomes one as JSON and can be read item by item. */
const isList = (value: unknown): value is Iterable<unknown> & { readonly length: number } =>
  Array.isArray(value) || (hasToJson(value) && Symbol.iterator in value && 'length' in value);

const isJson = (value: unknown): boolean => !['undefined', 'function', 'symbol'].includes(typeof value);

/** The same with keys in the order in which they were set: for people, who read the verdict first. */
export function orderedJson(value: unknown, indent: number = 2): string {
  return render(value, indent, '\n', (keys) => keys) ?? 'null';
}

function render(
  given: unknown,
  indent: number,
  newline: string,
  order: (keys: string[]) => string[],
): string | undefined {
  const value = hasToJson(given) ? given.toJSON() : given;
  if (typeof value === 'bigint') return String(value);
  if (isRawNumber(value)) return value.rawJSON;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = indent > 0 ? newline + ' '.repeat(indent) : '';
  const outer = indent > 0 ? newline : '';
  const colon = indent > 0 ? ': ' : ':';
  if (Array.isArray(value)) {
    const items = value.map((item) => inner + (render(item, indent, inner, order) ?? 'null'));
    return items.length === 0 ? '[]' : `[${items.join(',')}${outer}]`;
  }
  const members: string[] = [];
  for (const key of order(Object.keys(value))) {
    const text = render((value as Record<string, unknown>)[key], indent, inner, order);
    if (text !== undefined) members.push(`${inner}${JSON.stringify(key)}${colon}${text}`);
  }
  return members.length === 0 ? '{}' : `{${members.join(',')}${outer}}`;
}

const hasToJson = (value: unknown): value is { toJSON(): unknown } =>
  typeof value === 'object' && value !== null && typeof (value as { toJSON?: unknown }).toJSON === 'function';
