import { readdir, readFile, stat } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { fail } from '@dpone/sdk';
import { isSocketFolder, type Host, type ResolvedConnection } from './resolve.js';
import { isOpenToOthers, userFile } from './user-files.js';

/** `asked`: TLS where the server has it, else plain on the same connection. */
export type Encryption = 'plain' | 'asked' | 'tls';

/**
 * What is tried, in this order: https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION.
 * A Unix socket is never encrypted.
 */
export function encryptions(sslmode: string | undefined, host: Host): readonly Encryption[] {
  if (isSocketFolder(host.name) && host.address === undefined) return ['plain'];
  if (sslmode === 'disable') return ['plain'];
  if (sslmode === 'allow') return ['plain', 'tls'];
  return sslmode === 'prefer' || sslmode === undefined ? ['asked', 'plain'] : ['tls'];
}

/** The options of a TLS handshake with a host, all but the socket. Reads the files each time: certificates are renewed. */
export async function tlsOptions(resolved: ResolvedConnection, host: Host): Promise<tls.ConnectionOptions> {
  const { parameters: p } = resolved;
  const name = host.name || host.address || '';
  const ca = await rootCertificates(resolved);
  if (p.sslmode === 'verify-full' && host.name === '')
    throw invalid('sslmode verify-full needs the name of the host, hostaddr alone is given', 'Set host.');
  const crl = ca === undefined ? undefined : await revocations(resolved);
  return {
    host: name,
    ...(p.sslsni !== '0' && isIP(name) === 0 ? { servername: name } : {}),
    // libpq checks the chain whenever it has a root certificate, whatever the mode.
    rejectUnauthorized: ca !== undefined,
    checkServerIdentity: (_, certificate) => (p.sslmode === 'verify-full' ? nameProblem(name, certificate) : undefined),
    ...(ca === undefined ? {} : { ca }),
    ...(crl === undefined ? {} : { crl }),
    minVersion: (p.ssl_min_protocol_version ?? 'TLSv1.2') as tls.SecureVersion,
    ...(p.ssl_max_protocol_version === undefined
      ? {}
      : { maxVersion: p.ssl_max_protocol_version as tls.SecureVersion }),
    // https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL: without it a direct start is refused.
    ALPNProtocols: ['postgresql'],
    ...(p.sslcertmode === 'disable' ? {} : await clientCertificate(resolved)),
  };
}

/** Undefined where nothing is to be checked against. */
async function rootCertificates({ parameters: p, env }: ResolvedConnection): Promise<string[] | undefined> {
  if (p.sslrootcert === 'system') return systemCertificates();
  const path = p.sslrootcert ?? userFile(env, 'root.crt');
  const text = await readText(path);
  if (text !== undefined) return [text];
  if (p.sslmode !== 'verify-ca' && p.sslmode !== 'verify-full') return undefined;
  throw invalid(
    `the root certificate file ${path} does not exist, and sslmode ${p.sslmode} needs one`,
    'Provide the file, use the roots that the system trusts (sslrootcert=system), or do not ask for the check (sslmode=require).',
  );
}

/** Node.js reads the system's own roots since 22.15; before that it only has those it was built with. */
const systemCertificates = (): string[] =>
  typeof tls.getCACertificates === 'function' ? tls.getCACertificates('system') : [...tls.rootCertificates];

async function revocations({ parameters: p, env }: ResolvedConnection): Promise<string[] | undefined> {
  const lists: string[] = [];
  const file = await readText(p.sslcrl ?? userFile(env, 'root.crl'));
  if (file !== undefined) lists.push(file);
  if (p.sslcrldir !== undefined) {
    const names = await readdir(p.sslcrldir).catch((error: unknown) => {
      throw invalid(`the folder ${p.sslcrldir} of revoked certificates cannot be read`, 'Check sslcrldir.', error);
    });
    for (const name of names.filter((one) => /^[\da-f]{8}\.r\d+$/.test(one)))
      lists.push(await readFile(join(p.sslcrldir, name), 'utf8'));
  }
  return lists.length === 0 ? undefined : lists;
}

/** Nothing where there is no certificate: a server that needs one says so itself. */
async function clientCertificate({ parameters: p, env }: ResolvedConnection): Promise<tls.SecureContextOptions> {
  const path = p.sslcert ?? userFile(env, 'postgresql.crt');
  const cert = await readText(path);
  if (cert === undefined) return {};
  const keyPath = p.sslkey ?? userFile(env, 'postgresql.key');
  const found = await stat(keyPath).catch(() => undefined);
  if (found === undefined)
    throw invalid(`there is the certificate ${path}, but not its key ${keyPath}`, 'Provide the key, or set sslkey.');
  // A key of root may be readable by a group, as system-wide ones are.
  if (!found.isFile() || isOpenToOthers(found.uid === 0 ? found.mode & ~0o040 : found.mode))
    throw invalid(`others than its owner may read the key ${keyPath}`, `chmod 0600 ${keyPath}`);
  const key = await readText(keyPath);
  return { cert, key, ...(p.sslpassword === undefined ? {} : { passphrase: p.sslpassword }) };
}

/** The text of a file; undefined where there is none. */
async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw invalid(`${path} cannot be read: ${error.code}`, 'Check its path and permissions.', error);
  });
}

/** As libpq, an address may also stand in the common name of a certificate that has no other names. */
function nameProblem(name: string, certificate: tls.PeerCertificate): Error | undefined {
  if (isIP(name) !== 0 && certificate.subjectaltname === undefined && certificate.subject.CN === name) return undefined;
  return tls.checkServerIdentity(name, certificate);
}

const invalid = (what: string, remedy: string, cause?: unknown) =>
  fail('DPONE_CONNECTION_INVALID', what, { remedy, cause });
