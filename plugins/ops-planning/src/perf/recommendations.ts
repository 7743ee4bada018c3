import type { StrategyContext } from '../strategy/advice.js';

export interface Recommendation {
  readonly code: string;
  readonly severity: 'low' | 'medium' | 'high';
  readonly expected_impact: string;
  readonly message: string;
  readonly action: string;
}

interface Rule extends Recommendation {
  readonly applies: (context: StrategyContext, strategy: string) => boolean;
}

const LARGE = 1_000_000;

/** `expected_impact` is one of a few fixed texts, by which tools group recommendations. */
const RULES: readonly Rule[] = [
  {
    applies: ({ source, sink }) => source === 'postgres' && sink === 'mssql',
    code: 'postgres_to_mssql_bcp',
    severity: 'high',
    expected_impact: 'large speedup for 1M+ rows',
    message: 'Rows that Postgres copies out as text are loaded in bulk, without being read on the way.',
    action: 'Leave sink.options.bulk at its default, and raise bcp.batch_size while the log of the target keeps up.',
  },
  {
    applies: ({ source, sink }) => source === 'mssql' && sink === 'clickhouse',
    code: 'mssql_to_clickhouse_direct_tsv',
    severity: 'high',
    expected_impact: 'avoids Python row parsing',
    message: 'ClickHouse reads the text that SQL Server writes as it is.',
    action: 'Set partitioning.column, so that several ranges are read at once.',
  },
  {
    applies: ({ rows, partitionColumn }) => rows >= LARGE && partitionColumn === null,
    code: 'parallel_partitioning',
    severity: 'medium',
    expected_impact: 'parallel scans reduce wall-clock time on large tables',
    message: 'The table is read by one worker.',
    action: 'Set source.options.partitioning.column to an indexed column of numbers or times.',
  },
  {
    applies: ({ sink }) => sink === 'kafka',
    code: 'kafka_delivery_tuning',
    severity: 'medium',
    expected_impact: 'improves producer throughput',
    message: 'The producer sends small batches by default.',
    action: 'Set delivery.linger_ms and delivery.compression_type in the options of the sink.',
  },
  {
    applies: ({ sink }, strategy) => sink === 'clickhouse' && strategy === 'incremental_merge',
    code: 'clickhouse_replace_shadow',
    severity: 'high',
    expected_impact: 'avoids blocking target mutations',
    message: 'ClickHouse rewrites whole parts where rows are changed in place.',
    action: 'Replace whole partitions, or use a ReplacingMergeTree.',
  },
];

const BASELINE: Recommendation = {
  code: 'baseline_batching',
  severity: 'low',
  expected_impact: 'keeps resource use predictable',
  message: 'Nothing in the manifest stands in the way.',
  action: 'Watch rows a second in the reports of a few runs before you change anything.',
};

/** What would make a load faster; one answer at least. */
export function recommendations(context: StrategyContext, strategy: string): Recommendation[] {
  const found = RULES.filter(({ applies }) => applies(context, strategy));
  return found.length === 0 ? [BASELINE] : found.map(({ applies: _, ...recommendation }) => recommendation);
}
