import { readFile } from 'node:fs/promises';
import type { Connection } from 'tedious';
import mssql from 'mssql';
import type { Timeouts } from '../options.js';
import type { MssqlConnection } from './settings.js';

/** The part of the driver's pool that is used: it makes, checks and keeps connections. */
export interface Pool {
  connect(): Promise<unknown>;
  close(): Promise<void>;
  /** A connection that nobody else uses until it is released. */
  acquire(requester: object): Promise<Connection>;
  release(connection: Connection): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

const PORT = 1433;
/** Sessions of one load: one each for the lock, finalize, every partition and what it sets aside. */
const MOST = 256;

/** A pool that is connected to nothing yet. */
export async function makePool(connection: MssqlConnection, timeouts: Timeouts): Promise<Pool> {
  const { server = 'localhost', instance, port } = connection;
  const ca = connection.ca?.includes('-----BEGIN') === false ? await readFile(connection.ca, 'utf8') : connection.ca;
  const config = {
    server,
    ...(instance === undefined ? { port: port ?? PORT } : {}),
    ...(connection.database === undefined ? {} : { database: connection.database }),
    connectionTimeout: timeouts.connect_timeout_ms,
    // The driver's own limit covers the whole of a stream: one statement of a load may take hours.
    requestTimeout: timeouts.statement_timeout_ms,
    authentication: authenticationOf(connection),
    options: {
      appName: connection.application_name ?? 'dpone',
      encrypt: connection.encrypt === 'strict' ? 'strict' : connection.encrypt !== 'false',
      trustServerCertificate: connection.trust_server_certificate ?? false,
      ...(connection.server_name === undefined ? {} : { serverName: connection.server_name }),
      ...(ca === undefined ? {} : { cryptoCredentialsDetails: { ca } }),
      ...(instance === undefined ? {} : { instanceName: instance }),
      ...(connection.read_only_intent === undefined ? {} : { readOnlyIntent: connection.read_only_intent }),
      ...(connection.multi_subnet_failover === undefined
        ? {}
        : { multiSubnetFailover: connection.multi_subnet_failover }),
      ...(connection.packet_size === undefined ? {} : { packetSize: connection.packet_size }),
      enableArithAbort: true,
      useUTC: true,
      lowerCaseGuids: true,
    },
    pool: { max: MOST, min: 0, idleTimeoutMillis: 30_000 },
    validateConnection: 'socket',
  };
  const pool = new mssql.ConnectionPool(config as unknown as mssql.config) as unknown as Pool;
  // An error of an idle connection is met by whoever uses it next.
  pool.on('error', () => undefined);
  return pool;
}

/** As tedious wants it: https://tediousjs.github.io/tedious/api-connection.html#function_newConnection */
function authenticationOf(connection: MssqlConnection): object {
  const { user, password, domain, client_id, client_secret, tenant_id, token } = connection;
  const type = connection.authentication ?? (domain === undefined ? 'default' : 'ntlm');
  const all = {
    userName: user,
    password,
    domain: type === 'ntlm' ? (domain ?? '') : undefined,
    clientId: client_id,
    clientSecret: client_secret,
    tenantId: tenant_id,
    token,
  };
  return { type, options: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) };
}
