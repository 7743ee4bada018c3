import { escapeHtml } from '@dpone/sdk';

/** Markup that may stand in a page as it is. */
export interface Markup {
  readonly markup: string;
}

type Part = string | number | Markup | readonly Markup[];

const partOf = (part: Part): string => {
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  if ('markup' in part) return part.markup;
  return part.map(({ markup }) => markup).join('\n');
};

/** Markup with values in it; a text is escaped, whatever it is. */
export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Markup => ({
  markup: texts.map((text, i) => (i === 0 ? text : partOf(parts[i - 1]!) + text)).join(''),
});

export const NOTHING: Markup = { markup: '' };

/** A column of a table: its head, and whether it holds numbers. */
export type Head = string | { readonly number: string };

/** A table that can be scrolled sideways where the page is narrow. */
export function table(heads: readonly Head[], rows: readonly (readonly (string | Markup)[])[]): Markup {
  const classOf = (i: number): string => (typeof heads[i] === 'string' ? '' : 'n');
  const head = heads.map(
    (one, i) => html`<th scope="col" class="${classOf(i)}">${typeof one === 'string' ? one : one.number}</th>`,
  );
  const cell = (value: string | Markup, i: number): Markup =>
    typeof value !== 'string' && value.markup.startsWith('<td')
      ? value
      : html`<td class="${classOf(i) === '' ? 'name' : 'n'}">${value}</td>`;
  const body = rows.map(
    (row) =>
      html`<tr>
        ${row.map(cell)}
      </tr>`,
  );
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`;
}
