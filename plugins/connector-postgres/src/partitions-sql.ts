import { fail, quoteIdent, type FinalizeStep } from '@dpone/sdk';
import { plain, type ProgramContext, type Statement } from './program-context.js';
import type { TableFacts } from './target.js';

type ReplacePartitions = FinalizeStep & { op: 'replace_partitions' };

/**
 * Makes room for the partitions that staging has rows of. A partition of the target's own that holds no other values is
 * emptied as a whole: its file is a new one, and it stays the partition that it is, with its indexes, constraints and
 * rights. Rows of the others are deleted.
 */
export function clearPartitions(step: ReplacePartitions, table: string, ctx: ProgramContext): Statement[] {
  const { names, facts, partitions } = ctx;
  const column = quoteIdent(step.column);
  const deletion: Statement = {
    sql:
      `DELETE FROM ${table} AS t USING (SELECT DISTINCT ${column} FROM ${names.rows}) AS s ` +
      `WHERE t.${column} IS NOT DISTINCT FROM s.${column}`,
    tally: 'deleted',
  };
  const reason = facts === null ? null : partitionsRefused(step.column, facts, table);
  if (step.native === 'required' && reason !== null) throw notExchanged(reason);
  if (step.native === 'never' || facts === null || reason !== null) return [deletion];
  if (partitions === undefined)
    return [plain('-- TRUNCATE of each partition that holds only values that staging has; else:'), deletion];
  const whole = partitions.filter((p) => p.others === 0 && p.refused === null);
  const kept = partitions.find((p) => !whole.includes(p));
  if (step.native === 'required' && kept !== undefined)
    throw notExchanged(
      kept.refused === null
        ? `${kept.table} holds ${kept.others} rows of other values of ${step.column} than the load has`
        : `${kept.table} cannot be emptied: ${kept.refused}`,
    );
  return [
    ...whole.map(({ table: part, rows }): Statement => ({ sql: `TRUNCATE ${part}`, tally: 'deleted', rows })),
    ...(kept === undefined ? [] : [deletion]),
  ];
}

/** Why the target has no partitions of its own that the column divides; null where it has. */
export function partitionsRefused(column: string, { partitionedBy }: TableFacts, table: string): string | null {
  if (partitionedBy.length === 0) return `${table} has no partitions by range or list`;
  if (partitionedBy.length === 1 && partitionedBy[0] === column) return null;
  return `${table} is divided by ${partitionedBy.map((name) => name ?? 'an expression').join(', ')}, not by ${column}`;
}

const notExchanged = (reason: string): Error =>
  fail('DPONE_CAPABILITY', `the partitions of the target cannot be exchanged: ${reason}`, {
    where: 'sink.strategy.partition',
    remedy: 'Set partition.native_mode: auto, so that rows are deleted and inserted.',
  });
