import {
  fail,
  type FinalizeResult,
  type FinalizeStepName,
  type Json,
  type LoadProgram,
  type TableRef,
} from '@dpone/sdk';
import { backupsOf } from './backup-sql.js';
import type { Doing } from './errors.js';
import { programStatements } from './finalize-sql.js';
import { assertFence, insertReceipt, upsertState } from './meta-sql.js';
import { rollbackNames, type MetaNames, type StagingNames } from './names.js';
import type { Session } from './session.js';
import { tableLabel, tableName } from './sql.js';
import type { Statement } from './statement.js';
import { tableExists, tableFacts } from './target.js';

export interface FinalizeContext {
  readonly names: StagingNames;
  readonly meta: MetaNames;
  readonly now: () => Date;
  readonly step: (name: FinalizeStepName) => Promise<void>;
  readonly signal: AbortSignal;
  readonly keepBackup: boolean;
}

/** Change, receipt and state in one transaction, behind the fence. Counts are DuckDB's own. */
export async function finalizeLoad(
  session: Session,
  program: LoadProgram,
  ctx: FinalizeContext,
): Promise<FinalizeResult> {
  const { load } = program;
  const label = tableLabel(load.target);
  const doing: Doing = { what: `changing ${label}`, code: 'DPONE_SINK_WRITE' };
  const result = await session.transaction(doing, async () => {
    await ctx.step('finalize.begun');
    const held = await session.run(assertFence(ctx.meta, label, load.fence, load.loadId), doing);
    if (held !== 1) throw fail('DPONE_FENCED', `${label} is held by a newer worker than fence ${load.fence}`);
    const facts = await tableFacts(session, load.target, doing);
    if (ctx.keepBackup) await dropOlderBackups(session, load.target, doing);
    const statements = programStatements(program, ctx.names, facts, ctx.keepBackup);
    const counts = await applyStatements(session, program, statements, ctx.signal);
    await ctx.step('finalize.changed');
    const now = ctx.now().toISOString();
    const detail = ctx.keepBackup ? await keptDetail(session, program, doing) : program.receipt.detail;
    await session.run(insertReceipt(ctx.meta, { ...program.receipt, target: label, detail }, counts, now), doing);
    if (program.state !== null) await session.run(upsertState(ctx.meta, program.state, load.loadId, now), doing);
    await ctx.step('finalize.receipted');
    return counts;
  });
  await ctx.step('finalize.committed');
  return result;
}

/** Only the newest load can be undone: what was kept for an older one is of no use any more. */
async function dropOlderBackups(session: Session, target: TableRef, doing: Doing): Promise<void> {
  for (const { table } of await backupsOf(session, target, doing))
    await session.run(`DROP TABLE ${tableName(table)}`, doing);
}

/** The receipt's detail with what was kept, by which a backup that was altered is known. */
async function keptDetail(session: Session, { load, receipt }: LoadProgram, doing: Doing): Promise<Json> {
  const { backup } = rollbackNames(load.loadId, load.target);
  const detail = receipt.detail as object;
  if (!(await tableExists(session, backup, doing))) return { ...detail, backup: null };
  const rows = await session.count(`SELECT count(*) FROM ${tableName(backup)}`, doing);
  return { ...detail, backup: { table: tableLabel(backup), rows } };
}

/** Runs the statements and adds up what DuckDB says each changed. */
async function applyStatements(
  session: Session,
  program: LoadProgram,
  statements: readonly Statement[],
  signal: AbortSignal,
): Promise<FinalizeResult> {
  const { target } = program.load;
  const doing: Doing = { what: `changing ${tableLabel(target)}`, code: 'DPONE_SINK_WRITE' };
  const table = tableName(target);
  const rowsNow = async (): Promise<number> =>
    (await tableExists(session, target, doing)) ? session.count(`SELECT count(*) FROM ${table}`, doing) : 0;
  const before = await rowsNow();
  let [inserted, updated, deleted, removed] = [0, 0, 0, 0];
  for (const statement of statements) {
    const changed = await session.run(statement.sql, doing, signal);
    if (statement.tally === 'inserted') inserted += changed;
    else if (statement.tally === 'updated') updated += changed;
    else if (statement.tally === 'deleted') deleted += changed;
    else if (statement.tally === 'removed_half') removed = changed;
    else if (statement.tally === 'added_half') {
      updated += removed;
      inserted += changed - removed;
    } else if (statement.tally === 'swapped') {
      deleted += before;
      inserted += await rowsNow();
    }
  }
  return { inserted, updated, deleted, finalRows: await rowsNow() };
}
