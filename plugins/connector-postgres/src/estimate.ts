import type { Estimate } from '@dpone/sdk';
import type { Doing } from './errors.js';
import { selectSql, type RowSet } from './select-sql.js';
import type { Session } from './session.js';
import type { TableSize } from './table-size.js';

/** What a read will give: a whole table by its size on disk, anything else by the planner's own estimate. Nothing is read. */
export async function estimateRead(
  session: Session,
  rows: RowSet,
  columns: string,
  size: TableSize | undefined,
  doing: Doing,
): Promise<Estimate & { readonly bytes: number }> {
  if (size !== undefined && rows.conditions.length === 0)
    return { bytes: size.bytes, ...(size.rows === undefined ? {} : { rows: size.rows }) };
  const answer = await session.row(`EXPLAIN (FORMAT JSON) ${selectSql(columns, rows)}`, doing);
  const [{ Plan: plan }] = JSON.parse(Object.values(answer ?? {})[0] ?? '[{"Plan":{}}]') as [
    { Plan: { 'Plan Rows'?: number; 'Plan Width'?: number } },
  ];
  const count = plan['Plan Rows'] ?? 0;
  const bytes = count * (plan['Plan Width'] ?? 0);
  return { rows: count, bytes: size === undefined ? bytes : Math.min(bytes, size.bytes) };
}
