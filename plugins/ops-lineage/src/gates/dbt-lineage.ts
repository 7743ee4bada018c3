import { below, byName, defineGate, folderInput, isoTimestamp, plainPath, readEvidence } from '@dpone/sdk';
import { z } from 'zod';
import { dbtEdges, dbtNodes, isRed, statuses, type DbtNode } from '../dbt-graph.js';
import { facet, runEvent } from '@dpone/sdk/observability';
import { readRegistryEntry, textOr } from '../registry-entry.js';

const input = z.strictObject({
  manifest: z.string().describe('dbt’s target/manifest.json.'),
  run_results: z.string().optional().describe('dbt’s target/run_results.json.'),
  run_registry_entry: z.string().optional().describe('The entry of the load that came before.'),
  namespace: z.string().default('dbt.local').describe('The namespace of jobs and datasets.'),
  output_dir: folderInput('.dpone/dbt-lineage/latest'),
});

const RUNNABLE = new Set(['model', 'seed', 'snapshot']);

/** What dbt made of what, as a graph and as OpenLineage events. */
export const dbtLineage = defineGate({
  summary: 'Write the lineage of a dbt project and its last run',
  description:
    'Red when a file that is named is missing or broken, when dbt reports a failure, or when the load was red.',
  input,
  example: { manifest: 'target/manifest.json', run_results: 'target/run_results.json' },
  evaluate: async (given, ctx) => {
    const manifest = await readJson(ctx.cwd, 'dbt_manifest', given.manifest);
    const results =
      given.run_results === undefined ? undefined : await readJson(ctx.cwd, 'dbt_results', given.run_results);
    const entry =
      given.run_registry_entry === undefined ? undefined : await readRegistryEntry(ctx.cwd, given.run_registry_entry);
    const status = statuses(results?.value ?? {});
    const nodes = dbtNodes(manifest.value, status);
    const edges = dbtEdges(nodes);
    const metadata = manifest.value['metadata'] as { invocation_id?: unknown } | null | undefined;
    const invocationId = textOr(metadata?.invocation_id, 'unknown_dbt_invocation');
    const runId = entry === undefined ? invocationId : textOr(entry.value['run_id'], invocationId);
    const blockers = [
      ...manifest.blockers,
      ...(results?.blockers ?? []),
      ...([...status.values()].some(isRed) ? ['dbt_results.not_passed'] : []),
      ...(entry?.blockers ?? []),
    ];
    const time = isoTimestamp(ctx.clock.now());
    const count = (...types: string[]): number => nodes.filter((node) => types.includes(node.resource_type)).length;
    const folder = plainPath(given.output_dir);
    const events = dbtEvents(nodes, { time, runId, invocationId, namespace: given.namespace });
    return {
      schema_version: 'dpone.ops.dbt_lineage.v1',
      run_id: runId,
      invocation_id: invocationId,
      passed: blockers.length === 0,
      blockers,
      model_count: count(...RUNNABLE),
      source_count: count('source'),
      test_count: count('test'),
      edge_count: edges.length,
      lineage_path: below(folder, 'dbt_lineage.json'),
      openlineage_path: below(folder, 'dbt_openlineage.json'),
      markdown_path: below(folder, 'dbt_lineage.md'),
      output_dir: folder,
      nodes,
      edges,
      events,
    };
  },
  artifact: 'dbt_lineage',
  artifactJson: ({ run_id, invocation_id, nodes, edges }) => ({
    run_id,
    invocation_id,
    nodes: Object.fromEntries(nodes.map((node) => [node.unique_id, node])),
    edges,
  }),
  files: ({ events }) => [{ path: 'dbt_openlineage.json', json: { events } }],
  stdout: ({ nodes: _nodes, edges: _edges, events: _events, ...report }) => report,
  view: {
    title: 'dbt lineage',
    facts: ['run_id', 'invocation_id', 'passed', 'model_count', 'source_count', 'test_count', 'edge_count'],
    tables: [
      {
        of: 'nodes',
        columns: { node: 'unique_id', type: 'resource_type', relation: 'relation_name', status: 'status' },
      },
    ],
    runbook: [
      'dbt_manifest.*: run dbt build and check the path of its target folder.',
      'dbt_results.*: mend the models and tests that failed, then run dbt build again.',
      'run_registry.*: mend the load before its transformations are published.',
      'Send dbt_openlineage.json to the collector that receives the events of the loads.',
    ],
  },
});

/** A JSON object; nothing in it is judged, for dbt's files have no verdict of their own. */
async function readJson(cwd: string, name: string, path: string) {
  const { state, value } = await readEvidence(cwd, name, path);
  const blocker = state === 'missing' ? 'missing' : Object.keys(value).length === 0 ? 'invalid_json' : null;
  return { value, blockers: blocker === null ? [] : [`${name}.${blocker}`] };
}

function dbtEvents(
  nodes: readonly DbtNode[],
  run: { readonly time: string; readonly runId: string; readonly invocationId: string; readonly namespace: string },
) {
  const relations = new Map(nodes.map((node) => [node.unique_id, node.relation_name]));
  const { namespace } = run;
  return nodes
    .filter((node) => RUNNABLE.has(node.resource_type))
    .sort((a, b) => byName(a.unique_id, b.unique_id))
    .map((node) =>
      runEvent({
        type: isRed(node.status) ? 'FAIL' : 'COMPLETE',
        time: run.time,
        runId: run.runId,
        runFacets: {
          dbt: facet('RunFacet', {
            invocation_id: run.invocationId,
            unique_id: node.unique_id,
            status: node.status,
          }),
        },
        job: { namespace, name: `dbt.${node.name}`, facets: {} },
        inputs: node.depends_on.flatMap((id) => {
          const name = relations.get(id);
          return name === undefined ? [] : [{ namespace, name }];
        }),
        outputs: [{ namespace, name: node.relation_name }],
      }),
    );
}
