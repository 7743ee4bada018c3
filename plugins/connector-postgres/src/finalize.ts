import {
  fail,
  swaps,
  type FinalizeResult,
  type FinalizeStepName,
  type Json,
  type LoadProgram,
  type StagingSpec,
} from '@dpone/sdk';
import { copyToBackup } from './backup-sql.js';
import type { Doing } from './errors.js';
import { programStatements } from './finalize-sql.js';
import { frameworkStatements } from './framework-sql.js';
import { lockLost } from './lock.js';
import { assertFence, insertReceipt, upsertState } from './meta-sql.js';
import type { MetaNames } from './names.js';
import { ownPartitions } from './own-partitions.js';
import type { ProgramContext, Statement } from './program-context.js';
import { describeBackup, dropOlderBackups } from './rollback.js';
import { renameColumns } from './rename-columns.js';
import type { Session } from './session.js';
import { tableLabel, tableName, textLiteral } from './sql.js';
import { holdDefinition, stagingColumnsInTargetOrder } from './swap.js';
import { tableFacts, type TableFacts } from './target.js';

export interface FinalizeContext extends Omit<ProgramContext, 'facts' | 'partitions'> {
  readonly meta: MetaNames;
  readonly spec: StagingSpec;
  /** Rows in staging, as the server counted them. */
  readonly staged: number;
  /** Counts a table's rows on a connection of its own. */
  readonly count: (table: string) => Promise<number>;
  readonly now: () => Date;
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
    const held = await session.run(assertFence(ctx.meta, label, load.fence, load.loadId), doing);
    if (held !== 1) throw lockLost(label, load.fence);
    const before = await heldFacts(session, program, doing);
    const detail = ctx.keepBackup ? await keepBackup(session, program, before, doing) : program.receipt.detail;
    const facts = await renameColumns(session, program, before, doing);
    const now = ctx.now().toISOString();
    const spec = facts === null ? ctx.spec : inTargetOrder(facts, ctx.spec);
    await session.script(frameworkStatements(ctx.names, load, spec, ctx.typeOf, now), doing, ctx.signal);
    const partitions = await ownPartitions(session, program, facts, ctx.names, doing);
    const statements = programStatements(program, { ...ctx, facts, partitions });
    const counts = await applyStatements(session, program, statements, ctx);
    await ctx.step('finalize.changed');
    await session.run(insertReceipt(ctx.meta, { ...program.receipt, target: label, detail }, counts, now), doing);
    if (program.state !== null) await session.run(upsertState(ctx.meta, program.state, load.loadId, now), doing);
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
  if (facts !== null) await session.script(copyToBackup(load), doing);
  const backup = facts === null ? null : await describeBackup(session, load, doing);
  return { ...(receipt.detail as object), backup };
}

/** What the table is, held so until the end where staging takes its place: what changes meanwhile would be lost. */
async function heldFacts(session: Session, { load, steps }: LoadProgram, doing: Doing): Promise<TableFacts | null> {
  const plainTable = `SELECT FROM pg_class WHERE oid = to_regclass(${textLiteral(tableName(load.target))}) AND relkind = 'r'`;
  if (swaps(steps) && (await session.row(plainTable, doing)) !== undefined)
    await session.run(holdDefinition(load.target), doing);
  return tableFacts(session, load.target, doing);
}

const inTargetOrder = (facts: TableFacts, spec: StagingSpec): StagingSpec => ({
  ...spec,
  columns: stagingColumnsInTargetOrder(facts, spec.columns),
});

/** Runs the statements and adds up what the server says each changed. */
async function applyStatements(
  session: Session,
  program: LoadProgram,
  statements: readonly Statement[],
  ctx: FinalizeContext,
): Promise<FinalizeResult> {
  const { target } = program.load;
  const doing: Doing = { what: `changing ${tableLabel(target)}`, code: 'DPONE_SINK_WRITE' };
  const table = tableName(target);
  const swapped = statements.some((s) => s.tally === 'swapped');
  const truncated = statements.some((s) => s.tally === 'truncated');
  let before = truncated ? await rowsOf(session, table, doing) : 0;
  // Keys and indexes are built meanwhile, each by one core for most of its time.
  const counting = statements.some((s) => s.tally === 'locked') ? ctx.count(table) : undefined;
  counting?.catch(() => undefined);
  let [inserted, updated, deleted, removed] = [0, 0, 0, 0];
  for (const { sql, tally, rows } of statements) {
    if (tally === 'locked') before = (await counting) ?? 0;
    const tracks = tally === 'merged' && (await tracksCounts(session, doing));
    const counterBefore = tally !== 'merged' ? 0 : await (tracks ? updatesOf : rowsOf)(session, table, doing);
    if (tally === 'told') {
      const told = (await session.row(sql, doing, ctx.signal))!;
      inserted += Number(told['inserted']);
      updated += Number(told['updated']);
      deleted += Number(told['deleted']);
      continue;
    }
    const said = await session.run(sql, doing, ctx.signal);
    const changed = rows ?? said;
    switch (tally) {
      case 'inserted':
        inserted += changed;
        break;
      case 'updated':
        updated += changed;
        break;
      case 'deleted':
        deleted += changed;
        break;
      case 'removed_half':
        removed = changed;
        break;
      case 'added_half':
        updated += removed;
        inserted += changed - removed;
        break;
      case 'succeeded':
        updated += changed;
        inserted += changed;
        break;
      case 'merged': {
        const updates = tracks
          ? (await updatesOf(session, table, doing)) - counterBefore
          : changed - ((await rowsOf(session, table, doing)) - counterBefore);
        updated += updates;
        inserted += changed - updates;
        break;
      }
      case 'truncated':
        deleted += before;
        break;
      case 'swapped':
        deleted += before;
        inserted += ctx.staged;
        break;
      case 'locked':
      case 'none':
    }
  }
  const finalRows = swapped ? ctx.staged : await rowsIfFew(session, table, doing);
  return { inserted, updated, deleted, finalRows };
}

const rowsOf = async (session: Session, table: string, doing: Doing): Promise<number> =>
  (await session.row(`SELECT to_regclass(${textLiteral(table)}) AS it`, doing))?.['it'] === null
    ? 0
    : session.count(`SELECT count(*) FROM ${table}`, doing);

/** Up to this size a table is counted; to read a larger one would cost more than the change itself. */
const COUNTED_BYTES = 64 * 2 ** 20;

async function rowsIfFew(session: Session, table: string, doing: Doing): Promise<number | null> {
  // A table that has partitions has no bytes of its own; of any other there is no tree.
  const bytes = await session.count(
    `SELECT coalesce((SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree(it)), pg_relation_size(it)) FROM to_regclass(${textLiteral(table)}) AS it`,
    doing,
  );
  return bytes > COUNTED_BYTES ? null : rowsOf(session, table, doing);
}

/** Whether the server counts what a transaction changes (`track_counts`, on by default, a superuser's setting). */
const tracksCounts = async (session: Session, doing: Doing): Promise<boolean> =>
  (await session.row("SELECT current_setting('track_counts') AS it", doing))?.['it'] === 'on';

/** Rows of the table that were updated, by the counter of this transaction; only its growth means something. */
const updatesOf = (session: Session, table: string, doing: Doing): Promise<number> =>
  session.count(`SELECT pg_stat_get_xact_tuples_updated(${textLiteral(table)}::regclass)`, doing);
