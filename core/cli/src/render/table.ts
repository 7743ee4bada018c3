/** A cell as people read it; NULL is shown as such, so that it differs from an empty text. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
  if (typeof value === 'object')
    return JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? v.toString() : v));
  if (typeof value === 'string') return value;
  return (value as number | bigint | boolean).toString();
}

const WIDEST = 40;
const clip = (text: string): string => {
  const line = text.replaceAll(/[\r\n\t]/g, ' ');
  return line.length > WIDEST ? `${line.slice(0, WIDEST - 1)}…` : line;
};

/** Rows of cells, the first of them the header, as aligned text or a Markdown table. */
export function tableText(rows: readonly (readonly string[])[], format: string): string {
  if (format === 'md') {
    const [header = [], ...body] = rows.map(
      (row) => `| ${row.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`,
    );
    return [header, `|${' --- |'.repeat(rows[0]?.length ?? 0)}`, ...body].join('\n');
  }
  const cells = rows.map((row) => row.map(clip));
  const widths = (cells[0] ?? []).map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
