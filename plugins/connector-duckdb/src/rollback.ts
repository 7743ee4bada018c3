import {
  fail,
  quoteIdent,
  quoteLiteral,
  type FinalizeResult,
  type RollbackProgram,
  type SinkBackup,
  type SinkContext,
  type SinkRollback,
  type TableRef,
} from '@dpone/sdk';
import { backupsOf, type KeptBackup } from './backup-sql.js';
import type { Doing } from './errors.js';
import type { FinalizeContext } from './finalize.js';
import { assertFence, insertReceipt, upsertState } from './meta-sql.js';
import { metaNames, rollbackNames } from './names.js';
import type { Session } from './session.js';
import { columnList, tableLabel, tableName } from './sql.js';
import { tableFacts, type TableFacts } from './target.js';

/** How the sink opens its file. */
interface Sessions {
  reading<T>(absent: T, work: (session: Session) => Promise<T>): Promise<T>;
  writing<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

/** The undoing of loads of a table. */
export const sinkRollback = (
  { table, clock, step }: Pick<SinkContext<unknown, unknown>, 'table' | 'clock' | 'step'>,
  sessions: Sessions,
): SinkRollback => ({
  backup: (loadId) => sessions.reading<SinkBackup | null>(null, (session) => findBackup(session, table, loadId)),
  restore: (program) =>
    sessions.writing((session) =>
      restoreBackup(session, program, { meta: metaNames(table), now: () => clock.now(), step }),
    ),
});

/** What was kept before a load, and what would put it back. */
async function findBackup(session: Session, target: TableRef, loadId: string): Promise<SinkBackup | null> {
  const doing: Doing = { what: `looking for backups of ${tableLabel(target)}`, code: 'DPONE_SINK_WRITE' };
  const kept = (await backupsOf(session, target, doing)).find((backup) => backup.loadId === loadId);
  if (kept === undefined) return null;
  const rows = await session.count(`SELECT count(*) FROM ${tableName(kept.table)}`, doing);
  const statements = restoreStatements(target, kept, await factsOf(session, target, kept, doing));
  return { table: tableLabel(kept.table), rows, statements: ['BEGIN', ...statements, 'COMMIT'] };
}

type RollbackContext = Pick<FinalizeContext, 'meta' | 'now' | 'step'>;

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
    if (held !== 1) throw fail('DPONE_FENCED', `${label} is held by a newer worker than fence ${load.fence}`);
    const kept = (await backupsOf(session, load.target, doing)).find((backup) => backup.loadId === undoes);
    if (kept === undefined) throw fail('DPONE_SINK_WRITE', `${label} has no backup of load ${undoes}`);
    const facts = await factsOf(session, load.target, kept, doing);
    const rows = (table: TableRef): Promise<number> => session.count(`SELECT count(*) FROM ${tableName(table)}`, doing);
    const deleted = facts.target === null ? 0 : await rows(load.target);
    const inserted = await rows(kept.table);
    for (const sql of restoreStatements(load.target, kept, facts)) await session.run(sql, doing);
    await ctx.step('finalize.changed');
    const counts = { inserted, updated: 0, deleted, finalRows: await rows(load.target) };
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

/**
 * By two renames; where the target has what a rename would lose (a key, an index), the rows are put back instead, for a
 * copy has none of it.
 */
function restoreStatements(target: TableRef, kept: KeptBackup, facts: Facts): string[] {
  const table = tableName(target);
  const backup = tableName(kept.table);
  const { failed } = rollbackNames(kept.loadId, target);
  if (facts.target !== null && facts.target.keeps.length > 0) {
    const columns = columnList(facts.backup.columns);
    return [
      `CREATE TABLE ${tableName(failed)} AS FROM ${table}`,
      `DELETE FROM ${table}`,
      `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${backup}`,
      `DROP TABLE ${backup}`,
    ];
  }
  const aside = facts.target === null ? [] : [`ALTER TABLE ${table} RENAME TO ${quoteIdent(failed.name)}`];
  const comment = kept.comment === null ? 'NULL' : quoteLiteral(kept.comment);
  return [
    ...aside,
    `ALTER TABLE ${backup} RENAME TO ${quoteIdent(target.name)}`,
    `COMMENT ON TABLE ${table} IS ${comment}`,
  ];
}
