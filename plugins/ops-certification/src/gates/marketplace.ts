import { defineGate, type GateReport, type Section } from '@dpone/sdk';
import { z } from 'zod';
import { catalogueOf, type CatalogueEntry } from '../catalogue.js';
import { publishedPlugins } from '../published-plugins.js';

const input = z.strictObject({
  registry: z
    .boolean()
    .default(false)
    .describe('Look for published plugins, too: by the keyword dpone-plugin in the npm registry that is configured.'),
});

/** The connectors that there are: what they can do, how far they are certified, and which of them this dpone has. */
export const marketplace = defineGate({
  summary: 'Show connectors and plugins: capabilities, certification status, and where they come from',
  description:
    'Made from the plugin registry: what is installed comes first, then what is published. A connector that dpone is written for is shown also where no plugin of it is installed.',
  input,
  formats: ['md', 'json', 'junit', 'sarif', 'github'],
  example: {},
  evaluate: async ({ registry }, ctx) => {
    const installed = (await ctx.host()).plugins();
    const published = registry ? await publishedPlugins(ctx) : [];
    const names = new Set(installed.map(({ name }) => name));
    const others = published.filter(({ name }) => !names.has(name));
    return {
      schema_version: 'dpone.ops.connector_marketplace.v1',
      passed: true,
      blockers: [],
      connectors: catalogueOf(
        installed,
        others.filter(({ compatible }) => compatible),
      ),
      plugins: [
        ...installed.map((plugin) => ({ ...plugin, installed: true, compatible: true })),
        ...others.map((plugin) => ({ ...plugin, installed: false })),
      ].map(({ name, version, description, homepage, provides, installed: here, compatible }) => ({
        name,
        version,
        description,
        homepage,
        provides,
        installed: here,
        compatible,
      })),
    };
  },
  view: {
    title: 'connector marketplace',
    facts: [],
    sections: (report) => [
      connectorTable(report),
      {
        heading: 'Plugins',
        head: ['plugin', 'version', 'installed', 'provides', 'description'],
        rows: report.plugins.map((plugin) => [
          plugin.name,
          plugin.version,
          plugin.installed ? 'yes' : plugin.compatible ? 'no' : 'no, for another dpone',
          plugin.provides,
          plugin.description,
        ]),
      },
    ],
  },
});

function connectorTable(report: GateReport): Section {
  const entries = Object.values(report['connectors'] as Record<string, CatalogueEntry>);
  return {
    heading: 'Connectors',
    head: ['connector', 'status', 'capabilities', 'docs', 'installed'],
    rows: entries
      .sort((a, b) => (a.connector < b.connector ? -1 : 1))
      .map((entry) => [entry.connector, entry.status, entry.capabilities, entry.docs, entry.installed ? 'yes' : 'no']),
  };
}
