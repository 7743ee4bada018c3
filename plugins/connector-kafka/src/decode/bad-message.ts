/** A message that is not what its format says. Its text is one sentence, without the message's values. */
export class BadMessage extends Error {
  override readonly name = 'BadMessage';
}

/** Short enough for a sentence, and no more of a value than tells it from others. */
export function shown(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : `${value as number | bigint | boolean}`;
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
