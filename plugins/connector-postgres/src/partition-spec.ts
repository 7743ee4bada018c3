import { fail, quoteIdent, type Json } from '@dpone/sdk';
import { textLiteral } from './sql.js';

/** One part of a read: which rows of the snapshot. Plain JSON, so that another process can carry it out. */
export interface PartitionSpec {
  readonly snapshot: string;
  /** Rows by where they are: blocks `from` to `to` without `to`; the last part is open. */
  readonly blocks?: { readonly from: number; readonly to?: number };
  /** Rows by a column: values `from` to `to` without `to`, open where absent; the first part has the NULLs too. */
  readonly key?: { readonly column: string; readonly from?: string; readonly to?: string };
}

/** The part's condition; undefined where it is everything. */
export function partitionCondition({ blocks, key }: PartitionSpec): string | undefined {
  const parts: string[] = [];
  if (blocks !== undefined) {
    if (blocks.from > 0) parts.push(`ctid >= '(${blocks.from},0)'`);
    if (blocks.to !== undefined) parts.push(`ctid < '(${blocks.to},0)'`);
  }
  if (key !== undefined) {
    const column = quoteIdent(key.column);
    if (key.from !== undefined) parts.push(`${column} >= ${textLiteral(key.from)}`);
    if (key.to !== undefined) {
      const below = `${column} < ${textLiteral(key.to)}`;
      parts.push(key.from === undefined ? `(${below} OR ${column} IS NULL)` : below);
    }
  }
  return parts.length === 0 ? undefined : parts.join(' AND ');
}

/** The spec that another process was given. */
export function parsePartition(spec: Json): PartitionSpec {
  const { snapshot, blocks, key } = (spec ?? {}) as Partial<PartitionSpec>;
  const block = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) >= 0;
  const text = (t: unknown): boolean => t === undefined || typeof t === 'string';
  const ok =
    typeof snapshot === 'string' &&
    (blocks === undefined || (block(blocks.from) && (blocks.to === undefined || block(blocks.to)))) &&
    (key === undefined || (typeof key.column === 'string' && text(key.from) && text(key.to)));
  if (!ok) throw fail('DPONE_INPUT_INVALID', 'this is no partition of a Postgres read');
  return spec as unknown as PartitionSpec;
}
