import { fail, quoteIdent } from '@dpone/sdk';
import type { Doing } from '../errors.js';
import { serverFacts } from '../server-facts.js';
import type { Session } from '../session.js';

/** What a server and a user must be for their log to be read. Refuses each with what to do. */
export async function assertLogReadable(session: Session, doing: Doing): Promise<void> {
  const { standby, user } = await serverFacts(session, doing);
  const refuse = (what: string, remedy: string): Error =>
    fail('DPONE_CAPABILITY', `${doing.what}: ${what}`, { remedy });
  if (standby)
    throw refuse('the server is a standby', 'The cursor cdc reads the primary: target_session_attrs=read-write.');
  const row = await session.row(
    // A role of a hosted Postgres that stands for the attribute.
    `SELECT current_setting('wal_level') AS level, rolreplication OR rolsuper OR EXISTS (` +
      `SELECT FROM pg_roles AS hosted WHERE hosted.rolname = 'rds_replication' AND pg_has_role(hosted.oid, 'USAGE')) AS may ` +
      `FROM pg_roles WHERE rolname = current_user`,
    doing,
  );
  if (row?.['level'] !== 'logical')
    throw refuse(
      `wal_level of the server is ${row?.['level']}, and its log holds changes of rows with logical only`,
      'ALTER SYSTEM SET wal_level = logical; then restart the server.',
    );
  if (row['may'] !== 't')
    throw fail('DPONE_PRIVILEGE_MISSING', `${doing.what}: ${user} may not read the log`, {
      remedy: `ALTER ROLE ${quoteIdent(user)} REPLICATION; (Amazon RDS: GRANT rds_replication TO ${quoteIdent(user)};)`,
    });
}

/** How often a server must hear from who reads its log, in milliseconds: at a quarter of what it allows, 10 s at most. */
export async function statusInterval(session: Session, doing: Doing): Promise<number> {
  const row = await session.row(`SELECT setting FROM pg_settings WHERE name = 'wal_sender_timeout'`, doing);
  const timeout = Number(row?.['setting'] ?? 0);
  return timeout === 0 ? 10_000 : Math.max(100, Math.min(10_000, timeout / 4));
}

/** Up to where the log is to be read: behind everything that has committed by now. */
export async function presentEnd(session: Session, doing: Doing): Promise<string> {
  const row = await session.row(
    'SELECT pg_current_wal_insert_lsn() AS inserted, pg_current_wal_flush_lsn() AS flushed',
    doing,
  );
  // What somebody has written and not committed may lie unflushed for long on a quiet server, and the log is read as far
  // as it is flushed: a commit of our own has all before it flushed.
  if (row?.['inserted'] !== row?.['flushed']) await session.run('SELECT txid_current()', doing);
  return row!['inserted']!;
}
