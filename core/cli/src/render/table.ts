import { fitTable } from './fit-table.js';

/** A cell as people read it; NULL is shown as such, so that it differs from an empty text. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
  if (typeof value === 'object')
    return JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? v.toString() : v));
  if (typeof value === 'string') return value;
  return (value as number | bigint | boolean).toString();
}

/**
 * Rows of cells, the first of them the header, as aligned text or a Markdown table. Text fits into `width` columns: by
 * default those of the terminal, and as many as it takes where it is read by a program.
 */
export function tableText(
  rows: readonly (readonly string[])[],
  format: string,
  {
    width = process.stdout.columns ?? Infinity,
    headers = 1,
  }: { readonly width?: number; readonly headers?: number } = {},
): string {
  if (format !== 'md') return fitTable(rows, width, headers);
  const [header = [], ...body] = rows.map(
    (row) => `| ${row.map((cell) => cell.replaceAll('|', String.raw`\|`).replaceAll(/[\r\n]+/g, ' ')).join(' | ')} |`,
  );
  return [header, `|${' --- |'.repeat(rows[0]?.length ?? 0)}`, ...body].join('\n');
}
