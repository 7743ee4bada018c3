import type { Dag, DagEdge, DagTask } from '@dpone/engine';
import { tableText } from './table.js';

interface Shown {
  readonly reasons: boolean;
  readonly files: boolean;
  readonly groups: boolean;
}

const kinds = ({ reasons }: DagEdge): string[] => [...new Set(reasons.map(({ kind }) => kind))].toSorted();

/** Edges as JSON, by the reference system's keys. */
export const edgeList = (edges: readonly DagEdge[], shown: Shown): Record<string, unknown>[] =>
  edges.map((edge) => ({
    upstream: edge.upstream.name,
    downstream: edge.downstream.name,
    ...(shown.reasons ? { reason_kinds: kinds(edge) } : {}),
    ...(shown.files ? { upstream_file: edge.upstream.config_path, downstream_file: edge.downstream.config_path } : {}),
    ...(shown.groups ? { upstream_group: edge.upstream.task_group, downstream_group: edge.downstream.task_group } : {}),
  }));

export const edgesText = (edges: readonly DagEdge[], format: string): string =>
  edges.length === 0
    ? 'No process waits for another.'
    : tableText(
        [
          ['process', 'waits for', 'because of'],
          ...edges.map((edge) => [edge.downstream.name, edge.upstream.name, why(edge)]),
        ],
        format,
      );

const why = (edge: DagEdge): string => edge.reasons.map(({ description }) => description).join('; ');

const about = (kind: string, dag: Dag, basePath: string): Record<string, unknown> => ({
  kind,
  root: dag.root,
  base_path: basePath,
  task_count: dag.tasks.length,
});

interface EdgeQuestion {
  readonly dag: Dag;
  readonly from: DagTask;
  readonly to: DagTask;
  readonly direct: DagEdge | undefined;
  readonly path: readonly DagEdge[] | null;
  readonly basePath: string;
}

/** `dag explain-edge --format json`: what was found stands under `result` and beside it, as in the reference system. */
export function explainEdge({ dag, from, to, direct, path, basePath }: EdgeQuestion): Record<string, unknown> {
  const names = path === null ? null : [from.name, ...path.map(({ downstream }) => downstream.name)];
  const found = {
    upstream: from,
    downstream: to,
    direct_edge: direct !== undefined,
    reasons: direct?.reasons ?? [],
    path: names,
    warnings: [],
  };
  return {
    ...about('dag.explain_edge', dag, basePath),
    options: { path_output: 'compact', path_view: 'edges' },
    ...found,
    upstream_name: from.name,
    downstream_name: to.name,
    path_edges: path === null ? null : path.map(explained),
    path_segments: null,
    result: found,
  };
}

export function edgeText(
  from: DagTask,
  to: DagTask,
  direct: DagEdge | undefined,
  path: readonly DagEdge[] | null,
): string {
  if (direct !== undefined) return `${to.name} waits for ${from.name}: ${why(direct)}`;
  if (path === null) return `${to.name} does not wait for ${from.name}.`;
  const between = path.map((edge) => `  ${edge.downstream.name} waits for ${edge.upstream.name}: ${why(edge)}`);
  return [`${to.name} waits for ${from.name} by others:`, ...between].join('\n');
}

const explained = (edge: DagEdge): Record<string, unknown> => ({
  upstream: edge.upstream.name,
  downstream: edge.downstream.name,
  reason_kinds: kinds(edge),
  reasons: edge.reasons,
});

const around = (dag: Dag, task: DagTask): { incoming: readonly DagEdge[]; outgoing: readonly DagEdge[] } => ({
  incoming: dag.edges.filter(({ downstream }) => downstream === task),
  outgoing: dag.edges.filter(({ upstream }) => upstream === task),
});

/** `dag explain-node --format json`. */
export function explainNode(dag: Dag, task: DagTask, basePath: string): Record<string, unknown> {
  const { incoming, outgoing } = around(dag, task);
  const found = { node: task, incoming: incoming.map(explained), outgoing: outgoing.map(explained), warnings: [] };
  return {
    ...about('dag.explain_node', dag, basePath),
    options: { direction: 'both', output: 'compact' },
    ...found,
    result: found,
  };
}

export function nodeText(dag: Dag, task: DagTask, format: string): string {
  const { incoming, outgoing } = around(dag, task);
  const edges = [...incoming, ...outgoing];
  return `${task.name} (${task.ref}): ${task.source} to ${task.sink}\n${edgesText(edges, format)}`;
}

/** The graph in the words of Graphviz, of Mermaid, or of people. */
export function drawGraph(
  tasks: readonly DagTask[],
  edges: readonly DagEdge[],
  format: 'text' | 'dot' | 'mermaid',
): string {
  if (format === 'text') {
    const alone = tasks.filter((task) => !edges.some((edge) => edge.upstream === task || edge.downstream === task));
    const lines = edges.map(({ upstream, downstream }) => `${upstream.name} -> ${downstream.name}`);
    return [...lines, ...alone.map(({ name }) => name)].join('\n') || 'No process.';
  }
  // Ids of their own: a name may hold what either language reads.
  const id = (task: DagTask): string => `t${tasks.indexOf(task)}`;
  if (format === 'mermaid')
    return [
      'flowchart LR',
      ...tasks.map((task) => `  ${id(task)}["${task.name.replaceAll('"', '#quot;')}"]`),
      ...edges.map(({ upstream, downstream }) => `  ${id(upstream)} --> ${id(downstream)}`),
    ].join('\n');
  return [
    'digraph dpone {',
    '  rankdir=LR;',
    ...tasks.map((task) => `  ${id(task)} [label=${JSON.stringify(task.name)}];`),
    ...edges.map(({ upstream, downstream }) => `  ${id(upstream)} -> ${id(downstream)};`),
    '}',
  ].join('\n');
}
