import {
  fail,
  quoteIdent,
  type FinalizeResult,
  type FinalizeStepName,
  type Json,
  type LoadRef,
  type RollbackProgram,
  type SinkBackup,
  type SinkContext,
  type SinkRollback,
  type TableRef,
} from '@dpone/sdk';
import { backupsOf, besideTarget, type KeptBackup } from './backup-sql.js';
import type { Doing } from './errors.js';
import { emptyStatement } from './finalize-sql.js';
import { lockLost } from './lock.js';
import { assertFence, insertReceipt, upsertState } from './meta-sql.js';
import { metaNames, type MetaNames } from './names.js';
import type { Session } from './session.js';
import { columnList, tableLabel, tableName } from './sql.js';
import { tableFacts, type TableFacts } from './target.js';

/** Only the newest load can be undone: what was kept for an older one is of no use any more. */
export async function dropOlderBackups(session: Session, target: TableRef, doing: Doing): Promise<void> {
  for (const { table } of await backupsOf(session, target, doing))
    await session.run(`DROP TABLE ${tableName(table)}`, doing);
}

/** What the receipt says of the backup, by which one that was altered is known. */
export async function describeBackup(session: Session, { loadId, target }: LoadRef, doing: Doing): Promise<Json> {
  const backup = besideTarget('backup', loadId, target);
  return { table: tableLabel(backup), rows: await rowsOf(session, backup, doing) };
}

const rowsOf = (session: Session, table: TableRef, doing: Doing): Promise<number> =>
  session.count(`SELECT count(*) FROM ${tableName(table)}`, doing);

/** The undoing of loads of a table. */
export const sinkRollback = (
  { table, clock, step }: Pick<SinkContext<unknown, unknown>, 'table' | 'clock' | 'step'>,
  withSession: <T>(work: (session: Session) => Promise<T>) => Promise<T>,
): SinkRollback => ({
  backup: (loadId) => withSession((session) => findBackup(session, table, loadId)),
  restore: (program) =>
    withSession((session) => restoreBackup(session, program, { meta: metaNames(table), now: () => clock.now(), step })),
});

/** What was kept before a load, and what would put it back. */
async function findBackup(session: Session, target: TableRef, loadId: string): Promise<SinkBackup | null> {
  const doing: Doing = { what: `looking for backups of ${tableLabel(target)}`, code: 'DPONE_SINK_WRITE' };
  const kept = await keptFor(session, target, loadId, doing);
  if (kept === undefined) return null;
  const statements = restoreStatements(target, kept, await factsOf(session, target, kept, doing));
  const rows = await rowsOf(session, kept.table, doing);
  return { table: tableLabel(kept.table), rows, statements: ['BEGIN', ...statements, 'COMMIT'] };
}

const keptFor = async (
  session: Session,
  target: TableRef,
  loadId: string,
  doing: Doing,
): Promise<KeptBackup | undefined> =>
  (await backupsOf(session, target, doing)).find((backup) => backup.loadId === loadId);

interface RollbackContext {
  readonly meta: MetaNames;
  readonly now: () => Date;
  readonly step: (name: FinalizeStepName) => Promise<void>;
}

/** Puts a backup in the target's place, with receipt and state, in one transaction behind the fence. */
async function restoreBackup(
  session: Session,
  program: RollbackProgram,
  ctx: RollbackContext,
): Promise<FinalizeResult> {
  const { load, undoes } = program;
  const label = tableLabel(load.target);
  const doing: Doing = { what: `putting ${label} back`, code: 'DPONE_SINK_WRITE' };
  const result = await session.transaction(doing, async () => {
    await ctx.step('finalize.begun');
    const held = await session.run(assertFence(ctx.meta, label, load.fence, load.loadId), doing);
    if (held !== 1) throw lockLost(label, load.fence);
    const kept = await keptFor(session, load.target, undoes, doing);
    if (kept === undefined) throw fail('DPONE_SINK_WRITE', `${label} has no backup of load ${undoes}`);
    const facts = await factsOf(session, load.target, kept, doing);
    if (facts.target !== null)
      await session.run(`LOCK TABLE ${tableName(load.target)} IN SHARE ROW EXCLUSIVE MODE`, doing);
    const deleted = facts.target === null ? 0 : await rowsOf(session, load.target, doing);
    const inserted = await rowsOf(session, kept.table, doing);
    await session.script(restoreStatements(load.target, kept, facts), doing);
    await ctx.step('finalize.changed');
    const counts = { inserted, updated: 0, deleted, finalRows: await rowsOf(session, load.target, doing) };
    const now = ctx.now().toISOString();
    await session.run(insertReceipt(ctx.meta, { ...program.receipt, target: label }, counts, now), doing);
    if (program.state !== null) await session.run(upsertState(ctx.meta, program.state, load.loadId, now), doing);
    await ctx.step('finalize.receipted');
    return counts;
  });
  await ctx.step('finalize.committed');
  return result;
}

interface Facts {
  /** Null where somebody has dropped it. */
  readonly target: TableFacts | null;
  readonly backup: TableFacts;
}

const factsOf = async (session: Session, target: TableRef, kept: KeptBackup, doing: Doing): Promise<Facts> => ({
  target: await tableFacts(session, target, doing),
  backup: (await tableFacts(session, kept.table, doing))!,
});

/** The rows are put back, not the table: a copy has no keys, rights and comments. */
function restoreStatements(target: TableRef, kept: KeptBackup, facts: Facts): string[] {
  const table = tableName(target);
  const backup = tableName(kept.table);
  if (facts.target === null)
    return [`ALTER TABLE ${backup} RENAME TO ${quoteIdent(target.name)}`, `COMMENT ON TABLE ${table} IS NULL`];
  const generated = new Set(facts.target.columns.filter((c) => c.generated === true).map((c) => c.name));
  const columns = columnList(facts.backup.columns.filter((c) => !generated.has(c.name)));
  const overriding = facts.target.identity.length > 0 ? ' OVERRIDING SYSTEM VALUE' : '';
  return [
    `CREATE TABLE ${tableName(besideTarget('failed', kept.loadId, target))} AS TABLE ${table}`,
    emptyStatement(table, facts.target).sql,
    `INSERT INTO ${table} (${columns})${overriding} SELECT ${columns} FROM ${backup}`,
    `DROP TABLE ${backup}`,
  ];
}
