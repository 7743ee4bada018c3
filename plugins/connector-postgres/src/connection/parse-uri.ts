import type { ParsedText } from './parse-text.js';

/** What has to be percent-encoded is the usual reason why a URI cannot be read. */
const ENCODE = 'in a user or password, @ : / ? # and % must be percent-encoded (%40 %3A %2F %3F %23 %25)';

/**
 * `postgresql://user:password@host:port,host:port/database?keyword=value`, read as libpq does. Nothing of the text is
 * ever said back: where it cannot be read, it is not known what of it is the password.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
export function parseUri(text: string): ParsedText {
  const rest = text.replace(/^postgres(?:ql)?:\/\//, '');
  const [, authority, path, query] = /^([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(rest) ?? [];
  if (authority === undefined) return { problem: `the URI cannot be read; ${ENCODE}` };
  const at = authority.indexOf('@');
  const hostPart = authority.slice(at + 1);
  if (/@/.test(`${hostPart}${path ?? ''}`)) return { problem: `the URI has an @ that is out of place; ${ENCODE}` };
  const [user, password] = at < 0 ? [] : splitOnce(authority.slice(0, at), ':');
  const hosts = parseHosts(hostPart);
  if (hosts === undefined) return { problem: `a host or port of the URI cannot be read; ${ENCODE}` };

  const raw: (readonly [string, string | undefined])[] = [
    ['user', user],
    ['password', password],
    ['host', hosts.host],
    ['port', hosts.port],
    ['dbname', path],
  ];
  for (const pair of query === undefined || query === '' ? [] : query.split('&')) {
    const [name, value] = splitOnce(pair, '=');
    if (value === undefined || value.includes('='))
      return { problem: `a parameter of the URI is not of the form keyword=value; ${ENCODE}` };
    raw.push([name, value]);
  }
  const pairs: (readonly [string, string])[] = [];
  for (const [name, value] of raw) {
    if (value === undefined || value === '') continue;
    const decoded = [decode(name), decode(value)] as const;
    if (decoded[0] === undefined || decoded[1] === undefined)
      return { problem: `the URI has a % without two hexadecimal digits; ${ENCODE}` };
    // What JDBC writes: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
    pairs.push(decoded[0] === 'ssl' && decoded[1] === 'true' ? ['sslmode', 'require'] : [decoded[0], decoded[1]]);
  }
  return { pairs };
}

/** `host:port,[v6]:port`; undefined where it is something else. */
function parseHosts(text: string): { readonly host: string; readonly port: string } | undefined {
  const all = text.split(',').map((one) => /^(?:\[([^\]]+)\]|([^:[\]]*))(?::(\d*))?$/.exec(one));
  if (all.some((one) => one === null)) return undefined;
  const ports = all.map((one) => one?.[3] ?? '');
  return {
    host: all.map((one) => one?.[1] ?? one?.[2] ?? '').join(','),
    port: ports.every((port) => port === '') ? '' : ports.join(','),
  };
}

function splitOnce(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Undefined where it is not well-formed, or holds a NUL, as libpq sees it. */
function decode(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text);
    return decoded.includes('\0') ? undefined : decoded;
  } catch {
    return undefined;
  }
}
