import { fail, type Json, type LoadProgram, type SinkContext, type SinkRollback } from '@dpone/sdk';
import type { Durable, MemoryStore } from './memory-store.js';

export const backupName = (target: string, loadId: string): string => `${target}__dpone_backup_${loadId}`;

/** Keeps the target under the load's id; resolves with what the receipt says of it. */
export function keepBackup(transaction: Durable, target: string, program: LoadProgram): Json {
  const table = transaction.tables.get(target);
  const name = backupName(target, program.load.loadId);
  if (table !== undefined) transaction.tables.set(name, table);
  const backup = table === undefined ? null : { table: name, rows: table.rows.length };
  return { ...(program.receipt.detail as object), backup };
}

/** Undoes loads of the store in one transaction, behind the fence. */
export const memoryRollback = (
  store: MemoryStore,
  target: string,
  ctx: Pick<SinkContext<unknown, unknown>, 'step' | 'clock'>,
): SinkRollback => ({
  backup: (loadId) => {
    const table = backupName(target, loadId);
    const rows = store.table(table)?.rows.length;
    return Promise.resolve(rows === undefined ? null : { table, rows, statements: [`restore ${table}`] });
  },
  restore: async ({ load, undoes, receipt, state }) => {
    if (load.fence !== store.fences.get(target)) throw fail('DPONE_FENCED', 'another worker took over');
    const transaction = store.begin();
    const name = backupName(target, undoes);
    const backup = transaction.tables.get(name)!;
    const removed = transaction.tables.get(target)?.rows.length ?? 0;
    transaction.tables.set(target, backup);
    transaction.tables.delete(name);
    const counts = { inserted: backup.rows.length, updated: 0, deleted: removed, finalRows: backup.rows.length };
    const committedAt = ctx.clock.now().toISOString();
    transaction.receipts.unshift({ ...receipt, ...counts, committedAt });
    if (state !== null) transaction.states.set(state.key, { ...state, loadId: load.loadId, updatedAt: committedAt });
    store.durable = transaction;
    await ctx.step('finalize.committed');
    return counts;
  },
});
