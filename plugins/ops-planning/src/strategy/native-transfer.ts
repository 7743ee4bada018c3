import { isJsonObject, type ExactJson, type JsonObject } from '@dpone/sdk';
import { objectAt } from '../manifest/read-manifest.js';
import { fidelityOf } from './clickhouse-types.js';

/** SQL Server to ClickHouse, step by step: the settings that would be used. Secrets are never among them. */
export function nativeTransfer(strategy: string, mergePolicy: string | null, source: JsonObject, sink: JsonObject) {
  const partitions = partitioning(source);
  const { insert_settings } = clickhouseBulk(sink);
  return {
    fast_path_id: 'mssql_bcp_queryout_to_clickhouse_direct_tsv',
    export_method: textOr(source['extract_mode'], 'bcp_queryout'),
    ingest_method: 'clickhouse_direct_tsv',
    finalizer: finalizer(strategy, mergePolicy),
    partitioning: partitions,
    native_ingest_settings: { bulk: bcpBulk({ ...sink, ...source }), clickhouse_bulk: clickhouseBulk(sink) },
    retry_boundaries: ['export', 'load_staging', 'finalize'],
    type_fidelity: fidelityOf(source, sink),
    warnings: partitions.strategy === 'single' ? ['No partition column is set: everything is one partition.'] : [],
    bottleneck_hints: [
      ...(partitions.strategy === 'single' ? ['One partition is read by one worker: set partitioning.column.'] : []),
      ...(Object.keys(insert_settings).length === 0
        ? [
            'ClickHouse inserts with its own settings: for large loads set insert_settings, such as max_insert_block_size.',
          ]
        : []),
    ],
  };
}

function finalizer(strategy: string, mergePolicy: string | null): string {
  switch (strategy) {
    case 'incremental_merge':
      return mergePolicy ?? 'lightweight_delete_insert';
    case 'full_refresh':
      return 'shadow_swap';
    case 'incremental_append':
      return 'append';
    case 'partition_replace':
      return 'replace_partition';
    default:
      return strategy;
  }
}

const textOr = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : otherwise;
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const numberOr = <T>(value: unknown, otherwise: T): number | T => {
  const found = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof found === 'number' && Number.isFinite(found) ? found : otherwise;
};
const booleanOr = (value: unknown, otherwise: boolean): boolean => (typeof value === 'boolean' ? value : otherwise);
const atLeastOne = (value: unknown, otherwise: number): number => Math.max(1, numberOr(value, otherwise));

function partitioning(options: JsonObject) {
  const nested = objectAt(options, 'partitioning');
  const column = nested['column'] ?? options['partition_column'];
  if (typeof column !== 'string' || column === '')
    return {
      strategy: 'single',
      column: null,
      bounds_mode: 'none',
      target_rows_per_partition: null,
      max_partitions: 1,
      export_workers: 1,
      load_workers: 1,
      adaptive: { enabled: false },
    };
  const count = atLeastOne(nested['num_partitions'] ?? options['num_partitions'], 1);
  const target = numberOr(nested['target_rows_per_partition'], null);
  const most = atLeastOne(nested['max_partitions'], count);
  const exporters = atLeastOne(nested['export_workers'], count);
  const loaders = atLeastOne(nested['load_workers'], exporters);
  return {
    strategy: textOr(nested['strategy'], 'range'),
    column,
    bounds_mode: nested['bounds'] === 'auto' ? 'auto' : 'manual',
    target_rows_per_partition: target,
    max_partitions: most,
    export_workers: exporters,
    load_workers: loaders,
    adaptive: {
      enabled: objectAt(nested, 'adaptive')['enabled'] === true,
      recommended_target_rows_per_partition: target,
      recommended_max_partitions: most,
      recommended_export_workers: exporters,
      recommended_load_workers: loaders,
      actions: [],
      actions_by_partition: {},
      warnings: [],
    },
  };
}

function bcpBulk(options: JsonObject) {
  const bulk = objectAt(options, 'bulk');
  const bcp = objectAt(bulk, 'bcp');
  return {
    mode: textOr(bulk['mode'], 'bcp'),
    bcp: {
      bcp_path: textOrNull(bcp['bcp_path']),
      file_format: textOr(bcp['file_format'], 'character'),
      code_page: textOr(bcp['code_page'], '65001'),
      field_terminator: textOr(bcp['field_terminator'], '\t'),
      row_terminator: textOr(bcp['row_terminator'], '\n'),
      batch_size: numberOr(bcp['batch_size'], 100_000),
      packet_size: numberOr(bcp['packet_size'], 16_384),
      timeout_seconds: numberOr(bcp['timeout_seconds'], null),
      error_file: textOrNull(bcp['error_file']),
      table_lock: booleanOr(bcp['table_lock'], true),
      keep_nulls: booleanOr(bcp['keep_nulls'], true),
    },
    deprecated_aliases: [],
  };
}

/** Where a server is reached; a password only says that there is one. */
function server(options: JsonObject) {
  return {
    host: textOrNull(options['host']),
    port: numberOr(options['port'], null),
    database: textOrNull(options['database']),
    user: textOrNull(options['user']),
    password: options['password'] === undefined || options['password'] === null ? null : '***',
  };
}

function clickhouseBulk(options: JsonObject) {
  const bulk = objectAt(options, 'clickhouse_bulk');
  const client = objectAt(bulk, 'client');
  const http = objectAt(bulk, 'http');
  const settings: ExactJson | undefined = bulk['insert_settings'];
  return {
    mode: textOr(bulk['mode'], 'auto'),
    client: {
      command: textOrNull(client['command']),
      ...server(client),
      secure: typeof client['secure'] === 'boolean' ? client['secure'] : null,
      timeout_seconds: numberOr(client['timeout_seconds'], null),
    },
    http: {
      ...server(http),
      secure: booleanOr(http['secure'], false),
      timeout_seconds: numberOr(http['timeout_seconds'], 3600),
      chunk_size: numberOr(http['chunk_size'], 1024 * 1024),
    },
    insert_settings: isJsonObject(settings) ? settings : {},
    query_id: textOrNull(bulk['query_id']),
    insert_deduplication_token: textOrNull(bulk['insert_deduplication_token']),
    deprecated_aliases: [],
  };
}
