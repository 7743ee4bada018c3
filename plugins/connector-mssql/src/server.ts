import type { Connection } from 'tedious';
import { fail } from '@dpone/sdk';
import { makePool, type Pool } from './connection/pool.js';
import type { MssqlConnection } from './connection/settings.js';
import { mssqlError, type Doing } from './errors.js';
import type { Timeouts } from './options.js';
import { Session } from './session.js';

/** The connections of one source or sink: opened when asked for, used again when given back, all closed at the end. */
export interface Server {
  /** A session that nobody else uses until it is closed; `signal` ends the wait for a connection. */
  session(signal?: AbortSignal): Promise<Session>;
  close(): Promise<void>;
}

const connecting: Doing = { what: 'connecting', code: 'DPONE_CONNECTION_FAILED' };

/** Connects to nothing yet. */
export function openServer(connection: MssqlConnection, timeouts: Timeouts): Server {
  const used = new Set<Connection>();
  const prepared = new WeakSet<Connection>();
  let pool: Promise<Pool> | undefined;

  const open = async (): Promise<Pool> => {
    const made = await makePool(connection, timeouts);
    await made.connect();
    return made;
  };

  const connected = (): Promise<Pool> => {
    pool ??= open().catch((error: unknown) => {
      pool = undefined;
      throw error;
    });
    return pool;
  };

  async function acquire(): Promise<Session> {
    const from = await connected();
    const client = await from.acquire({});
    used.add(client);
    const session = new Session(client, (given, reusable) => {
      used.delete(given);
      if (!reusable) given.close();
      from.release(given);
    });
    if (!prepared.has(client)) {
      await session.run(sessionSettings(timeouts), connecting);
      prepared.add(client);
    }
    return session;
  }

  return {
    session: async (signal) => {
      if (signal?.aborted === true) throw fail('DPONE_CANCELLED', 'connecting: cancelled');
      const pending = acquire();
      try {
        return await (signal === undefined ? pending : unlessAborted(pending, signal));
      } catch (error) {
        throw mssqlError(error, connecting);
      }
    },
    close: async () => {
      const opened = await pool?.catch(() => undefined);
      for (const client of used) {
        client.close();
        opened?.release(client);
      }
      used.clear();
      await opened?.close();
    },
  };
}

/** The driver's pool knows no signal: who waits goes, and what arrives later is given back. */
function unlessAborted(pending: Promise<Session>, signal: AbortSignal): Promise<Session> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(fail('DPONE_CANCELLED', 'connecting: cancelled'));
      pending.then((session) => session.close()).catch(() => undefined);
    };
    signal.addEventListener('abort', abort, { once: true });
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/**
 * Any error ends the transaction as a whole (https://learn.microsoft.com/sql/t-sql/statements/set-xact-abort-transact-sql);
 * statements are counted; what waits for a lock does not wait for ever.
 */
export const sessionSettings = ({ lock_timeout_ms: lock }: Pick<Timeouts, 'lock_timeout_ms'>): string =>
  `SET XACT_ABORT ON; SET NOCOUNT OFF; SET LOCK_TIMEOUT ${lock === 0 ? -1 : lock}`;
