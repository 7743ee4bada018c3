import { fail, type SourceRead } from '@dpone/sdk';
import { findColumn } from '@dpone/sdk/connector';
import { serverFacts } from '../server-facts.js';
import type { Session } from '../session.js';
import { tableName } from '../sql.js';
import { eventColumns, isCdcColumn } from './cdc-columns.js';
import type { CdcRequest, CdcSource } from './cdc-source.js';
import { BEGIN_ANEW, cdcStateOf, type CdcState } from './cdc-state.js';
import { cdcTable, type CdcTable } from './cdc-table.js';
import { changesRead } from './changes-read.js';
import { firstRead } from './first-read.js';
import { parseLsn } from './lsn.js';
import { assertMayPublish, findPublication } from './publication.js';
import { assertSamePublication } from './publication-mark.js';
import { assertLogReadable, presentEnd } from './server-ready.js';
import { slotFamily } from './slot-name.js';
import { assertSlotGoesOn, freeSlotName } from './slots.js';

/**
 * Opens one bounded read of a table's changes: at first the whole table as it is at one place in the log, then what
 * committed since. Nothing is made or confirmed before the data is asked for, so that a plan leaves no trace.
 */
export async function openCdcRead(session: Session, request: CdcRequest, source: CdcSource): Promise<SourceRead> {
  const { doing, label, table, signal, names } = source;
  if (request.where !== undefined)
    throw fail(
      'DPONE_OPTION_CONFLICT',
      'the cursor cdc reads every change: custom_predicate cannot be applied to a log',
      {
        where: 'source.options.custom_predicate',
        remedy: 'Remove it, and choose rows where the events are used.',
      },
    );
  await assertLogReadable(session, doing);
  const state = request.state === null ? undefined : cdcStateOf(request.state);
  // The end first: a form of the table that is in the log before it is then known to the catalog as well.
  const upper = await presentEnd(session, doing);
  const facts = await describe(session, source);
  if (state !== undefined) assertGoesOn(state, facts, upper, source);
  const all = eventColumns(facts.columns, label);
  const columns = request.columns?.map((name) => findColumn(all, name, `column ${name}`)) ?? all;
  const { version } = await serverFacts(session, doing);
  const read = columns.filter((c) => !isCdcColumn(c.name)).map((c) => c.name);
  const name = state?.publication ?? names.publication;
  const published = await findPublication(session, { name, table, facts, version, read }, doing);
  const logged = facts.attributes.filter((a) => a.generated || (published?.columns?.includes(a.name) ?? true));
  if (state === undefined) {
    if (published === undefined) await assertMayPublish(session, name, table, facts, doing);
    await freeSlotName(session, names, doing);
    return firstRead({ source, session, facts, columns, logged, published: published !== undefined, version });
  }
  if (published === undefined)
    throw fail('DPONE_SOURCE_READ', `${doing.what}: the publication ${name} is gone`, {
      where: `publication ${name}`,
      remedy: BEGIN_ANEW,
    });
  await assertSamePublication(session, { state, version }, doing);
  await assertSlotGoesOn(session, state, doing, signal);
  return changesRead({
    source,
    session,
    facts: { ...facts, attributes: logged },
    columns,
    state,
    upper: parseLsn(upper),
  });
}

/** Locked, so that who changes the table's form is either done or has not begun. */
async function describe(session: Session, { table, doing, signal }: CdcSource): Promise<CdcTable> {
  await cdcTable(session, table, doing);
  return session.transaction(doing, async () => {
    await session.run(`LOCK TABLE ${tableName(table)} IN ACCESS SHARE MODE`, doing, signal);
    return cdcTable(session, table, doing);
  });
}

function assertGoesOn(state: CdcState, facts: CdcTable, upper: string, { names, label }: CdcSource): void {
  const anew = (why: string): Error =>
    fail('DPONE_SOURCE_READ', `${label}: ${why}, so what changed since the last load cannot be told`, {
      where: label,
      remedy: BEGIN_ANEW,
    });
  if (state.table !== facts.oid) throw anew('this is another table under the same name');
  if (parseLsn(upper) < parseLsn(state.lsn)) throw anew('the server is behind what was read before: a restored copy');
  const other = (option: string, was: string): Error =>
    fail('DPONE_OPTION_CONFLICT', `the state goes on with the ${option} ${was}, the manifest names another`, {
      where: `source.options.${option}`,
      remedy: `Name the former one again. ${BEGIN_ANEW}`,
    });
  if (!slotFamily(names).includes(state.slot)) throw other('slot', state.slot);
  if (state.publication !== names.publication) throw other('publication', state.publication);
}
