import type { Column, Estimate, Partition, ReadRequest } from '@dpone/sdk';
import { findColumn } from '@dpone/sdk/connector';
import { blockRanges } from './block-ranges.js';
import type { Doing } from './errors.js';
import { keyRanges, splits } from './key-ranges.js';
import type { PartitionSpec } from './partition-spec.js';
import type { RowSet } from './select-sql.js';
import type { Session } from './session.js';
import type { TableSize } from './table-size.js';

/** Below it another connection costs more than it gains. In bytes. */
const LEAST_BYTES = 4 << 20;

/** The first server that finds the rows of a range of blocks without reading the others (https://www.postgresql.org/docs/14/release-14.html). */
const RANGES_OF_BLOCKS = 140_000;

export interface PartitionInput {
  readonly session: Session;
  readonly snapshot: string;
  readonly version: number;
  readonly columns: readonly Column[];
  /** What the whole read takes. */
  readonly whole: RowSet;
  /** Absent for a query or a view. */
  readonly size?: TableSize | undefined;
  /** Whether the user may read system columns. */
  readonly systemColumns: boolean;
  readonly primaryKey: readonly string[];
  /** What the whole read is estimated to give. */
  readonly estimate: Estimate & { readonly bytes: number };
  readonly signal: AbortSignal;
}

/** Splits a read into parts that together are the whole snapshot, each row in one of them. */
export async function planPartitions(
  input: PartitionInput,
  request: Pick<ReadRequest, 'parallel' | 'partitionBy'>,
  doing: Doing,
): Promise<Partition[]> {
  const specs = await specsOf(input, request, doing);
  const { bytes, rows } = input.estimate;
  const share = (n: number): number => Math.round(n / specs.length);
  return specs.map((spec, index) => ({
    index,
    spec: { ...spec },
    estimate: { bytes: share(bytes), ...(rows === undefined ? {} : { rows: share(rows) }) },
  }));
}

async function specsOf(
  input: PartitionInput,
  { parallel, partitionBy }: Pick<ReadRequest, 'parallel' | 'partitionBy'>,
  doing: Doing,
): Promise<PartitionSpec[]> {
  const { session, snapshot, size, columns, whole, signal } = input;
  if (partitionBy !== undefined) {
    const column = findColumn(columns, partitionBy.column, 'source.options.partitioning');
    const split = { column, bounds: partitionBy.bounds, parts: parallel, rows: whole, signal };
    return (await keyRanges(session, split, doing)).map((key) => ({ snapshot, key }));
  }
  const parts = Math.min(parallel, Math.floor(input.estimate.bytes / LEAST_BYTES));
  if (size === undefined || parts < 2) return [{ snapshot }];
  if (size.ordinary && input.systemColumns && input.version >= RANGES_OF_BLOCKS)
    return blockRanges(size.blocks, parts).map((blocks) => ({ snapshot, blocks }));
  const key = columns.find((c) => input.primaryKey.length === 1 && c.name === input.primaryKey[0]);
  if (key === undefined || !splits(key)) return [{ snapshot }];
  return (await keyRanges(session, { column: key, parts, rows: whole, signal }, doing)).map((range) => ({
    snapshot,
    key: range,
  }));
}
