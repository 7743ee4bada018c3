// Makes docs/public/tour.svg from what the tour really printed:
//   node docs/tour/tour.mjs | node docs/tour/picture.mjs > docs/public/tour.svg
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';

const COLUMNS = 80;
const ROW_HEIGHT = 18;
const COLUMN_WIDTH = 8.43;
const PADDING = 20;
const BAR = 32;

const escape = (line) => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const color = (line) => (line.startsWith('$ ') ? '#7dcfff' : line.startsWith('== ') ? '#ffffff' : '#c8d0e0');

const printed = stripVTControlCharacters(await text(process.stdin)).replaceAll('\r', '');
/** From where one text stands to where another does; to the end where that is undefined. */
function part(from, to) {
  const start = printed.indexOf(from);
  const end = to === undefined ? printed.length : printed.indexOf(to, start);
  if (start < 0 || end < 0) throw new Error(`the tour printed no ${start < 0 ? from : to}`);
  return printed.slice(start, end).trimEnd();
}

const day2 = part('$ dpone run manifests/orders-day2.yml', '$ dpone run manifests/order_items-day2.yml');
const lines = `${day2}\n\n${part('== What it set aside')}`
  .trimEnd()
  .split('\n')
  .map((line) => line.slice(0, COLUMNS));
const width = Math.ceil(COLUMNS * COLUMN_WIDTH) + 2 * PADDING;
const height = lines.length * ROW_HEIGHT + 2 * PADDING + BAR;

const rows = lines.map((line, index) => {
  const y = BAR + PADDING + (index + 0.75) * ROW_HEIGHT;
  const weight = line.startsWith('== ') ? ' font-weight="bold"' : '';
  return `<text x="${PADDING}" y="${y}" fill="${color(line)}"${weight} xml:space="preserve">${escape(line)}</text>`;
});

process.stdout
  .write(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="The end of npm start in a terminal">
<rect width="${width}" height="${height}" rx="8" fill="#1a1f2b"/>
<circle cx="20" cy="18" r="5" fill="#ff5f57"/><circle cx="38" cy="18" r="5" fill="#febc2e"/><circle cx="56" cy="18" r="5" fill="#28c840"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14">
${rows.join('\n')}
</g>
</svg>
`);
