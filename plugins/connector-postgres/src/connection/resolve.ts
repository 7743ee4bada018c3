import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { fail } from '@dpone/sdk';
import {
  KEYWORDS,
  UNSUPPORTED_VARIABLES,
  valueProblem,
  type Keyword,
  type KeywordSpec,
  type Parameters,
} from './keywords.js';
import { readPasswordFile, type FoundPassword } from './password-file.js';
import { readService } from './service-file.js';
import { defaultPasswordFile, type Environment } from './user-files.js';

/** One server that may be the one: a name or folder of sockets, and what to connect to instead of looking it up. */
export interface Host {
  /** Empty where only the address is known. */
  readonly name: string;
  readonly address: string | undefined;
  readonly port: number;
}

/** A connection with everything filled in. */
export interface ResolvedConnection {
  readonly hosts: readonly Host[];
  readonly user: string;
  readonly database: string;
  readonly parameters: Parameters;
  readonly env: Environment;
  /** The password for a host; reads the password file where none is given. */
  password(host: Host): Promise<FoundPassword>;
}

/** Where libpq looks for a local server; which of them is compiled into it. */
const SOCKET_FOLDERS = ['/var/run/postgresql', '/tmp'];
const DEFAULT_PORT = 5432;

export const isSocketFolder = (name: string): boolean => name.startsWith('/') || name.startsWith('@');

/** The path of the socket in a folder; `@` begins a name of Linux's abstract namespace. */
export const socketPath = ({ name, port }: Host): string => `${name}/.s.PGSQL.${port}`.replace(/^@/, '\0');

/**
 * Fills what a connection leaves open, in libpq's order: what is said, the service file, the environment, the defaults.
 * https://www.postgresql.org/docs/current/libpq-connect.html
 */
export async function resolveConnection(said: Parameters, env: Environment): Promise<ResolvedConnection> {
  const parameters = await fillParameters(said, env);
  const user = parameters.user ?? systemUser();
  const database = parameters.dbname ?? user;
  return {
    hosts: hostsOf(parameters),
    user,
    database,
    parameters,
    env,
    password: async (host) => {
      if (parameters.password !== undefined) return { password: parameters.password };
      const name = SOCKET_FOLDERS.includes(host.name) ? 'localhost' : host.name || (host.address ?? '');
      const file = parameters.passfile ?? defaultPasswordFile(env);
      return readPasswordFile(file, { host: name, port: host.port, database, user });
    },
  };
}

async function fillParameters(said: Parameters, env: Environment): Promise<Parameters> {
  const variables = fromEnvironment(env);
  const service = said.service ?? variables.service;
  const file = said.servicefile ?? variables.servicefile;
  const served = service === undefined ? {} : await readService(service, file, env);
  const filled = { ...variables, ...served, ...said };
  // A certificate that any authority of the system vouches for says nothing unless the name is checked as well.
  const system = filled.sslrootcert === 'system';
  const sslmode = filled.sslmode ?? (system ? 'verify-full' : 'prefer');
  if (system && sslmode !== 'verify-full')
    throw invalid(`sslmode ${sslmode} is too weak for sslrootcert=system`, 'Set sslmode to verify-full.');
  if (filled.sslnegotiation === 'direct' && ['disable', 'allow', 'prefer'].includes(sslmode))
    throw invalid(
      `sslmode ${sslmode} is too weak for sslnegotiation=direct`,
      'Set sslmode to require, verify-ca or verify-full.',
    );
  return { ...filled, sslmode };
}

/** What the variables say; a wrong value is named by its variable. */
function fromEnvironment(env: Environment): Parameters {
  for (const [variable, why] of Object.entries(UNSUPPORTED_VARIABLES))
    if (env[variable]) throw invalid(`${variable} is set, but ${why}`, `Unset ${variable}.`);
  const found: Partial<Record<Keyword, string>> = {};
  for (const [keyword, spec] of Object.entries(KEYWORDS) as [Keyword, KeywordSpec][]) {
    const value = spec.env === undefined ? undefined : env[spec.env];
    if (value === undefined || value === '') continue;
    const problem = valueProblem(keyword, value);
    if (problem !== undefined) throw invalid(`the variable ${spec.env} ${problem}`, `Mend or unset ${spec.env}.`);
    found[keyword] = value;
  }
  // https://www.postgresql.org/docs/current/libpq-envars.html: the older way to say sslmode=require.
  if (env['PGREQUIRESSL'] === '1') found.sslmode ??= 'require';
  return found;
}

/** One host for each of the lists' places; an open name is the local server. */
function hostsOf(parameters: Parameters): Host[] {
  const names = parameters.host === undefined ? undefined : list(parameters.host);
  const addresses = parameters.hostaddr === undefined ? undefined : list(parameters.hostaddr);
  if (names !== undefined && addresses !== undefined && names.length !== addresses.length)
    throw invalid(
      `there are ${names.length} hosts and ${addresses.length} addresses (hostaddr)`,
      'Give as many of one as of the other.',
    );
  const count = (names ?? addresses ?? ['']).length;
  const ports = parameters.port === undefined ? [''] : list(parameters.port);
  if (ports.length !== 1 && ports.length !== count)
    throw invalid(`there are ${count} hosts and ${ports.length} ports`, 'Give one port, or one for each host.');
  return Array.from({ length: count }, (_, i) => {
    const port = Number(ports[ports.length === 1 ? 0 : i] || DEFAULT_PORT);
    const address = addresses?.[i] || undefined;
    return { name: names?.[i] || (address === undefined ? localServer(port) : ''), address, port };
  });
}

const list = (text: string): string[] => text.split(',').map((one) => one.trim());

function localServer(port: number): string {
  const folder = SOCKET_FOLDERS.find((one) => existsSync(`${one}/.s.PGSQL.${port}`));
  return folder ?? 'localhost';
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch (error) {
    throw fail('DPONE_CONNECTION_INVALID', 'no user is given, and the operating system names none', {
      remedy: 'Set the user of the connection, or PGUSER.',
      cause: error,
    });
  }
}

const invalid = (what: string, remedy: string) => fail('DPONE_CONNECTION_INVALID', what, { remedy });
