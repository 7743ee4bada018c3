/** The first lines of every generated page. */
export const header = (title, source) => `<!-- generated, edit ${source}; then: npm run generate -->\n\n# ${title}\n`;

/** Text that the docs site would take for a tag or an expression, unless it is inline code. */
export const escapeProse = (text) =>
  text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll('<', '&lt;').replaceAll('{{', '&#123;&#123;')))
    .join('');

const cell = (text) =>
  escapeProse(
    String(text)
      .replaceAll(/(?<!\\)\|/g, '\\|')
      .replaceAll(/\s*\n\s*/g, ' '),
  );

/** A table of cells; a cell that is code brings its own backticks. */
export function table(head, rows) {
  if (rows.length === 0) return '';
  const line = (cells) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n') + '\n';
}

export const code = (text) => `\`${text}\``;

/** Blocks of a page, one blank line between two; empty ones are left out. */
export const page = (...blocks) =>
  `${blocks
    .filter((block) => block !== '' && block !== undefined)
    .map((block) => block.trim())
    .join('\n\n')}\n`;
