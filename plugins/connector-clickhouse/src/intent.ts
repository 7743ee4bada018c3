import type { FinalizeResult, LoadProgram, Receipt, TableRef } from '@dpone/sdk';
import type { Doing } from './errors.js';
import { insertReceipt, insertState } from './meta-sql.js';
import type { LoadTables, MetaNames } from './names.js';
import type { Session } from './session.js';
import { tableName, text } from './sql.js';
import { tablesLike } from './table-facts.js';

/** What finalize is about to do, written before it does it: with it any worker can finish the load or see that it never was. */
export interface Intent {
  readonly receipt: LoadProgram['receipt'] & FinalizeResult;
  readonly state: LoadProgram['state'];
  /** How the new table takes the target's place. */
  readonly how: 'exchange' | 'rename' | 'create';
  /** By which the new table is known, wherever its name went. */
  readonly nextUuid: string;
}

export const insertIntent = (names: MetaNames, loadId: string, label: string, intent: Intent): string =>
  `INSERT INTO ${names.intents} (load_id, target, intent) SELECT ${text(loadId)}, ${text(label)}, ${text(JSON.stringify(intent))}`;

export async function readIntent(
  session: Session,
  names: MetaNames,
  loadId: string,
  doing: Doing,
): Promise<Intent | null> {
  const [row] = await session.rows(
    `SELECT intent FROM ${names.intents} WHERE load_id = ${text(loadId)} ORDER BY at DESC LIMIT 1`,
    doing,
    { settings: { select_sequential_consistency: 1 } },
  );
  return row === undefined ? null : (JSON.parse(String(row['intent'])) as Intent);
}

/** How far a load got that was interrupted while its table took the target's place. */
export type Progress = 'not begun' | 'half' | 'done';

/** By the tables that are there. A rename is two steps where the database's engine does not make one of them. */
export async function progressOf(
  session: Session,
  intent: Intent,
  target: TableRef,
  tables: LoadTables,
  doing: Doing,
): Promise<Progress> {
  const named = async (table: TableRef): Promise<string | undefined> =>
    (await tablesLike(session, table.schema!, table.name, doing)).get(table.name);
  const [now, next, old] = await Promise.all([named(target), named(tables.next), named(tables.old)]);
  if (intent.how === 'exchange') return now === intent.nextUuid ? 'done' : 'not begun';
  if (intent.how === 'create') return now !== undefined && next === undefined ? 'done' : 'not begun';
  if (next === undefined && now !== undefined && old !== undefined) return 'done';
  return now === undefined && old !== undefined && next !== undefined ? 'half' : 'not begun';
}

/** The second step of a rename that was interrupted between the two. */
export const finishRename = (target: TableRef, tables: LoadTables, on: string): string =>
  `RENAME TABLE ${tableName(tables.next)} TO ${tableName(target)}${on}`;

/** State and receipt, in this order: a receipt says that everything is done. */
export const publish = (names: MetaNames, intent: Intent): string[] => {
  const receipt: Omit<Receipt, 'committedAt'> = intent.receipt;
  return [
    ...(intent.state === null
      ? []
      : [insertState(names, intent.state.key, intent.state.state, receipt.loadId, receipt.fence)]),
    insertReceipt(names, receipt),
  ];
};
