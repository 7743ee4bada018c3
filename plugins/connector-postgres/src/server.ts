import type { Socket } from 'node:net';
import { connectPostgres } from './connection/connect.js';
import type { PostgresConnection } from './connection/settings.js';
import type { Timeouts } from './options.js';
import { Session } from './session.js';

/** The connections of one source or sink: opened when asked for, used again when given back, all closed at the end. */
export interface Server {
  /** A session that nobody else uses until it is closed; `signal` ends the wait for a connection. */
  session(signal?: AbortSignal): Promise<Session>;
  /**
   * A session of a new connection, for one who keeps it: those that have read the catalog stay with who reads it again,
   * for whom the server has it in memory (about 10 ms of its processor a connection).
   */
  ownSession(signal?: AbortSignal): Promise<Session>;
  /** A session that takes replication commands too, and is never used again. */
  replication(signal?: AbortSignal): Promise<Session>;
  close(): Promise<void>;
}

/** What cleans up after a run must work after the run's own signal fired. */
const NEVER = new AbortController().signal;

/** What reads the log has no statement that ends, and holds a snapshot for as long as others need to join it. */
const REPLICATION = { statement_timeout: '0', lock_timeout: '0', idle_in_transaction_session_timeout: '0' };

/** Connects to nothing yet. */
export function openServer(
  connection: PostgresConnection,
  timeouts: Timeouts,
  more: Readonly<Record<string, string>> = {},
): Server {
  const free: Session[] = [];
  const open = new Set<Session>();
  let closed = false;
  const connect = (
    signal: AbortSignal = NEVER,
    settings: Record<string, string> = { ...sessionSettings(timeouts), ...more },
    replication?: 'database',
  ) =>
    connectPostgres(connection, {
      applicationName: 'dpone',
      connectTimeoutMs: timeouts.connect_timeout_ms,
      signal,
      settings,
      ...(replication === undefined ? {} : { replication }),
    });

  async function cancel(pid: number): Promise<void> {
    const client = await connect(NEVER, {});
    try {
      await client.query(`SELECT pg_cancel_backend(${pid})`);
    } finally {
      await client.end();
    }
  }

  async function discard(session: Session, polite: boolean): Promise<void> {
    open.delete(session);
    await end(session, polite);
  }

  async function onClose(session: Session, reusable: boolean): Promise<void> {
    if (reusable && !closed) {
      free.push(session);
      return;
    }
    await discard(session, reusable);
  }

  async function ownSession(signal?: AbortSignal): Promise<Session> {
    const session = new Session(await connect(signal), { cancel, onClose });
    open.add(session);
    session.client.once('end', () => {
      open.delete(session);
      const at = free.indexOf(session);
      if (at >= 0) free.splice(at, 1);
    });
    return session;
  }

  return {
    session: async (signal) => {
      // The oldest: its backend has the most of the catalog in memory.
      const known = [...open].find((session) => free.includes(session));
      if (known === undefined) return ownSession(signal);
      free.splice(free.indexOf(known), 1);
      return hasEnded(known) ? ownSession(signal) : known.reopen();
    },
    ownSession,
    replication: async (signal) => {
      const session = new Session(await connect(signal, REPLICATION, 'database'), { cancel, onClose: discard });
      open.add(session);
      session.client.once('end', () => open.delete(session));
      return session;
    },
    close: async () => {
      closed = true;
      const all = [...open];
      open.clear();
      await Promise.all(all.map((session) => end(session, free.includes(session))));
      free.length = 0;
    },
  };
}

/** Takes leave of the server; one that is in the middle of a COPY would wait for ever, so its socket is closed. */
async function end(session: Session, polite: boolean): Promise<void> {
  const { client } = session;
  if (polite) await client.end().catch(() => undefined);
  else (client as Session['client'] & { readonly connection: { readonly stream: Socket } }).connection.stream.destroy();
}

/** A connection that the server or the network ended is never handed out again. */
const hasEnded = (session: Session): boolean =>
  (session.client as Session['client'] & { readonly _ended?: boolean })._ended === true;

/** The timeouts as the server's own settings; 0 leaves the server's. */
function sessionSettings(timeouts: Timeouts): Record<string, string> {
  const settings: Record<string, string> = {};
  if (timeouts.statement_timeout_ms > 0) settings['statement_timeout'] = String(timeouts.statement_timeout_ms);
  if (timeouts.lock_timeout_ms > 0) settings['lock_timeout'] = String(timeouts.lock_timeout_ms);
  if (timeouts.idle_in_transaction_timeout_ms > 0)
    settings['idle_in_transaction_session_timeout'] = String(timeouts.idle_in_transaction_timeout_ms);
  return settings;
}

/** Does a piece of work on a session of its own. */
export async function useSession<T>(
  server: Server,
  work: (session: Session) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const session = await server.session(signal);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
