import type { InstalledPlugin } from '@dpone/sdk';

/** A line of the strategy matrix; keys are those of the artifact. */
export interface StrategyMatrixEntry {
  readonly source_type: string;
  readonly sink_type: string;
  readonly strategy_mode: string;
  readonly status: 'contract_gate' | 'manual_live_gate' | 'not_supported';
  readonly native_fast_path: string;
  readonly required_evidence: readonly string[];
  /** Whether source, sink and strategy are installed here. */
  readonly installed: boolean;
}

const SOURCES = ['postgres', 'mssql', 'clickhouse', 'rest', 'kafka'];
const SINKS = ['mssql', 'postgres', 'clickhouse', 'bigquery', 'kafka'];
const MODES = [
  'full_refresh',
  'incremental_append',
  'incremental_merge',
  'replace',
  'partition_replace',
  'snapshot_diff',
  'scd2',
  'cdc_apply',
  'backfill',
];

const BY_CONTRACT = new Set(['full_refresh', 'incremental_append', 'incremental_merge', 'replace', 'backfill']);
const HISTORIES = new Set(['scd2', 'snapshot_diff']);
const TELLS_CHANGES = new Set(['postgres', 'mssql', 'kafka']);
const EVIDENCE = [
  'manifest_example',
  'strategy_plan',
  'wide_120_column_gate',
  'quality_reconciliation',
  'run_artifact',
] as const;
const FAST_PATHS: Readonly<Record<string, string>> = {
  'postgres mssql': 'postgres_copy_to_mssql_bcp',
  'postgres clickhouse': 'postgres_copy_to_clickhouse_http_tsv',
  'mssql mssql': 'mssql_bcp_queryout_to_bcp_import',
  'mssql clickhouse': 'mssql_bcp_queryout_to_clickhouse_direct_tsv',
};

/** How a load of this kind is certified: by its contract, by a run on a live system, or not at all. */
function statusOf(source: string, sink: string, mode: string): StrategyMatrixEntry['status'] {
  const events = sink === 'kafka';
  if (mode === 'partition_replace') return events ? 'not_supported' : 'manual_live_gate';
  if (HISTORIES.has(mode) && !events) return 'manual_live_gate';
  if (mode === 'cdc_apply' && TELLS_CHANGES.has(source)) return 'manual_live_gate';
  return BY_CONTRACT.has(mode) ? 'contract_gate' : 'not_supported';
}

/** Every source, sink and strategy: those that dpone is written for, then those that a plugin brings. */
export function strategyMatrix(plugins: readonly InstalledPlugin[]): StrategyMatrixEntry[] {
  const provided = new Set(plugins.flatMap(({ provides }) => provides));
  const all = (kind: string, known: readonly string[]): string[] => [
    ...new Set([
      ...known,
      ...[...provided].filter((id) => id.startsWith(`${kind}:`)).map((id) => id.slice(kind.length + 1)),
    ]),
  ];
  const modes = all('strategy', MODES);
  return all('source', SOURCES).flatMap((source) =>
    all('sink', SINKS).flatMap((sink) =>
      modes.map((mode) => {
        const status = statusOf(source, sink, mode);
        return {
          source_type: source,
          sink_type: sink,
          strategy_mode: mode,
          status,
          native_fast_path: FAST_PATHS[`${source} ${sink}`] ?? 'streaming_rows',
          required_evidence: status === 'not_supported' ? [] : EVIDENCE,
          installed: [`source:${source}`, `sink:${sink}`, `strategy:${mode}`].every((id) => provided.has(id)),
        };
      }),
    ),
  );
}
