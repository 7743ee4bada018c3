import {
  fail,
  type FinalizeResult,
  type FinalizeStepName,
  type RollbackProgram,
  type SinkBackup,
  type SinkContext,
  type SinkRollback,
  type TableRef,
} from '@dpone/sdk';
import { backupsOf, besideTarget, copiedColumns, rowsOf, type KeptBackup } from './backup-sql.js';
import type { Doing } from './errors.js';
import { emptyStatements } from './finalize-sql.js';
import { dropMark } from './marks-sql.js';
import { assertFence, insertReceipt, upsertState } from './meta-sql.js';
import { metaNames, type MetaNames } from './names.js';
import type { Session } from './session.js';
import { DEFAULT_SCHEMA, tableLabel, tableName, textLiteral } from './sql.js';
import { tableFacts, type TableFacts } from './target.js';

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
  return {
    table: tableLabel(kept.table),
    rows,
    statements: ['BEGIN TRANSACTION', ...statements, 'COMMIT TRANSACTION'],
  };
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
    const held = await session.change(assertFence(ctx.meta, label, load.fence, load.loadId), doing);
    if (held !== 1) throw fail('DPONE_FENCED', `${label} is held by a newer worker than fence ${load.fence}`);
    const kept = await keptFor(session, load.target, undoes, doing);
    if (kept === undefined) throw fail('DPONE_SINK_WRITE', `${label} has no backup of load ${undoes}`);
    const facts = await factsOf(session, load.target, kept, doing);
    const deleted =
      facts.target === null
        ? 0
        : await session.count(
            `SELECT COUNT_BIG(*) AS n FROM ${tableName(load.target)} WITH (TABLOCKX, HOLDLOCK)`,
            doing,
          );
    const inserted = await rowsOf(session, kept.table, doing);
    for (const sql of restoreStatements(load.target, kept, facts)) await session.run(sql, doing);
    await ctx.step('finalize.changed');
    const counts = { inserted, updated: 0, deleted, finalRows: await rowsOf(session, load.target, doing) };
    const now = ctx.now().toISOString();
    await session.run(insertReceipt(ctx.meta, { ...program.receipt, target: label }, counts, now), doing);
    if (program.state !== null)
      for (const sql of upsertState(ctx.meta, program.state, load.loadId, now)) await session.run(sql, doing);
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

/** The rows are put back, not the table: a copy has no keys, privileges and triggers. */
export function restoreStatements(target: TableRef, kept: KeptBackup, facts: Facts): string[] {
  const table = tableName(target);
  const backup = tableName(kept.table);
  if (facts.target === null)
    return [
      dropMark({ ...kept.table, schema: kept.table.schema ?? DEFAULT_SCHEMA }),
      `EXEC sp_rename @objname = ${textLiteral(backup)}, @newname = ${textLiteral(target.name)}, @objtype = N'OBJECT'`,
    ];
  const generated = new Set(facts.target.columns.filter((c) => c.generated).map((c) => c.name));
  const columns = copiedColumns({
    ...facts.backup,
    columns: facts.backup.columns.filter((c) => !generated.has(c.name)),
  });
  const insert = `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${backup}`;
  const identity = facts.target.columns.some((c) => c.identity);
  return [
    `SELECT ${copiedColumns(facts.target)} INTO ${tableName(besideTarget('failed', kept.loadId, target))} FROM ${table}`,
    ...emptyStatements(table, facts.target).map((s) => s.sql),
    ...(identity ? [`SET IDENTITY_INSERT ${table} ON`, insert, `SET IDENTITY_INSERT ${table} OFF`] : [insert]),
    `DROP TABLE ${backup}`,
  ];
}
