import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** A request of ClickHouse's HTTP interface: https://clickhouse.com/docs/interfaces/http */
export interface HttpQuery {
  readonly sql: string;
  /** What follows the SQL: the rows of an INSERT. */
  readonly data: Readable | undefined;
  readonly database: string | undefined;
  readonly format: string;
  readonly session: string | undefined;
  readonly gzip: boolean;
  /** `name = value`, parameters among them. */
  readonly settings: readonly string[];
  /** Whose rights the statement has: the name of a role, or `default` for all of them. */
  readonly user: string;
}

/** Parameters that are the interface's own; every other one is a setting. */
const OWN = new Set([
  'query',
  'database',
  'default_format',
  'query_id',
  'session_id',
  'session_timeout',
  'session_check',
  'user',
  'password',
  'role',
  'compress',
  'decompress',
  'enable_http_compression',
  'http_zlib_compression_level',
  'wait_end_of_query',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'buffer_size',
  'cancel_http_readonly_queries_on_client_close',
]);

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

export async function readRequest(request: IncomingMessage): Promise<HttpQuery> {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const given = searchParams.get('query');
  const body: Readable = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request;
  const sql = given ?? (await text(body));
  const settings = [...searchParams].flatMap(([name, value]) => (OWN.has(name) ? [] : [setting(name, value)]));
  const accepts = String(request.headers['accept-encoding'] ?? '').includes('gzip');
  return {
    sql,
    data: given !== null && /^\s*INSERT\b/i.test(given) ? body : undefined,
    database: searchParams.get('database') ?? undefined,
    format: searchParams.get('default_format') ?? 'TabSeparated',
    session: searchParams.get('session_id') ?? undefined,
    gzip: accepts && searchParams.get('enable_http_compression') === '1',
    settings,
    user: userOf(request, searchParams),
  };
}

function userOf(request: IncomingMessage, parameters: URLSearchParams): string {
  const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const given =
    basic === undefined ? request.headers['x-clickhouse-user'] : Buffer.from(basic, 'base64').toString().split(':')[0];
  return String(given ?? parameters.get('user') ?? '') || 'default';
}

const setting = (name: string, value: string): string =>
  `${name} = ${!name.startsWith('param_') && numeric(value) ? value : quoted(value)}`;

const numeric = (value: string): boolean => /^-?\d+(\.\d+)?$/.test(value);

async function text(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
