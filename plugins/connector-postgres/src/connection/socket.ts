import { connect, type Socket } from 'node:net';
import * as tls from 'node:tls';
import { ownMemory, readsIntoOwnMemory } from './own-memory.js';
import { socketPath, type Host, type ResolvedConnection } from './resolve.js';
import { tlsOptions, type Encryption } from './tls.js';

/** Where a connection is tried: a host, and one of its addresses (none for a Unix socket). */
export interface Target {
  readonly host: Host;
  readonly address: string | undefined;
}

/** How far the way to a server got before it ended: decides what is tried next. */
export type Phase = 'network' | 'tls' | 'server' | 'attributes';

/** Thrown on the way; `phase` says where it ended. */
export interface WayError extends Error {
  readonly phase: Phase;
}

export const wayError = (phase: Phase, message: string, cause?: unknown): WayError =>
  Object.assign(new Error(message, cause === undefined ? {} : { cause }), { phase });

/** `80877103`: https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-SSLREQUEST */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const DEFAULT_IDLE_SECONDS = 60;

/** An open socket over which the protocol can begin, encrypted as asked for. */
export async function openSocket(
  target: Target,
  encryption: Encryption,
  resolved: ResolvedConnection,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = await reach(target, resolved, signal);
  const abort = (): void => void socket.destroy(asError(signal.reason));
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    if (encryption === 'plain') return plain(socket);
    const direct = resolved.parameters.sslnegotiation === 'direct';
    if (!direct) {
      const answer = await askForTls(socket);
      if (answer === 'N' && encryption === 'asked') return plain(socket);
      if (answer === 'N') throw wayError('tls', `the server has no TLS, and sslmode is ${resolved.parameters.sslmode}`);
    }
    return await encrypt(socket, await tlsOptions(resolved, target.host), direct);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function plain(socket: Socket): Socket {
  readsIntoOwnMemory(socket);
  return socket;
}

function reach(target: Target, { parameters: p }: ResolvedConnection, signal: AbortSignal): Promise<Socket> {
  const { host, address } = target;
  const onread = ownMemory(() => socket);
  const socket: Socket =
    address === undefined
      ? connect({ path: socketPath(host), onread })
      : connect({ host: address, port: host.port, onread });
  ignoreErrors(socket);
  const abort = (): void => void socket.destroy(asError(signal.reason));
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  return until(socket, 'connect', 'network')
    .then(() => {
      socket.setNoDelay(true);
      const idle = Number(p.keepalives_idle ?? 0);
      if (p.keepalives !== '0' && address !== undefined)
        socket.setKeepAlive(true, (idle > 0 ? idle : DEFAULT_IDLE_SECONDS) * 1000);
      return socket;
    })
    .finally(() => signal.removeEventListener('abort', abort));
}

/** `S` or `N`. Whatever else comes with the byte was put there by somebody in between (CVE-2021-23222). */
async function askForTls(socket: Socket): Promise<'S' | 'N'> {
  const answered = until(socket, 'data', 'tls');
  socket.write(SSL_REQUEST);
  const text = ((await answered) as Buffer).toString('latin1');
  if (text === 'S' || text === 'N') return text;
  if (text.startsWith('E')) throw wayError('tls', 'the server answers the question for TLS with an error');
  throw wayError('tls', 'the answer to the question for TLS is not that of a Postgres server');
}

async function encrypt(socket: Socket, options: tls.ConnectionOptions, direct: boolean): Promise<tls.TLSSocket> {
  let secure: tls.TLSSocket;
  try {
    secure = tls.connect({ ...options, socket });
  } catch (error) {
    // A certificate or key that cannot be read as one.
    throw wayError('tls', asError(error).message, error);
  }
  ignoreErrors(secure);
  await until(secure, 'secureConnect', 'tls');
  if (direct && secure.alpnProtocol !== 'postgresql')
    throw wayError('tls', 'the server began TLS without saying that it speaks the protocol of Postgres');
  return secure;
}

/** The first such event, or the end of the socket as an error of that phase. */
function until(socket: Socket, event: 'connect' | 'secureConnect' | 'data', phase: Phase): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      socket.off(event, onEvent).off('error', onError).off('close', onClose);
      then();
    };
    const onEvent = (value: unknown): void => settle(() => resolve(value));
    const onError = (error: Error): void => settle(() => reject(wayError(phase, error.message, error)));
    const onClose = (): void => settle(() => reject(wayError(phase, 'the server closed the connection')));
    socket.once(event, onEvent).once('error', onError).once('close', onClose);
    // What ended while nobody listened says no more.
    if (socket.closed) onClose();
  });
}

/** Errors are heard where they are waited for; one that comes in between must not end the process. */
const ignoreErrors = (socket: Socket): void => void socket.on('error', () => undefined);

export const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
