/** A Python string literal: every escape that JSON has, Python reads alike. */
export const pythonText = (text: string): string =>
  JSON.stringify(text).replaceAll(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

export const pythonList = (texts: readonly string[]): string => `[${texts.map(pythonText).join(', ')}]`;
