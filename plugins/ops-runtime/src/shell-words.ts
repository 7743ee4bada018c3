/** A word of a POSIX shell that stands for exactly this text. */
export const shellWord = (text: string): string =>
  /^[A-Za-z0-9_./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

export const shellLine = (words: readonly string[]): string => words.map(shellWord).join(' ');
