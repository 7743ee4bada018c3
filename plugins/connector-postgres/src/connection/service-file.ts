import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '@dpone/sdk';
import type { Parameters } from './keywords.js';
import { describe } from './parse-text.js';
import { defaultServiceFile, type Environment } from './user-files.js';

/** Where the system-wide file is, where PGSYSCONFDIR does not say so: it is compiled into libpq, these are the usual ones. */
const SYSTEM_FOLDERS = ['/etc/postgresql-common', '/etc/sysconfig/pgsql', '/etc'];

/**
 * The parameters of a service: from the user's file, else from the system's.
 * https://www.postgresql.org/docs/current/libpq-pgservice.html
 */
export async function readService(service: string, file: string | undefined, env: Environment): Promise<Parameters> {
  const system = env['PGSYSCONFDIR'];
  const files = [
    file ?? defaultServiceFile(env),
    ...(system ? [system] : SYSTEM_FOLDERS).map((folder) => join(folder, 'pg_service.conf')),
  ];
  for (const path of files) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (path !== file && ['ENOENT', 'ENOTDIR'].includes(error.code ?? '')) return undefined;
      throw fail('DPONE_CONNECTION_INVALID', `the connection service file ${path} cannot be read: ${error.code}`, {
        where: `service ${service}`,
        remedy: 'Check its path (PGSERVICEFILE) and permissions.',
        cause: error,
      });
    });
    const found = text === undefined ? undefined : serviceOf(text, service, path);
    if (found !== undefined) return found;
  }
  throw fail('DPONE_CONNECTION_INVALID', `no connection service file defines the service "${service}"`, {
    where: `service ${service}`,
    remedy: `Write it into one of ${files.join(', ')}.`,
  });
}

/** The first section of that name; undefined where there is none. Never says a line back: it may be the password's. */
function serviceOf(text: string, service: string, path: string): Parameters | undefined {
  const pairs: (readonly [string, string])[] = [];
  let inside = false;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      if (inside) break;
      inside = line.startsWith(`[${service}]`);
      continue;
    }
    if (!inside) continue;
    const wrong = (what: string) =>
      fail('DPONE_CONNECTION_INVALID', `${path}:${index + 1}: ${what}`, {
        where: `service ${service}`,
        remedy: 'Mend the line.',
      });
    if (line.startsWith('ldap')) throw wrong('services of an LDAP server are not read');
    const equals = line.indexOf('=');
    if (equals < 0) throw wrong('the line is not of the form keyword=value');
    const pair = [line.slice(0, equals), line.slice(equals + 1)] as const;
    if (pair[0] === 'service' || pair[0] === 'servicefile') throw wrong('a service cannot name another one');
    const described = describe([pair]);
    if ('problem' in described) throw wrong(described.problem);
    // The first one is meant, as in libpq.
    if (pair[1] !== '' && !pairs.some(([name]) => name === pair[0])) pairs.push(pair);
  }
  return inside ? Object.fromEntries(pairs) : undefined;
}
