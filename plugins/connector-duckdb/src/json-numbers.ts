import type { CanonicalType, Column } from '@dpone/sdk';

/** Digits that a double always keeps; DuckDB's JSON functions make every number that is no integer a double. */
const DOUBLE_DIGITS = 15;

/** `"` to `"` with what is escaped between: digits in a text are no number. */
const TEXTS = String.raw`'"(?:[^"\\]|\\.)*"', '""', 'g'`;
const NUMBERS = `'-?[0-9]+(?:[.][0-9]+)?(?:[eE][+-]?[0-9]+)?'`;

/** Whether a type holds numbers that must keep every digit: a decimal, or JSON itself. A double holds what a double is. */
export function keepsDigits(type: CanonicalType): boolean {
  switch (type.kind) {
    case 'decimal':
    case 'json':
      return true;
    case 'array':
      return keepsDigits(type.item);
    case 'map':
      return keepsDigits(type.value);
    case 'struct':
      return type.fields.some((field) => keepsDigits(field.type));
    default:
      return false;
  }
}

/**
 * A condition that is false where JSON text has a number whose digits would not survive; undefined where no column needs
 * it. Few texts have a number that long, so the exact look is behind a cheap one.
 */
export function exactNumbers(columns: readonly Pick<Column, 'type'>[], text: string): string | undefined {
  if (!columns.some(({ type }) => keepsDigits(type))) return undefined;
  // A number and the double made of it are the same where their digits are, whatever their notation.
  const digits = (number: string): string =>
    `trim(regexp_replace(regexp_replace(lower(${number}), 'e.*$', ''), '[^0-9]', '', 'g'), '0')`;
  const kept = [
    "regexp_full_match(t, '-?[0-9]+')",
    `length(${digits('t')}) <= ${DOUBLE_DIGITS}`,
    `${digits('t')} = ${digits('CAST(TRY_CAST(t AS DOUBLE) AS VARCHAR)')}`,
  ].join(' OR ');
  const numbers = `regexp_extract_all(regexp_replace(${text}, ${TEXTS}), ${NUMBERS})`;
  const long = `regexp_matches(${text}, '[0-9][.]?(?:[0-9][.]?){${DOUBLE_DIGITS},}')`;
  return `CASE WHEN ${long} THEN len(list_filter(${numbers}, lambda t: NOT coalesce(${kept}, false))) = 0 ELSE true END`;
}
