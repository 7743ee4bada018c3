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
 * @throws SyntaxError for text that is no JSON.
 */
export function parseExactJson(text: string): ExactJson {
  return json.parse(text, (_key, value, { source }) =>
    typeof value !== 'number' || source === undefined ? value : exactNumber(source, value),
  ) as ExactJson;
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
