import { fail } from '@dpone/sdk';
import type { Doing } from '../errors.js';
import type { Row, Session } from '../session.js';
import { textLiteral } from '../sql.js';
import { BEGIN_ANEW, type CdcState } from './cdc-state.js';
import { parseLsn } from './lsn.js';
import { OWN_PREFIX, slotFamily, type CdcNames } from './slot-name.js';

/** A replication slot as the server shows it: https://www.postgresql.org/docs/current/view-pg-replication-slots.html */
export interface Slot {
  readonly name: string;
  /** Of this database, and for pgoutput. */
  readonly fits: boolean;
  /** The process on the server that reads from it; undefined where nobody does. */
  readonly reader: string | undefined;
  /** The server has removed log that the slot needs. */
  readonly lost: boolean;
  readonly walStatus: string | undefined;
  readonly confirmed: string | undefined;
  /** Bytes of log that are kept for it. */
  readonly keeps: number | undefined;
}

export async function findSlots(session: Session, names: readonly string[], doing: Doing): Promise<Slot[]> {
  const rows = await session.rows(
    `SELECT slot_name, coalesce(database = current_database() AND plugin = 'pgoutput' AND NOT temporary, false) AS fits, ` +
      `CASE WHEN active THEN active_pid END AS reader, wal_status, confirmed_flush_lsn, ` +
      `CASE WHEN NOT pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) END AS keeps ` +
      `FROM pg_replication_slots WHERE slot_name IN (${names.map(textLiteral).join(', ')}) ORDER BY slot_name`,
    doing,
  );
  return rows.map(slotOf);
}

const slotOf = (row: Row): Slot => ({
  name: row['slot_name']!,
  fits: row['fits'] === 't',
  reader: row['reader'] ?? undefined,
  lost: row['wal_status'] === 'lost',
  walStatus: row['wal_status'] ?? undefined,
  confirmed: row['confirmed_flush_lsn'] ?? undefined,
  keeps: row['keeps'] === null || row['keeps'] === undefined ? undefined : Number(row['keeps']),
});

/** How long a slot may still be held by a connection that was cut off, in milliseconds. */
const RELEASE_MS = 5000;
const POLL_MS = 200;

/** The slot of the state, free for us and with all the log since. Throws with what to do where it is not. */
export async function assertSlotGoesOn(
  session: Session,
  state: CdcState,
  doing: Doing,
  signal: AbortSignal,
): Promise<void> {
  const anew = (why: string): Error =>
    fail('DPONE_SOURCE_READ', `${doing.what}: ${why}`, { where: `slot ${state.slot}`, remedy: BEGIN_ANEW });
  for (const end = Date.now() + RELEASE_MS; ;) {
    const [slot] = await findSlots(session, [state.slot], doing);
    if (slot === undefined)
      throw anew(`the replication slot ${state.slot} is gone (dropped, a restored copy, or another server)`);
    if (!slot.fits) throw anew(`the replication slot ${state.slot} is of another database or for another plugin`);
    if (slot.lost) throw anew(`the server has removed log that the slot ${state.slot} needed (max_slot_wal_keep_size)`);
    if (slot.confirmed !== undefined && parseLsn(slot.confirmed) > parseLsn(state.lsn))
      throw anew(`the slot is at ${slot.confirmed}, past ${state.lsn} of the state: somebody else has read from it`);
    if (slot.reader === undefined) return;
    signal.throwIfAborted();
    if (Date.now() > end)
      throw fail(
        'DPONE_SOURCE_READ',
        `${doing.what}: the slot ${state.slot} is read by another process (pid ${slot.reader} on the server)`,
        {
          where: `slot ${state.slot}`,
          remedy: `Let the other one end, or give this process its own source.options.slot; a dead one: SELECT pg_terminate_backend(${slot.reader});`,
        },
      );
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** The first free name for a new slot: an older one stays as it is until the new load has committed. */
export async function freeSlotName(session: Session, names: CdcNames, doing: Doing): Promise<string> {
  const family = slotFamily(names);
  const taken = await findSlots(session, family, doing);
  if (taken.length > 0 && !names.slot.startsWith(OWN_PREFIX))
    throw fail('DPONE_SOURCE_READ', `${doing.what}: there is a replication slot ${taken[0]!.name} already`, {
      where: 'source.options.slot',
      remedy: `Where nobody needs it: SELECT pg_drop_replication_slot('${taken[0]!.name}'); (dpone drops slots named ${OWN_PREFIX}... by itself.)`,
    });
  const free = family.find((name) => !taken.some((slot) => slot.name === name));
  if (free !== undefined) return free;
  throw fail('DPONE_SOURCE_READ', `${doing.what}: the slots ${names.slot} to ${family.at(-1)} are all there`, {
    where: 'source.options.slot',
    remedy: 'Drop those that nobody uses: SELECT pg_drop_replication_slot(...), see pg_replication_slots.',
  });
}

/** Drops what earlier loads of the process left: unused slots of its names for pgoutput in this database. */
export async function dropOldSlots(session: Session, names: CdcNames, kept: string, doing: Doing): Promise<void> {
  if (!names.slot.startsWith(OWN_PREFIX)) return;
  for (const slot of await findSlots(session, slotFamily(names), doing))
    if (slot.name !== kept && slot.fits && slot.reader === undefined) await dropSlot(session, slot.name, doing);
}

export async function dropSlot(session: Session, name: string, doing: Doing): Promise<void> {
  await session.run(
    `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = ${textLiteral(name)}`,
    doing,
  );
}
