import { fail, type StateRecord } from '@dpone/sdk';
import { toState } from '@dpone/sdk/connector';
import type { Doing } from './errors.js';
import { compareAndSetState, createSchema, createStateTable, META_LOCK, selectStates } from './meta-sql.js';
import type { Session } from './session.js';
import { textLiteral } from './sql.js';

/** A table of states: of a target, or of a store. */
export interface StateTable {
  readonly schema: string;
  /** Quoted, with its schema. */
  readonly table: string;
}

const isThere = async (session: Session, { table }: StateTable, doing: Doing): Promise<boolean> =>
  (await session.row(`SELECT to_regclass(${textLiteral(table)}) AS it`, doing))?.['it'] !== null;

/** Records whose key fits the condition, by key; none where the table is not there yet. */
export async function readStates(
  session: Session,
  of: StateTable,
  where: string,
  doing: Doing,
): Promise<StateRecord[]> {
  if (!(await isThere(session, of, doing))) return [];
  return (await session.rows(selectStates({ state: of.table }, where), doing)).map(toState);
}

export async function removeState(session: Session, of: StateTable, key: string, doing: Doing): Promise<void> {
  if (await isThere(session, of, doing))
    await session.run(`DELETE FROM ${of.table} WHERE key = ${textLiteral(key)}`, doing);
}

/** Writes a record where the stored one is still of the load `expected`; DPONE_FENCED where it is not. */
export async function putState(
  session: Session,
  of: StateTable,
  record: Pick<StateRecord, 'key' | 'state' | 'loadId'>,
  expected: string | null,
  at: { readonly now: string; readonly doing: Doing },
): Promise<void> {
  const { now, doing } = at;
  if (!(await isThere(session, of, doing)))
    // Two first writers at once would both see no table: the second waits here until the first has committed.
    await session.script([META_LOCK, createSchema(of.schema), createStateTable(of.table)], doing);
  if ((await session.run(compareAndSetState(of.table, record, expected, now), doing)) === 1) return;
  const [stored] = await readStates(session, of, `key = ${textLiteral(record.key)}`, doing);
  throw fail('DPONE_FENCED', `the state of ${record.key} was written by load ${stored?.loadId ?? '(none)'} meanwhile`);
}
