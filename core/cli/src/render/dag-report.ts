import type { Dag, DagEdge, DagTask, NamingIssue } from '@dpone/engine';
import { edgesText } from './dag.js';
import { tableText } from './table.js';

export const SEVERITIES = ['INFO', 'WARNING', 'ERROR'] as const;
type Severity = (typeof SEVERITIES)[number];

/** What is odd about the graph, though it can be run. */
interface Anomaly {
  readonly code: 'ORPHAN_TASK' | 'AMBIGUOUS_SELECTOR_REF';
  readonly severity: Severity;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A rule of a manifest's `validation:` that a name, a label or a description breaks. */
interface Lint {
  readonly tool: 'manifest.validate';
  readonly severity: string;
  readonly code: string;
  readonly message: string;
  readonly location: string;
  readonly selector: string | null;
}

export interface DagReportOptions {
  readonly preset: string;
  /** Edges that are listed, at most; 0 = all. The same for the table of people. */
  readonly max_edges: number;
  readonly md_max_edges: number;
  /** Entries of `depends_on` that are shown of an edge, at most. */
  readonly max_triggers: number;
  readonly include_evidence: boolean;
  readonly lint_enabled: boolean;
  readonly fail_on: string;
  readonly fail_severity: string;
}

export interface DagReport {
  readonly anomalies: readonly Anomaly[];
  readonly lint: readonly Lint[];
  /** By the reference system's keys: what was found stands under `report` and beside it. */
  readonly json: Readonly<Record<string, unknown>>;
}

interface ReportInput {
  readonly dag: Dag;
  readonly basePath: string;
  readonly naming: readonly { readonly file: string; readonly issues: readonly NamingIssue[] }[];
  readonly options: DagReportOptions;
  readonly now: Date;
}

/** The graph of a project on one page: its ends, its edges, and what is odd about it. */
export function dagReport({ dag, basePath, naming, options, now }: ReportInput): DagReport {
  const edges = dag.edges.toSorted(
    (a, b) => compare(a.upstream.name, b.upstream.name) || compare(a.downstream.name, b.downstream.name),
  );
  const listed = first(edges, options.max_edges);
  const anomalies = anomaliesOf(dag);
  const lint = naming.flatMap(({ file, issues }) => issues.map((issue) => lintOf(file, issue)));
  const found = {
    summary: summaryOf(dag),
    edges: listed.map((edge) => edgeJson(edge, options)),
    anomalies,
    lint,
    warnings: listed.length < edges.length ? [`${listed.length} of ${edges.length} edges are listed (max_edges)`] : [],
  };
  const about = { root: dag.root, base_path: basePath, generated_at: now.toISOString() };
  const json = {
    kind: 'dag.report',
    ...about,
    task_count: dag.tasks.length,
    options: { ...options, registry_require_fields: ['host', 'type'] },
    ...found,
    report: { ...about, ...found },
  };
  return { anomalies, lint, json };
}

/** At most so many, 0 = all. */
const first = <T>(all: readonly T[], most: number): readonly T[] => (most === 0 ? all : all.slice(0, most));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function summaryOf(dag: Dag): Record<string, unknown> {
  const names = (fits: (task: DagTask) => boolean): string[] =>
    dag.tasks
      .filter(fits)
      .map(({ name }) => name)
      .toSorted();
  return {
    task_count: dag.tasks.length,
    edge_count: dag.edges.length,
    group_count: new Set(dag.tasks.flatMap((task) => task.task_group ?? [])).size,
    roots: names((task) => isEnd(dag, task, 'downstream')),
    sinks: names((task) => isEnd(dag, task, 'upstream')),
    orphans: names((task) => isAlone(dag, task)),
  };
}

const isEnd = (dag: Dag, task: DagTask, side: 'upstream' | 'downstream'): boolean =>
  dag.edges.every((edge) => edge[side] !== task);

const isAlone = (dag: Dag, task: DagTask): boolean => isEnd(dag, task, 'upstream') && isEnd(dag, task, 'downstream');

function anomaliesOf(dag: Dag): Anomaly[] {
  const alone = dag.tasks
    .filter((task) => isAlone(dag, task))
    .map(({ name, config_path, task_group }): Anomaly => {
      const message = `${name} waits for no process, and none waits for it`;
      return { code: 'ORPHAN_TASK', severity: 'INFO', message, details: { task: name, config_path, task_group } };
    });
  const ambiguous = dag.edges.flatMap(({ downstream, reasons }) =>
    reasons.flatMap(({ evidence }): Anomaly[] => {
      if (evidence.selector === undefined || evidence.match_count < 2) return [];
      const message = `${downstream.name} names ${evidence.selector}, which ${evidence.match_count} processes answer to`;
      return [
        {
          code: 'AMBIGUOUS_SELECTOR_REF',
          severity: 'WARNING',
          message,
          details: { task: downstream.name, ...evidence },
        },
      ];
    }),
  );
  const once = new Map(ambiguous.map((one) => [JSON.stringify(one), one]));
  return [...once.values(), ...alone];
}

const lintOf = (file: string, issue: NamingIssue): Lint => ({
  tool: 'manifest.validate',
  severity: issue.severity,
  code: issue.code,
  message: issue.message,
  location: file,
  selector: issue.selector ?? null,
});

const edgeJson = (edge: DagEdge, { include_evidence, max_triggers }: DagReportOptions): Record<string, unknown> => ({
  upstream: edge.upstream.name,
  downstream: edge.downstream.name,
  upstream_ref: edge.upstream.ref,
  downstream_ref: edge.downstream.ref,
  upstream_group: edge.upstream.task_group,
  downstream_group: edge.downstream.task_group,
  reason_kinds: [...new Set(edge.reasons.map(({ kind }) => kind))].toSorted(),
  reasons: include_evidence ? edge.reasons.slice(0, max_triggers) : null,
});

/** The report as a page of Markdown. */
export function dagReportPage(dag: Dag, { anomalies, lint }: DagReport, mostEdges: number): string {
  const edges = first(dag.edges, mostEdges);
  const left = dag.edges.length - edges.length;
  const findings = [
    ...anomalies.map(({ severity, code, message }) => [severity, code, message]),
    ...lint.map(({ severity, code, message, location }) => [severity, code, `${location}: ${message}`]),
  ];
  return [
    `# The graph of ${dag.root}`,
    `${dag.tasks.length} processes, ${dag.edges.length} edges.`,
    '## What waits for what',
    edgesText(edges, 'md'),
    ...(left > 0 ? [`${left} more edges are not shown.`] : []),
    '## What is odd',
    findings.length === 0 ? 'Nothing.' : tableText([['severity', 'code', 'what'], ...findings], 'md'),
  ].join('\n\n');
}
