import { decimalText, isJsonObject, isRawNumber, type ExactJson } from '@dpone/sdk';

const numberText = (value: ExactJson): string | undefined =>
  typeof value === 'number' || typeof value === 'bigint'
    ? decimalText(value)
    : isRawNumber(value)
      ? decimalText(value.rawJSON)
      : undefined;

/** Whether two values are the same: numbers by their value, exactly; keys in any order, lists in theirs. */
export function sameValue(a: ExactJson, b: ExactJson): boolean {
  const [number, other] = [numberText(a), numberText(b)];
  if (number !== undefined || other !== undefined) return number === other;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && (a as ExactJson[]).every((item, i) => sameValue(item, (b as ExactJson[])[i]!));
  if (isJsonObject(a) && isJsonObject(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key]!, b[key]!))
    );
  }
  return a === b;
}
