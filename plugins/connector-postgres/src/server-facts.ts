import { fail } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { Session } from './session.js';

/** The oldest server that is read and written. */
const OLDEST = 130_000;

export interface ServerFacts {
  /** `150004` for 15.4. */
  readonly version: number;
  /** As the server says it: `15.4 (Debian 15.4-1)`. */
  readonly versionText: string;
  readonly standby: boolean;
  readonly database: string;
  readonly user: string;
}

/** What kind of server answers. Refuses one older than Postgres 13. */
export async function serverFacts(session: Session, doing: Doing): Promise<ServerFacts> {
  const row = await session.row(
    `SELECT current_setting('server_version_num') AS version, current_setting('server_version') AS text, ` +
      `pg_is_in_recovery() AS standby, current_database() AS database, current_user AS "user"`,
    doing,
  );
  const version = Number(row?.['version']);
  const versionText = String(row?.['text']);
  if (!(version >= OLDEST))
    throw fail('DPONE_CAPABILITY', `the server is Postgres ${versionText}; 13 is the oldest that is supported`, {
      remedy: 'Use a newer server.',
    });
  return {
    version,
    versionText,
    standby: row?.['standby'] === 't',
    database: String(row?.['database']),
    user: String(row?.['user']),
  };
}
