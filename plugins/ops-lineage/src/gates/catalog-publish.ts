import { below, byName, defineGate, folderInput, isoTimestamp, plainPath } from '@dpone/sdk';
import { stringify } from 'yaml';
import { z } from 'zod';
import { runEvent, type Dataset } from '@dpone/sdk/observability';
import { datasetsInput } from '../datasets.js';
import { readRegistryEntry } from '../registry-entry.js';

const input = z.strictObject({
  run_registry_entry: z.string().describe('The entry that `dpone ops run-registry` wrote.'),
  namespace: z.string().default('dpone.local').describe('The namespace of the job.'),
  input: datasetsInput('A dataset that was read, NAMESPACE=NAME; repeatable.'),
  output: datasetsInput('A dataset that was written, NAMESPACE=NAME; repeatable.'),
  output_dir: folderInput('.dpone/catalog/latest'),
});

/** What catalogs take in: an OpenLineage event, sources for dbt, entities for DataHub. */
export const catalogPublish = defineGate({
  summary: 'Write what data catalogs take in after a run',
  description: 'Red when the run is red, its entry missing or broken, or no dataset is named.',
  input,
  example: { run_registry_entry: '.dpone/run-registry/run_01__run_registry.json', output: ['mssql=landing.orders'] },
  evaluate: async (given, ctx) => {
    const entry = await readRegistryEntry(ctx.cwd, given.run_registry_entry);
    const datasets = distinct([...given.input, ...given.output]);
    const blockers = [...entry.blockers, ...(datasets.length === 0 ? ['datasets.empty'] : [])];
    const folder = plainPath(given.output_dir);
    return {
      schema_version: 'dpone.ops.catalog_publication.v1',
      passed: blockers.length === 0,
      blockers,
      run_id: entry.runId,
      dataset_count: datasets.length,
      openlineage_path: below(folder, 'openlineage_catalog_event.json'),
      dbt_sources_path: below(folder, 'dbt_sources.yml'),
      datahub_path: below(folder, 'datahub_mcp.json'),
      json_path: below(folder, 'catalog_publication.json'),
      markdown_path: below(folder, 'catalog_publication.md'),
      output_dir: folder,
      datasets,
      event: runEvent({
        type: entry.passed ? 'COMPLETE' : 'FAIL',
        time: isoTimestamp(ctx.clock.now()),
        runId: entry.runId,
        runFacets: {},
        job: { namespace: given.namespace, name: entry.process, facets: {} },
        inputs: given.input,
        outputs: given.output,
      }),
    };
  },
  artifact: 'catalog_publication',
  artifactJson: ({ event: _event, ...report }) => report,
  stdout: ({ event: _event, ...report }) => report,
  files: ({ event, datasets }) => [
    { path: 'openlineage_catalog_event.json', json: event },
    { path: 'dbt_sources.yml', text: stringify(dbtSources(datasets)) },
    { path: 'datahub_mcp.json', json: { entities: datasets.map(datahubEntity) } },
  ],
  view: {
    title: 'catalog publication',
    facts: ['run_id', 'passed', 'dataset_count', 'openlineage_path', 'dbt_sources_path', 'datahub_path'],
    tables: [{ heading: 'Datasets', of: 'datasets', columns: { namespace: 'namespace', name: 'name' } }],
    runbook: [
      'run_registry.*: write the entry of a green run with dpone ops run-registry first.',
      'datasets.empty: name what was read and written with --input and --output.',
      'Send the event to the OpenLineage collector, copy dbt_sources.yml into the dbt project, and ingest datahub_mcp.json.',
    ],
  },
});

function distinct(datasets: readonly Dataset[]): Dataset[] {
  const seen = new Map(datasets.map((dataset) => [JSON.stringify([dataset.namespace, dataset.name]), dataset]));
  return [...seen.values()].sort((a, b) => byName(a.namespace, b.namespace));
}

/** A namespace as a name in dbt and DataHub: lower case, `_` for everything else. */
const plainName = (namespace: string): string =>
  namespace
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '') || 'dpone';

/** https://docs.getdbt.com/reference/source-properties */
function dbtSources(datasets: readonly Dataset[]) {
  const tables = new Map<string, Set<string>>();
  for (const { namespace, name } of datasets) {
    const source = plainName(namespace);
    tables.set(source, (tables.get(source) ?? new Set()).add(name.split('.').at(-1)!));
  }
  return {
    version: 2,
    sources: [...tables].map(([name, names]) => ({ name, tables: [...names].map((table) => ({ name: table })) })),
  };
}

/** https://docs.datahub.com/docs/what/urn */
const datahubEntity = ({ namespace, name }: Dataset) => ({
  urn: `urn:li:dataset:(urn:li:dataPlatform:${plainName(namespace)},${urnPart(name)},PROD)`,
  name,
  platform: plainName(namespace),
  aspects: { dponeManaged: true },
});

/** What would end a part of a URN stands encoded in it. */
const urnPart = (name: string): string =>
  name.replaceAll(/[%,()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
