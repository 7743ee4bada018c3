/** A way of data through the simulated matrix: where from, where to, and how it is loaded. */
export interface MatrixCase {
  readonly case_id: string;
  readonly source: string;
  readonly sink: string;
  readonly strategy: string;
}

const SOURCES = ['postgres', 'mssql', 'clickhouse', 'api', 'kafka'] as const;
const SINKS = ['mssql', 'postgres', 'clickhouse', 'bigquery', 'kafka'] as const;
const ANYWHERE = ['full_refresh', 'incremental_append', 'incremental_merge', 'replace', 'snapshot_diff'] as const;
/** How a source tells of its own changes. */
const OF_SOURCE: Readonly<Record<string, readonly string[]>> = { postgres: ['xmin', 'cdc'], mssql: ['cdc'] };
/** What needs a target whose rows can be changed; a log of events has none. */
const INTO_TABLES = ['partition_replace', 'scd2', 'backfill'] as const;

export const caseId = (source: string, sink: string, strategy: string): string => `${source}_to_${sink}__${strategy}`;

/** Every case, in the order in which they are reported. */
export const MATRIX: readonly MatrixCase[] = SOURCES.flatMap((source) =>
  SINKS.flatMap((sink) =>
    [...ANYWHERE, ...(OF_SOURCE[source] ?? []), ...(sink === 'kafka' ? [] : INTO_TABLES)].map((strategy) => ({
      case_id: caseId(source, sink, strategy),
      source,
      sink,
      strategy,
    })),
  ),
);

/** The parts of a case id: split at the first `__`, then at the first `_to_`; undefined where it has another shape. */
export function partsOf(id: string): Omit<MatrixCase, 'case_id'> | undefined {
  const at = id.indexOf('__');
  const pair = id.slice(0, Math.max(at, 0));
  const to = pair.indexOf('_to_');
  const parts = { source: pair.slice(0, Math.max(to, 0)), sink: pair.slice(to + 4), strategy: id.slice(at + 2) };
  return at > 0 && to > 0 && parts.sink !== '' && parts.strategy !== '' ? parts : undefined;
}
