import type { ParsedText } from './parse-text.js';

const SPACE = /\s/;

/**
 * `host=db port=5432 password='with spaces'`, read as libpq does; nothing of a value is ever said back.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE
 */
export function parseDsn(text: string): ParsedText {
  const pairs: (readonly [string, string])[] = [];
  let at = 0;
  const skipSpace = (): void => {
    while (at < text.length && SPACE.test(text[at]!)) at++;
  };
  for (;;) {
    skipSpace();
    if (at >= text.length) return { pairs };
    const start = at;
    while (at < text.length && text[at] !== '=' && !SPACE.test(text[at]!)) at++;
    const name = text.slice(start, at);
    skipSpace();
    if (name === '' || text[at] !== '=')
      return {
        problem: 'the text is not of the form keyword=value keyword=value; a value with spaces stands in quotes',
      };
    at++;
    skipSpace();
    const value = readValue();
    if (value === undefined)
      return { problem: "a quoted value has no end; a ' or \\ in a value is written \\' or \\\\" };
    if (value !== '') pairs.push([name, value]);
  }

  function readValue(): string | undefined {
    const quoted = text[at] === "'";
    if (quoted) at++;
    let value = '';
    for (; at < text.length; at++) {
      const char = text[at]!;
      if (quoted ? char === "'" : SPACE.test(char)) {
        if (quoted) at++;
        return value;
      }
      if (char === '\\') at++;
      value += text[at] ?? '';
    }
    return quoted ? undefined : value;
  }
}
