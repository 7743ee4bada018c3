import { lookup } from 'node:dns/promises';
import { isIP, type Socket } from 'node:net';
import { fail, isDponeError } from '@dpone/sdk';
import { Client } from 'pg';
import { isServerError } from '../errors.js';
import { guardAuthentication, type Wire } from './authentication.js';
import { connectError, type Failure } from './connect-error.js';
import { isSocketFolder, resolveConnection, type Host, type ResolvedConnection } from './resolve.js';
import { attributeProblem, settingsStatement, type SessionState } from './session-settings.js';
import type { PostgresConnection } from './settings.js';
import { asError, openSocket, wayError, type Phase, type Target, type WayError } from './socket.js';
import { encryptions, type Encryption } from './tls.js';
import type { Environment } from './user-files.js';

export interface ConnectOptions {
  /** The name of the session where neither the connection nor PGAPPNAME gives one. */
  readonly applicationName: string;
  /** The longest wait for one address, in milliseconds, where the connection has no connect_timeout; 0 waits for ever. */
  readonly connectTimeoutMs: number;
  readonly signal: AbortSignal;
  /** Settings of the session, above dpone's own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A connection that also takes replication commands. */
  readonly replication?: 'database';
  /** Default: the environment of the process. */
  readonly env?: Environment;
}

interface Call extends ConnectOptions {
  readonly resolved: ResolvedConnection;
  /** What target_session_attrs asks for in this pass. */
  readonly wanted: string;
}

type Tried = { readonly client: Client } | { readonly failure: Failure };

/** A server that is starting or stopping: another one may do. */
const NOT_NOW = '57P03';

/**
 * A session with the first server of the connection that takes it, as libpq finds it: hosts in their order, every
 * address of a host, TLS as sslmode says. https://www.postgresql.org/docs/current/libpq-connect.html
 */
export async function connectPostgres(connection: PostgresConnection, options: ConnectOptions): Promise<Client> {
  const resolved = await resolveConnection(connection, options.env ?? process.env);
  const attributes = resolved.parameters.target_session_attrs ?? 'any';
  const passes = attributes === 'prefer-standby' ? ['standby', 'any'] : [attributes];
  let failures: Failure[] = [];
  for (const wanted of passes) {
    failures = [];
    const call: Call = { ...options, resolved, wanted };
    for (const host of inOrder(resolved.hosts, resolved)) {
      for (const target of await targetsOf(host, call, failures)) {
        const tried = await tryTarget(target, call);
        if ('client' in tried) return tried.client;
        failures.push(...tried.failures);
        if (!tried.goesOn) throw connectError(tried.failures, resolved);
      }
    }
  }
  throw connectError(failures, resolved);
}

/** Every address of a host. One whose name is not known is a failure, and the next host is tried. */
async function targetsOf(host: Host, call: Call, failures: Failure[]): Promise<readonly Target[]> {
  if (host.address !== undefined) return [{ host, address: host.address }];
  if (isSocketFolder(host.name)) return [{ host, address: undefined }];
  if (isIP(host.name) !== 0) return [{ host, address: host.name }];
  try {
    const found = await lookup(host.name, { all: true, order: 'verbatim' });
    return inOrder(
      found.map(({ address }) => ({ host, address })),
      call.resolved,
    );
  } catch (error) {
    failures.push({ target: { host, address: host.name }, phase: 'network', encrypted: false, error: asError(error) });
    return [];
  }
}

function inOrder<T>(all: readonly T[], { parameters }: ResolvedConnection): readonly T[] {
  if (parameters.load_balance_hosts !== 'random') return all;
  return all
    .map((one) => [Math.random(), one] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, one]) => one);
}

type TargetTried = { readonly client: Client } | { readonly failures: readonly Failure[]; readonly goesOn: boolean };

async function tryTarget(target: Target, call: Call): Promise<TargetTried> {
  const failures: Failure[] = [];
  for (const encryption of encryptions(call.resolved.parameters.sslmode, target.host)) {
    const tried = await attempt(target, encryption, call);
    if ('client' in tried) return tried;
    const { failure } = tried;
    failures.push(failure);
    // sslmode prefer goes on without TLS where it was TLS that failed or what was said over it; allow the other way.
    const { phase, encrypted } = failure;
    const otherWay = encryption === 'asked' ? phase === 'tls' || (phase === 'server' && encrypted) : phase === 'server';
    if (!otherWay || isNotNow(failure)) break;
  }
  const last = failures.at(-1);
  const goesOn = last !== undefined && (last.phase === 'network' || last.phase === 'attributes' || isNotNow(last));
  return { failures, goesOn };
}

const isNotNow = ({ error }: Failure): boolean => isServerError(error) && error.code === NOT_NOW;

async function attempt(target: Target, encryption: Encryption, call: Call): Promise<Tried> {
  const limit = new AbortController();
  const milliseconds = timeoutOf(call);
  const signal = AbortSignal.any([call.signal, limit.signal]);
  const late = wayError('network', `no answer within ${milliseconds / 1000} s`);
  const timer = milliseconds > 0 ? setTimeout(() => limit.abort(late), milliseconds) : undefined;
  let socket: Socket | undefined;
  const cut = (): void => void socket?.destroy(asError(signal.reason));
  try {
    socket = await openSocket(target, encryption, call.resolved, signal);
    signal.addEventListener('abort', cut, { once: true });
    if (signal.aborted) cut();
    return { client: await login(socket, target, call) };
  } catch (error) {
    socket?.destroy();
    if (call.signal.aborted) throw fail('DPONE_CANCELLED', 'connecting to the server: cancelled', { cause: error });
    if (isDponeError(error)) throw error;
    const why = limit.signal.aborted ? late : asError(error);
    const encrypted = socket !== undefined && 'encrypted' in socket;
    return { failure: { target, phase: phaseOf(why), encrypted, error: why } };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cut);
  }
}

function timeoutOf({ resolved, connectTimeoutMs }: Call): number {
  const seconds = resolved.parameters.connect_timeout;
  return seconds === undefined ? connectTimeoutMs : Math.max(0, Number(seconds)) * 1000;
}

/** From the first message of the protocol to a session that is set up. */
async function login(socket: Socket, target: Target, call: Call): Promise<Client> {
  const { parameters: p, user, database } = call.resolved;
  const client = new Client({
    user,
    database,
    host: target.host.name || target.address,
    port: target.host.port,
    // TLS is begun here, not by the driver: it can neither fall back nor check as libpq does.
    ssl: false,
    sslnegotiation: 'postgres',
    stream: () => opened(socket),
    password: () => password(target.host, call),
    enableChannelBinding: 'encrypted' in socket && p.channel_binding !== 'disable',
    application_name: p.application_name ?? p.fallback_application_name ?? call.applicationName,
    ...(p.options === undefined ? {} : { options: p.options }),
    ...(call.replication === undefined ? {} : { replication: call.replication }),
  });
  // A connection that ends while nothing is asked is met by the next statement.
  client.on('error', () => undefined);
  const refusal = guardAuthentication((client as Client & { readonly connection: Wire }).connection, p);
  // The driver may have taken the end of the login for good before the socket is gone.
  const failed = await client.connect().then(
    () => undefined,
    (error: unknown) => asError(error),
  );
  const why = refusal() ?? failed;
  if (why !== undefined) throw why;
  const { rows } = await client.query<SessionState & Record<string, unknown>>(settingsStatement(call.settings ?? {}));
  const problem = attributeProblem(call.wanted, rows[0]!);
  if (problem === undefined) return client;
  await client.end();
  throw wayError('attributes', problem);
}

/** The driver opens its socket itself: for it, one that is open opens at once. */
function opened(socket: Socket): Socket {
  return Object.assign(socket, {
    connect: () => {
      process.nextTick(() => socket.emit('connect'));
      return socket;
    },
  });
}

async function password(host: Host, { resolved }: Call): Promise<string> {
  const { password: known, ignored } = await resolved.password(host);
  if (known !== undefined && known !== '') return known;
  throw wayError(
    'server',
    `the server asks for a password, and none is given${ignored === undefined ? '' : `; ${ignored}`}`,
  );
}

function phaseOf(error: Error & { readonly phase?: Phase; readonly code?: string }): Phase {
  if (error.phase !== undefined) return (error as WayError).phase;
  if (/^ERR_(?:SSL|TLS)_/.test(error.code ?? '')) return 'tls';
  return isServerError(error) || error.message.startsWith('SASL') ? 'server' : 'network';
}
