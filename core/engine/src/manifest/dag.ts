import { fail, nearest } from '@dpone/sdk';
import { targetName } from '../plan/program.js';
import { lookUpEach } from './dependency-graph.js';
import type { Manifest } from './manifest.js';
import type { DependencySpec, ProcessSpec } from './process-spec.js';
import { select } from './select.js';

/** A process as a task of a graph: the reference system's keys. */
export interface DagTask {
  readonly name: string;
  readonly config_path: string;
  readonly selector: string | null;
  /** `shop.yml#sales.orders`. */
  readonly ref: string;
  readonly task_group: string | null;
  readonly source: string;
  readonly sink: string;
}

/** One entry of `depends_on` that makes an edge. */
export interface DagReason {
  readonly kind: 'depends_on_selector' | 'depends_on_group' | 'depends_on_file';
  readonly description: string;
  readonly evidence: {
    readonly depends_on_index: number;
    readonly file: string;
    /** Processes that the entry means. */
    readonly match_count: number;
    readonly selector?: string;
    readonly group?: string;
  };
}

/** `downstream` waits for `upstream`. */
export interface DagEdge {
  readonly upstream: DagTask;
  readonly downstream: DagTask;
  readonly reasons: readonly DagReason[];
}

export interface Dag {
  readonly root: string;
  readonly tasks: readonly DagTask[];
  /** In the order of the tasks. */
  readonly edges: readonly DagEdge[];
}

/** The graph of a manifest's processes, and of those that they depend on in other manifests. Throws DPONE_DEPENDENCY_CYCLE. */
export async function dagOf(manifest: Manifest): Promise<Dag> {
  const { workdir } = manifest.options;
  const processes = await select(manifest, [], { all: true, withDependencies: true });
  const tasks = new Map(processes.map((process) => [process, taskOf(process)]));
  const meant = lookUpEach(processes, workdir);
  const edges: DagEdge[] = processes.flatMap((process) => {
    const reasons = new Map<ProcessSpec, DagReason[]>();
    for (const [index, dependency] of process.dependsOn.entries()) {
      const upstream = meant(process, dependency);
      for (const other of upstream)
        reasons.set(other, [...(reasons.get(other) ?? []), reasonOf(process, dependency, index, upstream, other)]);
    }
    return [...reasons].map(([other, why]) => ({
      upstream: tasks.get(other)!,
      downstream: tasks.get(process)!,
      reasons: why,
    }));
  });
  return { root: manifest.file, tasks: [...tasks.values()], edges };
}

/** @throws DPONE_SELECTOR where no task has this name or selector */
export function taskNamed(dag: Dag, name: string): DagTask {
  const found = dag.tasks.find((task) => task.name === name || task.selector === name);
  if (found !== undefined) return found;
  const names = dag.tasks.map((task) => task.name);
  const near = nearest(name, names);
  throw fail('DPONE_SELECTOR', `there is no process ${name}${near === undefined ? '' : `; did you mean "${near}"?`}`, {
    where: dag.root,
    remedy: `There are: ${names.join(', ')}.`,
  });
}

/** One of the shortest ways by which `to` waits for `from`, as edges; null where it does not. */
export function shortestPath(dag: Dag, from: DagTask, to: DagTask): readonly DagEdge[] | null {
  const by = new Map<DagTask, DagEdge | null>([[from, null]]);
  // A map grows while it is walked, in the order of distance.
  for (const task of by.keys()) {
    if (task === to) break;
    for (const edge of dag.edges) if (edge.upstream === task && !by.has(edge.downstream)) by.set(edge.downstream, edge);
  }
  if (!by.has(to)) return null;
  const path: DagEdge[] = [];
  for (let edge = by.get(to); edge !== null && edge !== undefined; edge = by.get(edge.upstream)) path.unshift(edge);
  return path;
}

/** The edges that lie on a way from one task to another; with one end alone, all before or behind it; with none, all. */
export function edgesBetween(dag: Dag, from: DagTask | undefined, to: DagTask | undefined): readonly DagEdge[] {
  const behind = from === undefined ? undefined : reached(dag, from, 'upstream', 'downstream');
  const before = to === undefined ? undefined : reached(dag, to, 'downstream', 'upstream');
  return dag.edges.filter((edge) => (behind?.has(edge.upstream) ?? true) && (before?.has(edge.downstream) ?? true));
}

function reached(
  dag: Dag,
  start: DagTask,
  at: 'upstream' | 'downstream',
  next: 'upstream' | 'downstream',
): Set<DagTask> {
  const found = new Set([start]);
  for (const task of found) for (const edge of dag.edges) if (edge[at] === task) found.add(edge[next]);
  return found;
}

function taskOf(process: ProcessSpec): DagTask {
  const { source, sink } = process;
  return {
    name: process.name,
    config_path: process.manifest,
    selector: process.selector,
    ref: process.selector === null ? process.manifest : `${process.manifest}#${process.selector}`,
    task_group: process.taskGroup ?? null,
    source: source.table === undefined ? source.type : targetName(source.table),
    sink: targetName(sink.table),
  };
}

function reasonOf(
  process: ProcessSpec,
  { selector, group }: DependencySpec,
  index: number,
  upstream: readonly ProcessSpec[],
  { manifest: file }: ProcessSpec,
): DagReason {
  const evidence = { depends_on_index: index, file, match_count: upstream.length };
  const entry = `depends_on[${index}] of ${process.name}`;
  if (selector !== undefined)
    return {
      kind: 'depends_on_selector',
      description: `${entry} names ${selector} in ${file}`,
      evidence: { ...evidence, selector },
    };
  if (group !== undefined)
    return {
      kind: 'depends_on_group',
      description: `${entry} names the group ${group} in ${file}`,
      evidence: { ...evidence, group },
    };
  return { kind: 'depends_on_file', description: `${entry} names all of ${file}`, evidence };
}
