import { z } from 'zod';

/** Where a server is and who asks; plain values. */
export interface ClickHouseConnection {
  /** `http://host:8123`, without user, password and database. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly database: string;
  /** Path of a file with the certificates that the server's is checked against. */
  readonly ca?: string | undefined;
  readonly compression: boolean;
}

/** https://clickhouse.com/docs/guides/sre/network-ports */
const PORTS = { http: '8123', https: '8443' } as const;
/** Ports of the native protocol, which this connector does not speak. */
const NATIVE_PORTS: Readonly<Record<string, string>> = { '9000': PORTS.http, '9440': PORTS.https };

const text = z.union([z.string(), z.number()]).transform(String).optional();
const flag = z.union([z.boolean(), z.enum(['true', 'false', '1', '0']).transform((v) => v === 'true' || v === '1')]);

const fields = z.strictObject({
  uri: text.describe('`clickhouse://user:password@host:8123/database`; `clickhouses://` or `https://` for TLS.'),
  url: text.describe('The same as `uri`.'),
  host: text.describe('Name or address of the server. Default localhost.'),
  port: text.describe('Port of its HTTP interface. Default 8123, with TLS 8443.'),
  database: text.describe('Database of tables that name none. Default `default`.'),
  user: text.describe('Default `default`.'),
  username: text.describe('The same as `user`.'),
  password: text.describe('Default none.'),
  secure: flag.optional().describe('Whether the connection is encrypted (https). Default false.'),
  ca: text.describe("File with the certificates that the server's is checked against. Default: those of Node.js."),
  compression: flag
    .optional()
    .describe('Whether what is sent and read is compressed (gzip), for slow networks. Default false.'),
});

const ofText = z.string().min(1).describe('A URI: `clickhouse://user:password@host:8123/database`.');

/** A URI, or a map. */
export const connection: z.ZodType<ClickHouseConnection> = z.union([ofText, fields]).transform((value, ctx) => {
  const given = typeof value === 'string' ? { uri: value } : value;
  const problem = (message: string) => {
    // Without the input: it may hold a password.
    ctx.issues.push({ code: 'custom', message, path: [], input: undefined });
    return z.NEVER;
  };
  const parsed = parseUri(given.uri ?? ('url' in given ? given.url : undefined));
  if (typeof parsed === 'string') return problem(parsed);
  const said: z.output<typeof fields> = given;
  const secure = said.secure ?? parsed.secure ?? false;
  const scheme = secure ? 'https' : 'http';
  const port = said.port ?? parsed.port ?? PORTS[scheme];
  const other = NATIVE_PORTS[port];
  if (other !== undefined)
    return problem(`port ${port} is that of the native protocol; the HTTP interface has ${other}`);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535 || port === '0') return problem(`port ${port} is none`);
  const host = said.host ?? parsed.host ?? 'localhost';
  return {
    url: `${scheme}://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`,
    username: said.user ?? said.username ?? parsed.user ?? 'default',
    password: said.password ?? parsed.password ?? '',
    database: said.database ?? parsed.database ?? 'default',
    ca: said.ca,
    compression: said.compression ?? false,
  };
});

interface ParsedUri {
  readonly secure?: boolean;
  readonly host?: string;
  readonly port?: string;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
}

const SCHEMES: Readonly<Record<string, boolean | undefined>> = {
  'clickhouse:': false,
  'clickhouses:': true,
  'http:': false,
  'https:': true,
};

/** The parts of a URI, or what is wrong with it; never its text, which may hold a password. */
function parseUri(text: string | undefined): ParsedUri | string {
  if (text === undefined) return {};
  // The URL parser takes the parts of schemes that it knows only.
  const scheme = /^[a-z]+:/i.exec(text)?.[0].toLowerCase();
  const secure = scheme === undefined ? undefined : SCHEMES[scheme];
  if (scheme === undefined || secure === undefined)
    return 'the URI does not begin with clickhouse://, http:// or https://';
  let url: URL;
  try {
    url = new URL(`http:${text.slice(scheme.length)}`);
  } catch {
    return 'the URI cannot be read; blanks and signs in user and password are written as %20 and the like';
  }
  for (const [name, value] of url.searchParams)
    if (name !== 'secure') return `the URI has a parameter that nothing reads: ${name}=${value === '' ? '' : '...'}`;
  const flagged = url.searchParams.get('secure');
  return {
    secure: secure || flagged === 'true' || flagged === '1',
    host: url.hostname,
    // The parser leaves out 80, the default port of the scheme it was given.
    ...(url.port !== '' ? { port: url.port } : /^[^/]*\/\/[^/]*:80(?:\/|\?|$)/.test(text) ? { port: '80' } : {}),
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(url.pathname.length < 2 ? {} : { database: decodeURIComponent(url.pathname.slice(1)) }),
  };
}
