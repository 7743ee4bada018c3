/** A cell's text as it is, whatever it holds: bars and line breaks would break the table. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s*\r?\n\s*/g, ' ');

/** A pipe table, a line each. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`);
