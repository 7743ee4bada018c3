import type { InstalledPlugin } from '@dpone/sdk';

/** A connector as the marketplace shows it. */
export interface CatalogueEntry {
  readonly connector: string;
  readonly status: string;
  readonly capabilities: readonly string[];
  readonly docs: string;
  readonly badge: string;
  readonly installed: boolean;
  /** The package that brings it, where it is installed or published. */
  readonly package: string | null;
  readonly version: string | null;
}

/** A package that may bring connectors. */
export type Provider = Pick<InstalledPlugin, 'name' | 'version' | 'provides' | 'homepage'>;

interface Known {
  readonly status: 'certified' | 'beta';
  readonly capabilities: readonly string[];
}

const TABLES = ['schema_evolution', 'partition_replace'] as const;

/** What the systems that dpone is written for can do, and how far that is certified. */
const KNOWN: Readonly<Record<string, Known>> = {
  postgres: { status: 'certified', capabilities: ['source', 'sink', 'state', 'xmin', 'cdc', ...TABLES] },
  mssql: { status: 'beta', capabilities: ['source', 'sink', 'state', 'cdc', 'bcp', ...TABLES] },
  clickhouse: { status: 'beta', capabilities: ['source', 'sink', 'http_bulk', ...TABLES] },
  bigquery: { status: 'beta', capabilities: ['sink', 'state', ...TABLES] },
  kafka: { status: 'beta', capabilities: ['source', 'sink', 'offset_state', 'schema_registry', 'cdc_envelope'] },
  rest: { status: 'beta', capabilities: ['source', 'pagination', 'auth', 'incremental_cursor'] },
};

const CONNECTOR_KINDS = ['source', 'sink', 'codec'];
const REFERENCE = 'docs/reference';

/** The connectors that are known, and those that a plugin brings, installed ones before published ones. */
export function catalogueOf(
  installed: readonly Provider[],
  published: readonly Provider[] = [],
): Readonly<Record<string, CatalogueEntry>> {
  const entries = new Map(Object.keys(KNOWN).map((name) => [name, entryOf(name, undefined, false)]));
  for (const [providers, isInstalled] of [
    [installed, true],
    [published, false],
  ] as const)
    for (const provider of providers)
      for (const name of connectorsOf(provider))
        if ((entries.get(name)?.package ?? null) === null) entries.set(name, entryOf(name, provider, isInstalled));
  return Object.fromEntries(entries);
}

/** Ids of the systems that a plugin can read or write. */
const connectorsOf = ({ provides }: Provider): string[] => [
  ...new Set(
    provides
      .filter((id) => id.startsWith('source:') || id.startsWith('sink:'))
      .map((id) => id.slice(id.indexOf(':') + 1)),
  ),
];

function entryOf(name: string, provider: Provider | undefined, installed: boolean): CatalogueEntry {
  const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
  const status = known?.status ?? (provider?.name.startsWith('@dpone/') === true ? 'beta' : 'community');
  const page = provider?.homepage ?? (installed ? `${REFERENCE}/connectors/${name}.md` : `${REFERENCE}/index.md`);
  return {
    connector: name,
    status,
    capabilities:
      known?.capabilities ?? CONNECTOR_KINDS.filter((kind) => provider?.provides.includes(`${kind}:${name}`)),
    docs: `[${name}](${page})`,
    badge: status,
    installed,
    package: provider?.name ?? null,
    version: provider?.version ?? null,
  };
}
