/** Methods of text that templates of the Python world call. */
const TEXT: Readonly<Record<string, (text: string, ...args: string[]) => unknown>> = {
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  strip: (text) => text.trim(),
  lstrip: (text) => text.trimStart(),
  rstrip: (text) => text.trimEnd(),
  capitalize: (text) => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase(),
  title: (text) => text.toLowerCase().replace(/\p{L}+/gu, (word) => word[0]!.toUpperCase() + word.slice(1)),
  replace: (text, from = '', to = '') => text.replaceAll(from, () => to),
  split: (text, by) => (by === undefined ? text.trim().split(/\s+/) : text.split(by)),
  startswith: (text, start = '') => text.startsWith(start),
  endswith: (text, end = '') => text.endsWith(end),
  removeprefix: (text, start = '') => (start !== '' && text.startsWith(start) ? text.slice(start.length) : text),
  removesuffix: (text, end = '') => (end !== '' && text.endsWith(end) ? text.slice(0, -end.length) : text),
};

/**
 * `target.member` in a template: what the data itself holds, and a few methods of text. Nothing is inherited, so no
 * template reaches the running program.
 */
export function lookup(target: unknown, member: unknown): unknown {
  if (target === undefined || target === null) return undefined;
  const key = typeof member === 'number' ? member : String(member);
  if (typeof target === 'string') {
    const method = typeof key === 'string' && Object.hasOwn(TEXT, key) ? TEXT[key] : undefined;
    if (method !== undefined) return (...args: unknown[]) => method(target, ...args.map(String));
    return Object.hasOwn(Object(target) as object, key)
      ? (target as unknown as Record<string, unknown>)[key]
      : undefined;
  }
  if (Array.isArray(target) && typeof key === 'number' && key < 0) return target.at(key);
  if (typeof target !== 'object' || !Object.hasOwn(target, key)) return undefined;
  return (target as Record<string | number, unknown>)[key];
}
