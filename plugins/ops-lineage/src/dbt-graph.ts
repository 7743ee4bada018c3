import { isJsonObject, type JsonObject } from '@dpone/sdk';
import { textOr } from './registry-entry.js';

/** A node of dbt's manifest, with what the run said of it. */
export interface DbtNode {
  readonly unique_id: string;
  readonly name: string;
  readonly resource_type: string;
  readonly package_name: string;
  readonly relation_name: string;
  readonly status: string;
  readonly depends_on: readonly string[];
}

const RED = new Set(['error', 'fail', 'failed', 'runtime error']);

/** Whether a status of dbt says that something went wrong, however it is written. */
export const isRed = (status: string): boolean => RED.has(status.trim().toLowerCase());

/** Status by node, from dbt's run_results.json. */
export function statuses(results: JsonObject): ReadonlyMap<string, string> {
  const rows = Array.isArray(results['results']) ? (results['results'] as unknown[]) : [];
  return new Map(
    rows.flatMap((row): [string, string][] => {
      if (!isJsonObject(row)) return [];
      const { unique_id: id, status } = row;
      return typeof id === 'string' && typeof status === 'string' ? [[id, status]] : [];
    }),
  );
}

/** Sources, then models and the rest, as dbt's manifest.json lists them. */
export function dbtNodes(manifest: JsonObject, status: ReadonlyMap<string, string>): DbtNode[] {
  return (['sources', 'nodes'] as const).flatMap((kind) => {
    const nodes = manifest[kind];
    if (!isJsonObject(nodes)) return [];
    return Object.entries(nodes).flatMap(([id, node]) => (isJsonObject(node) ? [dbtNode(id, node, status)] : []));
  });
}

function dbtNode(id: string, node: JsonObject, status: ReadonlyMap<string, string>): DbtNode {
  const name = textOr(node['name'], id);
  const { source_name: source, depends_on: depends } = node;
  const upstream = isJsonObject(depends) && Array.isArray(depends['nodes']) ? (depends['nodes'] as unknown[]) : [];
  return {
    unique_id: id,
    name,
    resource_type: textOr(node['resource_type'], 'unknown'),
    package_name: textOr(node['package_name'], ''),
    relation_name: textOr(
      node['relation_name'],
      typeof source === 'string' && source !== '' ? `${source}.${name}` : name,
    ),
    status: status.get(id) ?? 'unknown',
    depends_on: upstream.filter((item): item is string => typeof item === 'string'),
  };
}

/** From upstream to downstream, where both are known. */
export function dbtEdges(nodes: readonly DbtNode[]): { upstream: string; downstream: string }[] {
  const known = new Set(nodes.map(({ unique_id }) => unique_id));
  return nodes.flatMap(({ unique_id, depends_on }) =>
    depends_on.filter((id) => known.has(id)).map((upstream) => ({ upstream, downstream: unique_id })),
  );
}
