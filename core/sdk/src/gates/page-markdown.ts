import { cellText, type Page, type Section } from './view.js';

/** A text that stays one cell, whatever it holds: bars and line breaks would break the table. */
const cell = (value: unknown): string =>
  cellText(value)
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll(/\s*[\r\n]+\s*/g, ' ');

/** A text that stays one line. */
const line = (text: string): string => text.replaceAll(/\s*[\r\n]+\s*/g, ' ');

/** In backticks, however many of them the text holds. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `\`${text}\`` : `${fence} ${text} ${fence}`;
}

const block = (text: string, language: string): string => {
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
};

export const table = (head: readonly string[], rows: readonly (readonly unknown[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

function body(section: Section): string {
  if ('head' in section) return section.rows.length === 0 ? 'Nothing to list.' : table(section.head, section.rows);
  if ('list' in section) return section.list.map((item) => `- ${item === 'none' ? item : code(line(item))}`).join('\n');
  if ('steps' in section) return section.steps.map((step, i) => `${i + 1}. ${line(step)}`).join('\n');
  if ('code' in section) return block(section.code, section.language ?? '');
  return section.text;
}

/** A page as Markdown. */
export function pageMarkdown(page: Page): string {
  const facts = page.facts.map(([label, value]) => `- ${label}: ${code(line(cellText(value)))}`).join('\n');
  const sections = page.sections.map((section) =>
    section.heading === undefined ? body(section) : `## ${line(section.heading)}\n\n${body(section)}`,
  );
  return [`# ${line(page.title)}`, ...(facts === '' ? [] : [facts]), ...sections].join('\n\n') + '\n';
}
