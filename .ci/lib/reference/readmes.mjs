import { existsSync, readFileSync } from 'node:fs';
import { fromRoot } from '../root.mjs';
import { code, page, table } from './markdown.mjs';
import { connectionTable, optionsTable } from './options.mjs';

const OPEN = '<!-- options: generated, edit options.ts; then: npm run generate -->';
const CLOSE = '<!-- /options -->';

const byId = (plugin, kind) =>
  Object.entries(plugin.definitions)
    .filter(([key]) => key.startsWith(`${kind}:`))
    .map(([key, definition]) => [key.slice(kind.length + 1), definition])
    .sort(([a], [b]) => (a < b ? -1 : 1));

/** The options of all that a package registers, as its README has them. */
function optionsOf(plugin) {
  const ends = ['source', 'sink'].flatMap((kind) =>
    byId(plugin, kind).flatMap(([id, definition]) => [
      definition.connection === null || kind === 'sink'
        ? ''
        : page('### Connection', connectionTable(definition.connection)),
      page(`### ${kind === 'source' ? 'Source' : 'Sink'} ${code(id)}`, optionsTable(definition.options) || 'None.'),
    ]),
  );
  // Strategies may share their options; a table is written once, under all that have it.
  const tables = Map.groupBy(byId(plugin, 'strategy'), ([, { options }]) => optionsTable(options));
  const strategies = [...tables].map(([options, own]) =>
    page(`### ${own.map(([id]) => code(id)).join(', ')}`, options || 'None of its own.'),
  );
  const gates = byId(plugin, 'gate');
  const commands =
    gates.length === 0
      ? ''
      : page(
          table(
            ['gate', 'what it does'],
            gates.map(([id, definition]) => [code(id), definition.summary]),
          ),
          'The flags of each are in the reference, and in `dpone help`.',
        );
  return page('## Options', ...ends, ...strategies, commands);
}

/** Each package's README with the options between its marks; without marks they come at its end. */
export function readmePages(plugins) {
  return plugins.flatMap((plugin) => {
    const path = `plugins/${plugin.name.split('/').at(-1)}/README.md`;
    if (!existsSync(fromRoot(path))) return [];
    const own = ['source', 'sink', 'strategy', 'gate'].some((kind) => byId(plugin, kind).length > 0);
    if (!own) return [];
    const text = readFileSync(fromRoot(path), 'utf8');
    // The formatter lays tables out in its own way.
    const made = `${OPEN}\n<!-- prettier-ignore-start -->\n\n${optionsOf(plugin).trim()}\n\n<!-- prettier-ignore-end -->\n${CLOSE}`;
    const [start, end] = [text.indexOf(OPEN), text.indexOf(CLOSE)];
    const whole =
      start < 0 || end < start
        ? `${text.trimEnd()}\n\n${made}\n`
        : `${text.slice(0, start)}${made}${text.slice(end + CLOSE.length)}`;
    return [[path, whole]];
  });
}
