import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import type { Client } from 'pg';
import { isDponeError, type DponeError } from '@dpone/sdk';
import { connectPostgres, type ConnectOptions } from '../../dist/connection/connect.js';
import { connection } from '../../dist/connection/settings.js';

/** A home folder of a test: libpq's files lie in it, and nothing of the machine's own user is seen. */
export interface Home {
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  /** Writes a file, for its owner alone, and says its path. */
  write(name: string, text: string, mode?: number): string;
  remove(): void;
}

export function home(): Home {
  const dir = mkdtempSync(join(tmpdir(), 'dpone-home-'));
  return {
    dir,
    // An empty folder instead of the machine's: a service file there is nobody's business here.
    env: { HOME: dir, PGSYSCONFDIR: dir },
    write: (name, text, mode = 0o600) => {
      const path = join(dir, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { mode });
      return path;
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** Connects with what a manifest would say. */
export function open(said: unknown, options: Partial<ConnectOptions> = {}): Promise<Client> {
  return connectPostgres(connection.parse(said), {
    applicationName: 'dpone',
    connectTimeoutMs: 20_000,
    signal: new AbortController().signal,
    ...options,
  });
}

/** The only value of a query over such a connection. */
export async function ask(sql: string, said: unknown, options: Partial<ConnectOptions> = {}): Promise<unknown> {
  const client = await open(said, options);
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

/** The dpone error that connecting ends with. */
export async function refused(said: unknown, options: Partial<ConnectOptions> = {}): Promise<DponeError> {
  let client: Client;
  try {
    client = await open(said, options);
  } catch (error) {
    if (!isDponeError(error)) throw error;
    return error;
  }
  await client.end();
  throw new Error('it went through, an error was expected');
}

/** Everything that anybody could print of an error, its causes among it. */
export const everythingOf = (error: unknown): string =>
  `${JSON.stringify(error)}\n${inspect(error, { depth: 20, showHidden: true, maxStringLength: null })}`;
