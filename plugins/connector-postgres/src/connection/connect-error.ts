import { fail, type DponeError } from '@dpone/sdk';
import { isServerError, postgresError } from '../errors.js';
import { isSocketFolder, type ResolvedConnection } from './resolve.js';
import type { Phase, Target } from './socket.js';

/** One try that did not come to a session. */
export interface Failure {
  readonly target: Target;
  readonly phase: Phase;
  readonly encrypted: boolean;
  readonly error: Error;
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'no such host name',
  EAI_AGAIN: 'the host name cannot be looked up at the moment',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ENOENT: 'there is no such socket',
  EACCES: 'the socket may not be opened',
};

/** All that was tried, as one error: which server, database and user, and what each said. Nothing of the password. */
export function connectError(failures: readonly Failure[], resolved: ResolvedConnection): DponeError {
  const tries = new Set(failures.map((one) => `${serverName(one.target)}: ${reason(one)}`));
  const what = `connecting to database ${resolved.database} as ${resolved.user}: ${[...tries].join('; ')}`;
  // What a server itself said is nearer to the reason than what the network did.
  const main = failures.find(({ phase }) => phase === 'server') ?? failures.at(-1);
  const errors = failures.map(({ error }) => error);
  const cause = errors.length === 1 ? errors[0] : new AggregateError(errors, 'each try');
  if (main === undefined) return fail('DPONE_CONNECTION_FAILED', what, { cause });
  const server = rootOf(main.error);
  if (main.phase === 'server' && isServerError(server)) {
    const known = postgresError(server, {
      what,
      code: 'DPONE_CONNECTION_FAILED',
      missing: 'DPONE_CONNECTION_INVALID',
    });
    const remedy = server.code === '3D000' ? `Create the database, or name another one.` : known.remedy;
    return fail(known.code, what, { remedy, cause });
  }
  if (main.phase === 'server') return fail('DPONE_AUTH_FAILED', what, { cause });
  return fail('DPONE_CONNECTION_FAILED', what, { remedy: remedyOf(main, resolved), cause });
}

function reason({ error, encrypted, phase }: Failure): string {
  const root = rootOf(error) as NodeJS.ErrnoException;
  const said = (phase === 'network' ? WORDS[root.code ?? ''] : undefined) ?? error.message.split('\n', 1)[0]!.trim();
  return `${phase === 'tls' ? 'TLS: ' : ''}${said}${phase === 'server' && encrypted ? ' (over TLS)' : ''}`;
}

function remedyOf({ phase, error, target }: Failure, { parameters }: ResolvedConnection): string | undefined {
  if (phase === 'attributes') return `Name a server that fits target_session_attrs=${parameters.target_session_attrs}.`;
  if (phase === 'network') {
    return isSocketFolder(target.host.name)
      ? 'Check that the server runs and has its socket there (unix_socket_directories), or set host.'
      : 'Check that the server runs, host and port, and that no firewall is in between.';
  }
  const { code } = rootOf(error) as NodeJS.ErrnoException;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'Connect by a name that the certificate of the server has, or use sslmode=verify-ca.';
  if (/^(?:UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|CERT_)/.test(code ?? ''))
    return "Check the certificate of the server and sslrootcert: it has to hold the authority that signed the server's.";
  if (/has no TLS/.test(error.message)) return 'Turn TLS on at the server (ssl = on), or use another sslmode.';
  return 'Check the TLS settings of both sides: sslmode, sslrootcert, sslcert, sslkey, protocol versions.';
}

function serverName({ host, address }: Target): string {
  if (isSocketFolder(host.name) && address === undefined) return `socket ${host.name}/.s.PGSQL.${host.port}`;
  const name = host.name || (address ?? '');
  const shown = name.includes(':') ? `[${name}]` : name;
  return `${shown}:${host.port}${address === undefined || address === name ? '' : ` (${address})`}`;
}

/** The error below those that only say how far it got. */
function rootOf(error: Error): Error {
  return error.cause instanceof Error ? rootOf(error.cause) : error;
}
