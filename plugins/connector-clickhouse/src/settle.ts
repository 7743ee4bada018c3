import type { TableRef } from '@dpone/sdk';
import { onCluster, type Design } from './design.js';
import type { Doing } from './errors.js';
import { finishRename, progressOf, publish, readIntent } from './intent.js';
import type { LoadTables, MetaNames } from './names.js';
import type { Session } from './session.js';
import { tableLabel, text } from './sql.js';
import { dropOnCluster } from './staging-sql.js';
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

/** Whether dpone has made a table of its own beside the target. */
export async function hasTable(session: Session, target: TableRef, name: string): Promise<boolean> {
  const label = tableLabel({ ...target, name });
  if (session.seen.has(label)) return true;
  const found = await tablesLike(session, target.schema!, name, doingOf(target));
  if (found.has(name)) session.seen.add(label);
  return found.has(name);
}

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

/** Tables of a load that are there; of a cluster all of them, because another host may have what this one lacks. */
async function leftOf(session: Session, own: LoadTables, design: Design, doing: Doing): Promise<TableRef[]> {
  const all = Object.values(own) as readonly TableRef[];
  if (design.cluster !== undefined) return [...all];
  const schemas = [...new Set(all.map((table) => table.schema!))];
  const there = await Promise.all(schemas.map((schema) => tablesLike(session, schema, own.rows.name, doing)));
  return all.filter((table) => there[schemas.indexOf(table.schema!)]!.has(table.name));
}

/** Removes what a load has left; its intent last, by which the rest is found. */
export async function clearLoad({ session, target, meta, design, tables }: SettlePlace, loadId: string): Promise<void> {
  const doing = doingOf(target);
  const own = tables(loadId);
  await session.runAll(dropOnCluster(design, ...(await leftOf(session, own, design, doing))), doing);
  if (!(await hasTable(session, target, '__dpone__intents'))) return;
  const mine = `load_id = ${text(loadId)}`;
  if ((await session.count(`SELECT count() FROM ${meta.intents} WHERE ${mine}`, doing)) > 0)
    await session.run(`DELETE FROM ${meta.intents} WHERE ${mine}`, doing);
}
