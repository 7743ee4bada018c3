import { fail, type FinalizeResult, type FinalizeStepName, type Json, type LoadProgram } from '@dpone/sdk';
import { copyToBackup, describeBackup, dropOlderBackups } from './backup-sql.js';
import type { Doing } from './errors.js';
import { selectRoughRows } from './facts-sql.js';
import { programStatements } from './finalize-sql.js';
import { assertFence, insertReceipt, upsertState } from './meta-sql.js';
import type { MetaNames } from './names.js';
import type { ProgramContext, Statement } from './program-context.js';
import { renameColumns } from './rename-columns.js';
import type { Session } from './session.js';
import { tableLabel, tableName } from './sql.js';
import { hashStatement } from './staging-sql.js';
import { tableFacts, type TableFacts } from './target.js';

export interface FinalizeContext extends Omit<ProgramContext, 'facts'> {
  readonly meta: MetaNames;
  /** Rows in staging, as the server counted them. */
  readonly staged: number;
  readonly clock: () => Date;
  readonly step: (name: FinalizeStepName) => Promise<void>;
  readonly signal: AbortSignal;
  readonly keepBackup: boolean;
}

/** Change, receipt and state in one transaction, behind the fence. Counts are the server's own. */
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
    const held = await session.change(assertFence(ctx.meta, label, load.fence, load.loadId), doing);
    if (held !== 1) throw fail('DPONE_FENCED', `${label} is held by a newer worker than fence ${load.fence}`);
    const before = await tableFacts(session, load.target, doing);
    const detail = ctx.keepBackup ? await keepBackup(session, program, before, doing) : program.receipt.detail;
    const facts = await renameColumns(session, program, before, doing);
    const now = ctx.clock().toISOString();
    const plan: ProgramContext = { ...ctx, facts };
    for (const sql of hashStatement(plan)) await session.run(sql, doing, ctx.signal);
    const counts = await applyStatements(session, program, programStatements(program, plan), ctx);
    await ctx.step('finalize.changed');
    await session.run(insertReceipt(ctx.meta, { ...program.receipt, target: label, detail }, counts, now), doing);
    if (program.state !== null)
      for (const sql of upsertState(ctx.meta, program.state, load.loadId, now)) await session.run(sql, doing);
    await ctx.step('finalize.receipted');
    // The last moment at which a cancelled load can still be none.
    if (ctx.signal.aborted) throw fail('DPONE_CANCELLED', `${doing.what}: cancelled`);
    return counts;
  });
  await ctx.step('finalize.committed');
  return result;
}

/** Copies the target before anything of it changes; resolves with the receipt's detail, which names the copy. */
async function keepBackup(
  session: Session,
  { load, receipt }: LoadProgram,
  facts: TableFacts | null,
  doing: Doing,
): Promise<Json> {
  await dropOlderBackups(session, load.target, doing);
  if (facts !== null) for (const sql of copyToBackup(load, facts)) await session.run(sql, doing);
  const backup = facts === null ? null : await describeBackup(session, load, doing);
  return { ...(receipt.detail as object), backup };
}

/** Runs the statements and adds up what the server says each changed. */
async function applyStatements(
  session: Session,
  program: LoadProgram,
  statements: readonly Statement[],
  ctx: FinalizeContext,
): Promise<FinalizeResult> {
  const { target } = program.load;
  const doing: Doing = { what: `changing ${tableLabel(target)}`, code: 'DPONE_SINK_WRITE' };
  let [inserted, updated, deleted, removed] = [0, 0, 0, 0];
  for (const { sql, tally, why } of statements) {
    switch (tally) {
      case 'none':
        await session.run(sql, doing, ctx.signal);
        break;
      case 'counted':
        deleted += await session.count(sql, doing, ctx.signal);
        break;
      case 'refused':
        if ((await session.row(sql, doing, ctx.signal)) !== undefined)
          throw fail('DPONE_VALUE_OUT_OF_RANGE', `${doing.what}: ${why}`, {
            remedy: 'Make it an nvarchar column, or mend the texts at the source.',
          });
        break;
      case 'swapped':
        await session.run(sql, doing, ctx.signal);
        inserted += ctx.staged;
        break;
      default: {
        const changed = await session.change(sql, doing, ctx.signal);
        if (tally === 'inserted') inserted += changed;
        else if (tally === 'updated') updated += changed;
        else if (tally === 'deleted') deleted += changed;
        else if (tally === 'removed_half') removed = changed;
        else {
          updated += removed;
          inserted += changed - removed;
        }
      }
    }
  }
  const swapped = statements.some((s) => s.tally === 'swapped');
  const finalRows = swapped ? ctx.staged : await rowsIfFew(session, program, doing);
  return { inserted, updated, deleted, finalRows };
}

/** Up to this size a table is counted; to read a larger one would cost more than the change itself. */
const COUNTED_ROWS = 2_000_000;

async function rowsIfFew(session: Session, { load }: LoadProgram, doing: Doing): Promise<number | null> {
  const rough = await session.count(selectRoughRows(load.target), doing);
  return rough > COUNTED_ROWS ? null : session.count(`SELECT COUNT_BIG(*) AS n FROM ${tableName(load.target)}`, doing);
}
