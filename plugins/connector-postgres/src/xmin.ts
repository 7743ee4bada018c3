import { fail, type Json, type ReadRequest } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { Session } from './session.js';
import type { Snapshot } from './snapshot.js';

/** The state of the cursor `xmin`. */
interface XminState {
  /** The oldest transaction that was still open at the last read: an xid8 as text. */
  readonly xmin: string;
  /** Which server counts these transactions; null where it does not say. */
  readonly system: string | null;
  /** It begins anew where a standby takes over, or a backup is restored. */
  readonly timeline: number | null;
  readonly database: string;
  readonly table: string;
  /** Its partitions and children then, and the table itself. */
  readonly parts: readonly string[];
}

export interface XminInput {
  readonly session: Session;
  readonly snapshot: Snapshot;
  readonly label: string;
  readonly table: string;
  readonly parts: readonly string[];
}

export interface XminCursor {
  /** Absent where everything is new. */
  readonly condition?: string;
  readonly state: Json;
}

/**
 * The versions of rows that transactions wrote which the last read did not see: every one since the oldest that was open
 * then, so what commits late comes too, and some rows come twice. Rows are told by how many transactions ago they were
 * written (`age`), so the counter's wrap-around does not matter while fewer than 2^31 lie between two reads; frozen rows
 * keep their number (https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-WRAPAROUND). A partition
 * that was attached since is read whole. Deleted rows are not seen.
 */
export async function xminCursor(
  input: XminInput,
  request: Pick<ReadRequest, 'state' | 'mayRepeat'>,
  doing: Doing,
): Promise<XminCursor> {
  if (request.mayRepeat !== true)
    throw fail('DPONE_OPTION_CONFLICT', 'the cursor xmin may read a row twice, and this load only adds rows', {
      where: 'source.options.incremental_strategy',
      remedy: 'Use incremental_merge with a unique_key, which matches rows by their key.',
    });
  const { snapshot, table, parts } = input;
  const now: XminState = { xmin: snapshot.xmin, ...(await origin(input.session, doing)), table, parts };
  const state = { ...now } as unknown as Json;
  if (request.state === null) return { state };
  const last = stateOf(request.state);
  assertGoesOn(last, now, snapshot, input.label);
  // The row's number has no epoch, and xid has none either: the lower 32 bits.
  const xid = BigInt.asUintN(32, BigInt(last.xmin));
  const known = last.parts.join(',');
  const recent = `age(xmin) <= age('${xid}'::xid)`;
  const attached = parts.some((part) => !last.parts.includes(part));
  return { condition: attached ? `(${recent} OR tableoid <> ALL ('{${known}}'::oid[]))` : recent, state };
}

/** Half of the counter's range, less what may be used up while the read begins. */
const FARTHEST = 2n ** 31n - 50_000_000n;

function assertGoesOn(last: XminState, now: XminState, snapshot: Snapshot, label: string): void {
  const anew = (why: string): Error =>
    fail('DPONE_SOURCE_CHANGED', `${label}: ${why}, so what is new since the last load cannot be told`, {
      where: label,
      remedy: 'Begin anew, the next load reads the whole table: dpone state reset <manifest> --yes.',
    });
  if (last.system !== now.system || last.database !== now.database) throw anew('this is another server or database');
  if (last.timeline !== null && now.timeline !== null && last.timeline !== now.timeline)
    throw anew('the server was restored, or a standby has taken over');
  if (last.table !== now.table) throw anew('this is another table under the same name');
  if (BigInt(snapshot.xmax) < BigInt(last.xmin))
    throw anew('the server is behind what was read before: a standby that lags, or a restored copy');
  if (BigInt(snapshot.xmax) - BigInt(last.xmin) > FARTHEST)
    throw anew('more than two thousand million transactions lie between');
}

function stateOf(state: Json): XminState {
  const { xmin, parts } = state as unknown as Partial<XminState>;
  const ids = Array.isArray(parts) && parts.every((part) => /^\d+$/.test(String(part)));
  if (typeof xmin === 'string' && /^\d+$/.test(xmin) && ids) return state as unknown as XminState;
  throw fail('DPONE_INPUT_INVALID', 'the stored state is none of the cursor xmin', {
    remedy: 'Begin anew: dpone state reset <manifest> --yes.',
  });
}

/**
 * Who counts the transactions. A user may be kept from asking, which is said by null: then a restored copy is not told
 * from the original.
 */
async function origin(session: Session, doing: Doing): Promise<Pick<XminState, 'system' | 'timeline' | 'database'>> {
  const may = await session.row(
    `SELECT has_function_privilege('pg_control_system()', 'EXECUTE') AS system, ` +
      `has_function_privilege('pg_control_checkpoint()', 'EXECUTE') AS checkpoint, pg_is_in_recovery() AS standby, ` +
      `(SELECT oid FROM pg_database WHERE datname = current_database()) AS database`,
    doing,
  );
  const system =
    may?.['system'] === 't' ? await one(session, 'system_identifier FROM pg_control_system()', doing) : null;
  // A standby's last checkpoint has the timeline that it follows; a primary's may be of before its promotion.
  const hex = `('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int`;
  const timeline =
    may?.['standby'] !== 't'
      ? await one(session, hex, doing)
      : may['checkpoint'] === 't'
        ? await one(session, 'timeline_id FROM pg_control_checkpoint()', doing)
        : null;
  return { system, timeline: timeline === null ? null : Number(timeline), database: may!['database']! };
}

async function one(session: Session, what: string, doing: Doing): Promise<string | null> {
  const row = await session.row(`SELECT ${what}`, doing);
  return Object.values(row ?? {})[0] ?? null;
}
