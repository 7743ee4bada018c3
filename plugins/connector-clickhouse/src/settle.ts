import type { TableRef } from '@dpone/sdk';
import { onCluster, type Design } from './design.js';
import type { Doing } from './errors.js';
import { finishRename, progressOf, publish, readIntent } from './intent.js';
import { dropMade } from './made-sql.js';
import type { LoadTables, MetaNames } from './names.js';
import type { Session } from './session.js';
import { tableLabel, text } from './sql.js';
import { dropOnCluster, dropStaging } from './staging-sql.js';
import { tablesLike } from './table-facts.js';

/** A target, as what settles its loads sees it. */
export interface SettlePlace {
  readonly session: Session;
  readonly target: TableRef;
  readonly meta: MetaNames;
  readonly design: Design;
  readonly tables: (loadId: string) => LoadTables;
}

const doingOf = (target: TableRef): Doing => ({ what: tableLabel(target), code: 'DPONE_SINK_WRITE' });

export const hasTable = async (session: Session, target: TableRef, name: string): Promise<boolean> =>
  (await tablesLike(session, target.schema!, name, doingOf(target))).has(name);

/** Finishes a load whose table is in the target's place; false where it is not, or where the load has no intent. */
export async function settleLoad(
  { session, target, meta, design, tables }: SettlePlace,
  loadId: string,
): Promise<boolean> {
  const doing = doingOf(target);
  if (!(await hasTable(session, target, '__dpone__intents'))) return false;
  const intent = await readIntent(session, meta, loadId, doing);
  if (intent === null) return false;
  const progress = await progressOf(session, intent, target, tables(loadId), doing);
  if (progress === 'not begun') return false;
  if (progress === 'half') await session.run(finishRename(target, tables(loadId), onCluster(design)), doing);
  for (const sql of publish(meta, intent)) await session.run(sql, doing);
  return true;
}

/** Removes what a load has left; its intent last, by which the rest is found. */
export async function clearLoad({ session, target, meta, design, tables }: SettlePlace, loadId: string): Promise<void> {
  const doing = doingOf(target);
  const own = tables(loadId);
  for (const sql of [
    ...dropOnCluster(design, own.next, own.old),
    ...dropMade(own, design),
    ...dropStaging(own, design),
  ])
    await session.run(sql, doing);
  if (!(await hasTable(session, target, '__dpone__intents'))) return;
  const mine = `load_id = ${text(loadId)}`;
  if ((await session.count(`SELECT count() FROM ${meta.intents} WHERE ${mine}`, doing)) > 0)
    await session.run(`DELETE FROM ${meta.intents} WHERE ${mine}`, doing);
}
