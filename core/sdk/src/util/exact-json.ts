/**
 * A number that neither a double nor an integer holds exactly, as the text that was read. Written back unchanged by
 * `JSON.stringify` and {@link stableJson}.
 */
export interface RawNumber {
  readonly rawJSON: string;
}

/** Any value that {@link parseExactJson} gives. */
export type ExactJson =
  | null
  | boolean
  | string
  | number
  | bigint
  | RawNumber
  | readonly ExactJson[]
  | { readonly [key: string]: ExactJson };

/** Not yet in the language's own types: https://tc39.es/proposal-json-parse-with-source/ */
const json = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
};

export const isRawNumber = (value: unknown): value is RawNumber => json.isRawJSON(value);

/**
 * JSON whose numbers stay what was written: integers beyond 2^53 become bigints, decimals with more digits than a
 * double keeps become {@link RawNumber}s; every other number is a number.
 * @param options `nonFinite`: takes `NaN`, `Infinity` and `-Infinity` too, as measurements that other programs print.
 * @throws SyntaxError for text that is no JSON.
 */
export function parseExactJson(text: string, options: { readonly nonFinite?: boolean } = {}): ExactJson {
  const mark = options.nonFinite === true ? unusedMark(text) : undefined;
  const plain =
    mark === undefined
      ? text
      : text.replaceAll(TEXT_OR_NON_FINITE, (all, word) => (word === undefined ? all : `"${mark}${word}"`));
  return json.parse(plain, (_key, value, { source }) => {
    // The text as it stands, with its escapes: nothing in it but what was put there begins with the mark.
    if (mark !== undefined && source?.startsWith(`"${mark}`) === true) return Number(source.slice(mark.length + 1, -1));
    return typeof value !== 'number' || source === undefined ? value : exactNumber(source, value);
  }) as ExactJson;
}

/** A text in quotes, which stays as it is, or a number that JSON has no form for. */
const TEXT_OR_NON_FINITE = /"(?:[^"\\]|\\.)*"|(?<![\w.])(-?Infinity|NaN)(?![\w.])/g;

/** What stands nowhere in this JSON. */
function unusedMark(text: string): string {
  let mark = 'number:';
  while (text.includes(mark)) mark = `number ${mark}`;
  return mark;
}

function exactNumber(source: string, value: number): number | bigint | RawNumber {
  if (Number.isSafeInteger(value)) return decimalText(source) === decimalText(String(value)) ? value : raw(source);
  if (/^-?\d+$/.test(source)) return BigInt(source);
  return Number.isFinite(value) && decimalText(source) === decimalText(String(value)) ? value : raw(source);
}

const raw = (source: string): RawNumber => json.rawJSON(source);

/** A number's one way to be written: `1.50e2`, `150` and `150.0` are all `15e1`; equal numbers give equal texts. */
export function decimalText(number: number | bigint | string): string {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(String(number));
  if (match === null) return String(number);
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return `${sign === '-' ? '-' : ''}${significant}e${power}`;
}
