import type { ErrorCode } from '@dpone/sdk';
import type { Doing, ServerError } from './errors.js';

export interface Verdict {
  readonly code: ErrorCode;
  /** The server's hint, else the code's own remedy, where absent. */
  readonly remedy?: string;
}

type Rule = (error: ServerError, doing: Doing) => Verdict;

const always = (code: ErrorCode, remedy?: string): Rule => {
  const verdict: Verdict = remedy === undefined ? { code } : { code, remedy };
  return () => verdict;
};
const asDoing =
  (remedy?: string): Rule =>
  (_, { code }) =>
    remedy === undefined ? { code } : { code, remedy };
const missing: Rule = (_, doing) => ({ code: doing.missing ?? doing.code });

const reads = ({ code }: Doing): boolean => code === 'DPONE_SOURCE_READ' || code === 'DPONE_SOURCE_NOT_FOUND';

const LOST = 'Run again: what was not committed is undone. If it stays, look into the log of the server.';
const CONSTRAINT = "The target's own constraint refuses the rows: mend them at the source, or change the constraint.";

/** By SQLSTATE, or its first characters; the longest that fits counts. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const RULES: Readonly<Record<string, Rule>> = {
  '08': always('DPONE_CONNECTION_FAILED', LOST),
  '08P01': asDoing(),
  '22': (_, doing) => ({ code: reads(doing) ? doing.code : 'DPONE_VALUE_OUT_OF_RANGE' }),
  '22P04': asDoing(),
  '22012': asDoing(),
  '22021': (_, doing) =>
    reads(doing)
      ? { code: doing.code }
      : {
          code: 'DPONE_VALUE_OUT_OF_RANGE',
          remedy:
            'A text of Postgres can hold neither the NUL character nor bytes that are not UTF-8: clean the column.',
        },
  '23': asDoing(CONSTRAINT),
  '25006': (_, doing) =>
    reads(doing)
      ? { code: doing.code }
      : {
          code: 'DPONE_TARGET_READ_ONLY',
          remedy: 'Connect to the primary (target_session_attrs=read-write), or unset default_transaction_read_only.',
        },
  '25P03': always(
    'DPONE_CONNECTION_FAILED',
    'Run again; a transaction waited longer than idle_in_transaction_session_timeout allows: raise it.',
  ),
  '25P04': always('DPONE_CONNECTION_FAILED', 'Run again; raise transaction_timeout for the user of the connection.'),
  '28': always('DPONE_AUTH_FAILED', 'Check the user; let it in from here in pg_hba.conf of the server.'),
  '28P01': always('DPONE_AUTH_FAILED', 'Check user and password (connection, PGPASSWORD, password file).'),
  '3D000': missing,
  '3F000': missing,
  '40001': serialization,
  '40P01': serialization,
  '42501': privilege,
  '42P01': missing,
  '53100': always('DPONE_DISK_FULL'),
  '53200': asDoing('The server ran out of memory: lower work_mem or maintenance_work_mem there, or --parallel here.'),
  '53300': always(
    'DPONE_CONNECTION_FAILED',
    'Lower --parallel, or raise max_connections of the server or the connection limit of the user or database.',
  ),
  '53400': asDoing('A limit that the server is configured with was reached: raise it for the user of the connection.'),
  '54': asDoing(),
  '55006': locked,
  '55P03': locked,
  '57014': cancelled,
  '57P': always('DPONE_CONNECTION_FAILED', LOST),
  '57P03': always('DPONE_CONNECTION_FAILED', 'Run again when the server has started and takes connections.'),
  '57P04': missing,
  XX: asDoing(
    'The server found its own data damaged or met a fault of its own: look into its log before anything else.',
  ),
};

/** What an error of the server means for what was being done. */
export function sqlstateRule(error: ServerError, doing: Doing): Verdict {
  // Says 55000, as much else does.
  if (/recovery is in progress/.test(error.message) && !reads(doing)) return RULES['25006']!(error, doing);
  const rule = RULES[error.code] ?? RULES[error.code.slice(0, 3)] ?? RULES[error.code.slice(0, 2)];
  return rule === undefined ? { code: doing.code } : rule(error, doing);
}

function serialization(error: ServerError, doing: Doing): Verdict {
  if (!reads(doing))
    return {
      code: 'DPONE_TARGET_LOCKED',
      remedy: 'Run again: something else changed the same rows or tables at the same moment.',
    };
  return /conflict with recovery/.test(error.message)
    ? {
        code: 'DPONE_SOURCE_CHANGED',
        remedy:
          'Run again; the standby had to remove rows that were being read: set hot_standby_feedback, or raise max_standby_streaming_delay.',
      }
    : { code: 'DPONE_SOURCE_CHANGED' };
}

function locked(_: ServerError, doing: Doing): Verdict {
  const remedy = 'Run again when whoever holds it is done (pg_stat_activity, pg_locks), or raise lock_timeout_ms.';
  return { code: reads(doing) ? doing.code : 'DPONE_TARGET_LOCKED', remedy };
}

/** A server whose messages are not English does not tell its own timeout from somebody's request. */
function cancelled({ message }: ServerError, doing: Doing): Verdict {
  if (/statement timeout/i.test(message))
    return {
      code: doing.code,
      remedy: 'Raise statement_timeout_ms, or statement_timeout of the user; 0 has no limit.',
    };
  if (/user request/i.test(message))
    return {
      code: 'DPONE_CANCELLED',
      remedy: 'Run again; somebody ended the statement on the server (pg_cancel_backend).',
    };
  return { code: doing.code, remedy: 'Run again; a timeout or somebody on the server ended the statement.' };
}

/** `permission denied for table t`: the server does not say which privilege, so what was being done has to. */
function privilege({ message }: ServerError, doing: Doing): Verdict {
  const code = 'DPONE_PRIVILEGE_MISSING';
  const denied = /permission denied for (?:materialized )?(\w+(?: \w+)*?) ("(?:[^"]|"")+"|\S+)$/.exec(message.trim());
  if (/must be owner/.test(message))
    return { code, remedy: 'Make the user the owner, or a member of the role that is.' };
  if (/replication/i.test(message))
    return { code, remedy: 'ALTER ROLE ... REPLICATION for the user of the connection.' };
  if (denied === null) return { code };
  const [, kind, name] = denied;
  return {
    code,
    remedy: `GRANT ${privilegeFor(kind!, doing)} ON ${objectKind(kind!)} ${name} TO the user of the connection.`,
  };
}

function privilegeFor(kind: string, doing: Doing): string {
  if (kind === 'schema') return reads(doing) ? 'USAGE' : 'USAGE, CREATE';
  if (kind === 'database') return doing.code === 'DPONE_CONNECTION_FAILED' ? 'CONNECT' : 'CREATE, TEMPORARY';
  if (kind === 'sequence' || kind === 'function' || kind === 'type')
    return kind === 'function' ? 'EXECUTE' : reads(doing) && kind === 'sequence' ? 'SELECT' : 'USAGE';
  return reads(doing) ? 'SELECT' : 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE';
}

const objectKind = (kind: string): string =>
  ({ view: 'TABLE', table: 'TABLE', 'foreign table': 'TABLE' })[kind] ?? kind.toUpperCase();
