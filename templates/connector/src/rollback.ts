import { fail, type Json, type LoadProgram, type SinkContext, type SinkRollback } from '@dpone/sdk';
import type { Store, StoreDocument } from './store.js';

const beside = (what: 'backup' | 'failed', name: string, loadId: string): string => `${name}__dpone_${what}_${loadId}`;

/** Keeps the target as it is before a load; resolves with the receipt's detail, which names what is kept. */
export function keepBackup(document: StoreDocument, name: string, { load, receipt }: LoadProgram): Json {
  const table = document.tables[name];
  // Only the newest load can be undone.
  for (const other of Object.keys(document.tables))
    if (other.startsWith(beside('backup', name, ''))) delete document.tables[other];
  const backup = beside('backup', name, load.loadId);
  if (table !== undefined) document.tables[backup] = { columns: [...table.columns], rows: [...table.rows] };
  const kept = table === undefined ? null : { table: backup, rows: table.rows.length };
  return { ...(receipt.detail as object), backup: kept };
}

/** The undoing of loads of a table: in one transaction, behind the fence. */
export const sinkRollback = (
  store: Store,
  name: string,
  ctx: Pick<SinkContext<unknown, unknown>, 'clock' | 'step'>,
): SinkRollback => ({
  backup: async (loadId) => {
    const table = beside('backup', name, loadId);
    const found = (await store.read()).tables[table];
    return found === undefined ? null : { table, rows: found.rows.length, statements: [`put ${table} back`] };
  },
  restore: async ({ load, undoes, receipt, state }) => {
    await ctx.step('finalize.begun');
    const result = await store.transaction(async (document) => {
      if (load.fence < (document.locks[name]?.fence ?? 0))
        throw fail('DPONE_FENCED', `Another worker took ${name} over; load ${load.loadId} changes nothing.`);
      const backup = document.tables[beside('backup', name, undoes)];
      if (backup === undefined) throw fail('DPONE_SINK_WRITE', `There is no backup of load ${undoes}.`);
      const wrong = document.tables[name];
      if (wrong !== undefined) document.tables[beside('failed', name, undoes)] = wrong;
      document.tables[name] = backup;
      delete document.tables[beside('backup', name, undoes)];
      await ctx.step('finalize.changed');
      const rows = backup.rows.length;
      const counts = { inserted: rows, updated: 0, deleted: wrong?.rows.length ?? 0, finalRows: rows };
      const committedAt = ctx.clock.now().toISOString();
      document.receipts.push({ ...receipt, target: name, ...counts, committedAt });
      if (state !== null) document.states[state.key] = { ...state, loadId: load.loadId, updatedAt: committedAt };
      await ctx.step('finalize.receipted');
      return counts;
    });
    await ctx.step('finalize.committed');
    return result;
  },
});
