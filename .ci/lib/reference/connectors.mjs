import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { fromRoot } from '../root.mjs';
import { certificationPart } from './certification.mjs';
import { code, header, page, table } from './markdown.mjs';
import { connectionTable, optionsTable } from './options.mjs';

const fromEngine = createRequire(fromRoot('core/engine/package.json'));
const YAML = await import(pathToFileURL(fromEngine.resolve('yaml')).href);

const list = (values) => (values.length === 0 ? '-' : values.map(code).join(', '));
const sentence = (text) => (text.endsWith('.') ? text : `${text}.`);
const yaml = (value) => `\`\`\`yaml\n${YAML.stringify(value, { lineWidth: 100 })}\`\`\``;

function facts(capabilities) {
  const rows = (capabilities.facts ?? []).map(({ fact, source }) => [fact, source]);
  return rows.length === 0 ? '' : page('Limits and facts:', table(['fact', 'source'], rows));
}

function sourcePart(definition) {
  const can = definition.capabilities;
  return page(
    '## Source',
    definition.summary,
    table(
      ['capability', 'value'],
      [
        ['lanes', list(can.lanes)],
        ['cursors', list(can.cursors)],
        ['one read in partitions', can.partitions ? 'yes' : 'no'],
        ['what a read sees', code(can.snapshot)],
        ['`table`', definition.table],
      ],
    ),
    facts(can),
    definition.connection === null ? '' : page('### Source connection', connectionTable(definition.connection)),
    page('### Source options', optionsTable(definition.options) || 'None.'),
    page('### Source example', yaml({ source: definition.example })),
  );
}

function sinkPart(definition) {
  const can = definition.capabilities;
  return page(
    '## Sink',
    definition.summary,
    table(
      ['capability', 'value'],
      [
        ['lanes', list(can.lanes)],
        ['finalize', list(can.finalize)],
        ['schema changes', list(can.ddl)],
        ['checks on staging', list(can.checks)],
        [
          'change, receipt and state in one transaction',
          can.transactional ? 'yes' : 'no: idempotent under the load id',
        ],
        ['units of one load are staged by', can.parallelStaging === 'machine' ? 'many machines' : 'one process'],
        ['framework columns', list(can.framework)],
        ['`table`', definition.table],
      ],
    ),
    facts(can),
    definition.connection === null ? '' : page('### Sink connection', connectionTable(definition.connection)),
    page('### Sink options', optionsTable(definition.options) || 'None.'),
    page('### Sink example', yaml({ sink: definition.example })),
  );
}

/** docs/reference/connectors/<id>.md for every id that is a source or a sink. */
export function connectorPages(plugins) {
  const ids = new Map();
  for (const plugin of plugins)
    for (const key of Object.keys(plugin.definitions)) {
      const [kind, id] = key.split(':');
      if (kind === 'source' || kind === 'sink') ids.set(id, plugin);
    }
  return [...ids].sort().map(([id, plugin]) => {
    const { [`source:${id}`]: source, [`sink:${id}`]: sink } = plugin.definitions;
    const text = page(
      header(id, "the plugin's options.ts and capabilities.ts"),
      `Provided by ${code(plugin.name)}. ${plugin.description}`,
      certificationPart(id),
      source === undefined ? '' : sourcePart(source),
      sink === undefined ? '' : sinkPart(sink),
    );
    return [`docs/reference/connectors/${id}.md`, text];
  });
}

/** docs/reference/strategies.md */
export function strategyPages(plugins) {
  const found = plugins
    .flatMap((plugin) =>
      Object.entries(plugin.definitions)
        .filter(([key]) => key.startsWith('strategy:'))
        .map(([key, definition]) => ({ id: key.slice('strategy:'.length), plugin, definition })),
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  // Strategies may share their options; such a table is written once, at the end.
  const tables = Map.groupBy(found, ({ definition }) => optionsTable(definition.options));
  const shared = [...tables].filter(([options, owners]) => options !== '' && owners.length > 1);
  const isShared = (options) => shared.some(([one]) => one === options);
  const parts = found.map(({ id, plugin, definition }) => {
    const options = optionsTable(definition.options);
    return page(
      `## ${id}`,
      `${sentence(definition.summary)} Provided by ${code(plugin.name)}.`,
      table(
        ['needs', 'value'],
        [
          ['`unique_key`', definition.uniqueKey],
          ['cursor', definition.cursor],
          ['of the sink, one of', definition.needs.map((set) => set.map(code).join(' + ')).join(' or ') || '-'],
        ],
      ),
      isShared(options) ? 'Its options are [below](#options).' : options || 'No options of its own.',
      yaml({ sink: { strategy: definition.example } }),
    );
  });
  const text = page(
    header('Strategies', 'the definitions in plugins/strategies/src'),
    '`sink.strategy.mode` names one. [Concepts: strategies](../concepts/strategies.md) says how to choose.',
    ...parts,
    shared.length === 0 ? '' : '## Options',
    ...shared.map(([options, owners]) => page(`Of ${owners.map(({ id }) => code(id)).join(', ')}:`, options)),
  );
  return [['docs/reference/strategies.md', text]];
}

/** docs/reference/catalog.json: what every package of this repository provides. */
export function catalogPages(plugins) {
  const catalog = plugins.map(({ name, description, provides, definitions }) => ({
    package: name,
    description,
    provides: provides.map((id) => ({ id, summary: definitions[id]?.summary ?? null })),
  }));
  const text = JSON.stringify({ generated: 'edit dpone.provides of the plugins', plugins: catalog }, null, 2);
  return [['docs/reference/catalog.json', `${text}\n`]];
}
