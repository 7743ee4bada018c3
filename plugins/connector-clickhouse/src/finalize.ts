import {
  fail,
  replacesAll,
  type FinalizeResult,
  type FinalizeStepName,
  type LoadProgram,
  type Logger,
  type TableRef,
} from '@dpone/sdk';
import { assertCluster, catchUp } from './cluster.js';
import { designFor, onCluster, type Design } from './design.js';
import type { Doing } from './errors.js';
import { createNext, rowStatements, schemaStatements, takePlace } from './finalize-sql.js';
import { insertIntent, publish, type Intent } from './intent.js';
import { assertFence, type LockPlace } from './lock.js';
import type { LoadTables, MetaNames } from './names.js';
import type { Session } from './session.js';
import { tableLabel, tableName, text } from './sql.js';
import { dropOnCluster } from './staging-sql.js';
import { PARTITION, type ProgramContext, type Statement } from './program-context.js';
import { Tallies } from './tallies.js';
import { isMergeTree, tableFacts, tablesLike, type TableFacts } from './table-facts.js';
import { lookAt, writtenBetween, type TableLook } from './table-look.js';

export interface FinalizeContext {
  readonly session: Session;
  readonly tables: LoadTables;
  readonly meta: MetaNames;
  readonly place: LockPlace;
  readonly design: Design;
  readonly replacing: boolean;
  readonly step: (name: FinalizeStepName) => Promise<void>;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

const NOTHING: TableLook = new Map();

const NO_UUID = '00000000-0000-0000-0000-000000000000';

/**
 * The load is made beside the target, out of the target's own parts; then an intent with receipt and state is written,
 * the new table takes the target's place at once, and receipt and state are published. Interrupted anywhere, what the
 * intent says and the tables show tells the next worker whether the load took effect.
 */
export async function finalizeLoad(program: LoadProgram, given: FinalizeContext): Promise<FinalizeResult> {
  const { load } = program;
  const { session, tables, meta } = given;
  const label = tableLabel(load.target);
  const doing: Doing = { what: `changing ${label}`, code: 'DPONE_SINK_WRITE' };
  await given.step('finalize.begun');
  const [, facts] = await Promise.all([assertFence(given.place, load.fence), tableFacts(session, load.target, doing)]);
  const design = designFor(given.design, facts);
  const ctx = { ...given, design };
  refuseOtherEngines(facts, label);
  await assertCluster(session, load.target, facts, design, doing);
  for (const sql of facts === null ? [] : catchUp(design, load.target)) await session.run(sql, doing);
  if (ctx.replacing && program.steps.some((s) => s.op === 'merge'))
    refuseKeeping(facts?.engine ?? ctx.design.engine, label);
  const [before] = await Promise.all([
    facts === null ? NOTHING : lookAt(session, load.target, doing),
    session.runAll(dropOnCluster(design, tables.next), doing),
  ]);
  const counts = await build(program, facts, ctx, doing);
  await ctx.step('finalize.changed');

  const atomic = facts !== null && facts.uuid !== NO_UUID;
  const nextUuid =
    (await tablesLike(session, tables.next.schema!, tables.next.name, doing)).get(tables.next.name) ?? NO_UUID;
  const how = facts === null ? 'create' : atomic ? 'exchange' : 'rename';
  const receipt = { ...program.receipt, target: label, ...counts };
  const intent: Intent = { receipt, state: program.state, how, nextUuid };
  await session.run(insertIntent(meta, load.loadId, label, intent), doing);
  await ctx.step('finalize.receipted');

  // A worker that is paused behind this line cannot take effect either: who takes over drops its new table first.
  const [, now] = await Promise.all([
    assertFence(ctx.place, load.fence),
    facts === null ? NOTHING : lookAt(session, load.target, doing),
  ]);
  if (writtenBetween(before, now)) throw written(label);
  for (const sql of takePlace(programContext(program, facts, ctx, false), atomic)) await session.run(sql, doing);
  const old = how === 'exchange' ? tables.next : tables.old;
  if (facts !== null && writtenBetween(before, await lookAt(session, old, doing))) {
    await putBack(program, how, ctx, doing);
    throw written(label);
  }
  for (const sql of publish(meta, intent)) await session.run(sql, doing);
  await ctx.step('finalize.committed');
  return counts;
}

const written = (label: string): Error =>
  fail(
    'DPONE_SOURCE_CHANGED',
    `${label} was written by somebody else while it was loaded; the target is as they left it`,
    {
      where: label,
      remedy: 'Run again when nobody else writes the table.',
    },
  );

function refuseOtherEngines(facts: TableFacts | null, label: string): void {
  if (facts === null || isMergeTree(facts)) return;
  throw fail('DPONE_CAPABILITY', `${label} is a ${facts.engine}: only tables of the MergeTree family are loaded`, {
    where: 'sink.table',
    remedy: 'Load the table behind it.',
  });
}

function refuseKeeping(engine: string, label: string): void {
  if (engine.includes('ReplacingMergeTree')) return;
  throw fail('DPONE_CAPABILITY', `${label} is a ${engine}, which keeps every row of a key`, {
    where: 'sink.options.merge',
    remedy: 'Leave options.merge out, or make the table a ReplacingMergeTree.',
  });
}

/** Somebody inserted in the moment between the last look and the exchange: what they wrote is in the old table. */
async function putBack(program: LoadProgram, how: Intent['how'], ctx: FinalizeContext, doing: Doing): Promise<void> {
  const { session, tables, design } = ctx;
  const [target, next, old] = [program.load.target, tables.next, tables.old].map(tableName);
  const on = onCluster(design);
  await session.run(
    how === 'exchange'
      ? `EXCHANGE TABLES ${next} AND ${target}${on}`
      : `RENAME TABLE ${target} TO ${next}, ${old} TO ${target}${on}`,
    doing,
  );
}

function programContext(
  program: LoadProgram,
  facts: TableFacts | null,
  ctx: Pick<FinalizeContext, 'tables' | 'design' | 'replacing'>,
  linked: boolean,
): ProgramContext {
  const { tables, design, replacing } = ctx;
  return { program, tables, work: tables.next, facts, linked, design, replacing };
}

/** Everything up to the exchange, for `dpone plan`. */
export function explainLoad(
  program: LoadProgram,
  facts: TableFacts | null,
  given: Pick<FinalizeContext, 'tables' | 'design' | 'replacing'>,
): string[] {
  const ctx = { ...given, design: designFor(given.design, facts) };
  const of = programContext(
    program,
    facts,
    ctx,
    program.changes.every((c) => c.kind === 'create_table'),
  );
  const statements = [
    ...(facts === null ? [] : catchUp(ctx.design, program.load.target)),
    ...[...createNext(of), ...schemaStatements(of), ...rowStatements(of)].map((s) => s.sql),
  ];
  const atomic = facts === null || facts.uuid !== NO_UUID;
  return [...statements, ...takePlace(of, atomic), ...dropOnCluster(ctx.design, tables(ctx, atomic))];
}

const tables = (ctx: Pick<FinalizeContext, 'tables'>, atomic: boolean): TableRef =>
  atomic ? ctx.tables.next : ctx.tables.old;

async function build(
  program: LoadProgram,
  facts: TableFacts | null,
  ctx: FinalizeContext,
  doing: Doing,
): Promise<FinalizeResult> {
  const { session, signal } = ctx;
  const countOf = (table: TableRef): Promise<number> =>
    session.count(`SELECT count() FROM ${tableName(table)}`, doing, signal);
  for (const statement of createNext(programContext(program, facts, ctx, false)))
    for (const sql of await expanded(statement, ctx, doing)) await session.run(sql, doing, { signal });
  const tally = new Tallies();
  const [before, linkedRows] = await Promise.all([
    facts === null ? 0 : countOf(program.load.target),
    facts === null || replacesAll(program.steps) ? 0 : countOf(ctx.tables.next),
  ]);
  if (replacesAll(program.steps)) tally.deleted = before;
  else if (linkedRows !== before) throw written(tableLabel(program.load.target));
  // The changes of the schema come first: what they make of the new table decides how staging gets into it.
  for (const { sql } of schemaStatements(programContext(program, facts, ctx, false)))
    await session.run(sql, doing, { signal });
  const linked = await sameStructure(session, ctx.tables.rows, ctx.tables.next, doing);
  const steps = rowStatements(programContext(program, facts, ctx, linked));
  let rows = linkedRows;
  for (const statement of steps) {
    const asked = await askedOf(statement, ctx, doing);
    for (const sql of await expanded(statement, ctx, doing)) await session.run(sql, doing, { signal });
    if (statement.tally === 'none') continue;
    const after = await countOf(ctx.tables.next);
    if (statement.tally === 'replaced') {
      const staged = await countOf(ctx.tables.rows);
      tally.inserted += staged;
      tally.deleted += rows + staged - after;
    } else tally.add(statement, Math.abs(after - rows), asked);
    rows = after;
  }
  return { inserted: tally.inserted, updated: tally.updated, deleted: tally.deleted, finalRows: rows };
}

/** What the query of a statement says that has one. */
async function askedOf({ tally }: Statement, { session, signal }: FinalizeContext, doing: Doing): Promise<number> {
  if (typeof tally !== 'object') return 0;
  const [query] = Object.values<string>(tally);
  return session.count(query!, doing, signal);
}

/** One statement a partition, where the statement is about one. */
async function expanded(statement: Statement, ctx: FinalizeContext, doing: Doing): Promise<string[]> {
  if (statement.partitionsOf === undefined) return [statement.sql];
  const { schema, name } = statement.partitionsOf;
  const rows = await ctx.session.rows(
    `SELECT DISTINCT partition_id FROM system.parts WHERE active AND rows > 0 AND database = ${text(schema!)} AND table = ${text(name)} ORDER BY 1`,
    doing,
  );
  return rows.map((row) => statement.sql.replace(PARTITION, () => text(String(row['partition_id']))));
}

/** Whether parts of one table can be linked into the other: the same columns and keys. */
async function sameStructure(session: Session, a: TableRef, b: TableRef, doing: Doing): Promise<boolean> {
  const shape = async (table: TableRef): Promise<string> => {
    const facts = await tableFacts(session, table, doing);
    if (facts === null) throw fail('DPONE_SINK_WRITE', `${tableLabel(table)} is gone`);
    const columns = facts.columns.map((c) => `${c.name} ${c.native?.type}`).toSorted();
    return JSON.stringify([columns, facts.sortingKey, facts.primaryKey, facts.partitionKey]);
  };
  const [one, other] = await Promise.all([shape(a), shape(b)]);
  return one === other;
}
