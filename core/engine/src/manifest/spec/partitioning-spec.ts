import type { PartitioningSpec } from '../process-spec.js';
import type { EngineOptions } from './option-split.js';

/** Older flat keys, and what they are called now. */
const FLAT = {
  partition_column: 'partitioning.column',
  lower_bound: 'partitioning.bounds.lower',
  upper_bound: 'partitioning.bounds.upper',
  partition_lower_bound: 'partitioning.bounds.lower',
  partition_upper_bound: 'partitioning.bounds.upper',
  partition_count: 'partitioning.num_partitions',
  partition_workers: 'partitioning.export_workers',
  parallel_load_workers: 'partitioning.load_workers',
  partition_load_workers: 'partitioning.load_workers',
} as const;

/** The split of the read, where one is asked for; `warn` is told of older spellings. */
export function partitioningSpec(
  options: EngineOptions,
  warn: (sentence: string) => void,
): PartitioningSpec | undefined {
  const nested = options.partitioning;
  // A partition column alone is a hint for `mode: auto`, not a request to split.
  const flat = (Object.keys(FLAT) as (keyof typeof FLAT)[]).filter(
    (key) => options[key] !== undefined && key !== 'partition_column',
  );
  if (nested === undefined && flat.length === 0) return undefined;
  for (const key of flat) warn(`${key} is an older spelling of ${FLAT[key]}`);
  const lower = options.partition_lower_bound ?? options.lower_bound;
  const upper = options.partition_upper_bound ?? options.upper_bound;
  const count = nested?.num_partitions ?? options.partition_count ?? 1;
  const column = nested?.column ?? options.partition_column;
  const exporting = nested?.export_workers ?? options.partition_workers;
  const loading = nested?.load_workers ?? options.partition_load_workers ?? options.parallel_load_workers ?? exporting;
  return {
    ...(column === undefined ? {} : { column }),
    bounds: nested?.bounds ?? (lower === undefined || upper === undefined ? 'auto' : { lower, upper }),
    numPartitions: count,
    maxPartitions: nested?.max_partitions ?? count,
    ...(nested?.target_rows_per_partition === undefined
      ? {}
      : { targetRowsPerPartition: nested.target_rows_per_partition }),
    ...(exporting === undefined ? {} : { exportWorkers: exporting }),
    ...(loading === undefined ? {} : { loadWorkers: loading }),
  };
}
