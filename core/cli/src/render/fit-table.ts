import stringWidth from 'string-width';
import { wrap } from './wrap.js';

/** Between two columns. */
const GAP = 2;
/** Less of a cell says nothing. */
const NARROWEST = 10;
/** Names of columns that found no room, before the rest of them is counted. */
const NAMED = 20;

/**
 * Rows of cells, the first `headers` of them above a ruler where they are several, as aligned text of at most `width`
 * columns of a terminal.
 * Cells that are too long end in an ellipsis, columns without room are left out, and a last line says so.
 */
export function fitTable(rows: readonly (readonly string[])[], width: number, headers: number): string {
  const cells = rows.map((row) => row.map(oneLine));
  const names = cells[0] ?? [];
  const natural = names.map((_, i) => Math.max(...cells.map((row) => stringWidth(row[i] ?? ''))));
  const widths = fitted(natural, width);
  const line = (row: readonly string[]): string => widths.map((room, i) => cut(row[i] ?? '', room)).join('  ');
  const ruler = headers > 1 ? [widths.map((room) => '-'.repeat(room))] : [];
  const body = [...cells.slice(0, headers), ...ruler, ...cells.slice(headers)].map((row) => line(row).trimEnd());
  const left = names.slice(widths.length);
  if (left.length === 0 && widths.every((room, i) => room === natural[i])) return body.join('\n');
  const more = left.length > NAMED ? [...left.slice(0, NAMED), '…'] : left;
  const unseen =
    left.length === 0 ? '' : `${left.length} more column${left.length === 1 ? '' : 's'}: ${more.join(', ')}. `;
  return [...body, wrap(`${unseen}Cut to ${width} columns; --format json prints all.`, width)].join('\n');
}

/** What would end a line or steer the terminal is no part of a cell. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const oneLine = (text: string): string => text.replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, ' ');

/** Widths of as many columns, from the left, as have room; one at least. Only the widest columns lose any of theirs. */
function fitted(natural: readonly number[], width: number): number[] {
  const sum = (of: readonly number[], most: number): number =>
    of.reduce((total, one) => total + Math.min(one, most), GAP * (of.length - 1));
  let shown = natural.length;
  while (shown > 1 && sum(natural.slice(0, shown), NARROWEST) > width) shown--;
  const columns = natural.slice(0, shown);
  let most = Math.max(1, ...columns);
  while (most > 1 && sum(columns, most) > width) most--;
  let spare = width - sum(columns, most);
  return columns.map((one) => {
    if (one <= most) return one;
    const extra = spare > 0 ? 1 : 0;
    spare -= extra;
    return most + extra;
  });
}

const letters = new Intl.Segmenter();

/** At least and at most `room` columns wide. */
function cut(text: string, room: number): string {
  const wide = stringWidth(text);
  if (wide <= room) return text + ' '.repeat(room - wide);
  let kept = '';
  let taken = 0;
  for (const { segment } of letters.segment(text)) {
    const next = stringWidth(segment);
    if (taken + next > room - 1) break;
    kept += segment;
    taken += next;
  }
  return `${kept}…${' '.repeat(room - 1 - taken)}`;
}
