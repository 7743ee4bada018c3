// A ClickHouse server for tests: `node main.js <folder of chdb> <data folder> <pipes folder> <port>`. The engine is the
// real one, as a library; the HTTP interface before it is this file's, for as much of it as clients use.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Connections, preparation } from './connections.js';
import { engineError, loadEngine, type EngineResult, type EngineSession } from './engine.js';
import { Fifos } from './fifo.js';
import { readRequest, type HttpQuery } from './request.js';
import { needsFile, rewrite, type Rewritten } from './rewrite.js';

const [chdb, data, pipes, port] = process.argv.slice(2);
if (chdb === undefined || data === undefined || pipes === undefined || port === undefined)
  throw new Error('usage: main.js <chdb> <data> <pipes> <port>');

const engine = loadEngine(chdb, data);
/** One connection stays open: with the last one the engine would end. */
const own = engine.connect();
/** Database of tables that rows are counted in. What a killed server left there nobody has seen. */
const ASIDE = '_front';
for (const sql of [`DROP DATABASE IF EXISTS ${ASIDE} SYNC`, `CREATE DATABASE ${ASIDE}`])
  await own.queryAsync(sql, { format: 'TSV' });
const fifos = new Fifos(pipes);
const connections = new Connections(engine);
const sessions = new Map<string, EngineSession>();
let names = 0;

const DROPPED = 'The front could not answer';
/** Codes whose meaning has a status of its own; everything else is 500. */
const STATUS: Readonly<Record<number, number>> = { 60: 404, 81: 404, 497: 403, 516: 403, 62: 400 };

interface Asked {
  readonly query: HttpQuery;
  readonly run: (sql: string, format?: string) => Promise<EngineResult>;
  readonly response: ServerResponse;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if ((request.url ?? '').startsWith('/ping')) {
    response.end('Ok.\n');
    return;
  }
  const query = await readRequest(request);
  const session = query.session === undefined ? await connections.take(query) : sessionOf(query.session);
  const run: Asked['run'] = (sql, format = query.format) => session.queryAsync(sql, { format });
  try {
    if (query.session !== undefined) for (const sql of preparation(query)) await run(sql);
    const how = rewrite(query.sql, query.format, query.data !== undefined);
    await carryOut({ query, run, response }, how);
  } catch (error) {
    refuse(response, error);
  } finally {
    if (query.session === undefined) connections.give(query, session);
  }
}

function sessionOf(id: string): EngineSession {
  const session = sessions.get(id) ?? engine.connect();
  sessions.set(id, session);
  return session;
}

async function carryOut(asked: Asked, how: Rewritten): Promise<void> {
  if (how.kind === 'result') return sendResult(asked, how);
  if (how.kind === 'insert') return takeRows(asked, how);
  const { sql } = asked.query;
  const table = how.countIn;
  if (table !== undefined) {
    const rows = await alone(`${asked.query.database}.${table}`, () =>
      countedAround(asked, table, () => asked.run(sql)),
    );
    summary(asked.response, rows);
    asked.response.end();
    return;
  }
  const result = await asked.run(sql);
  summary(asked.response, result.rowsRead);
  asked.response.end(Buffer.from(result.bytes()));
}

async function sendResult({ query, run, response }: Asked, how: Rewritten & { kind: 'result' }): Promise<void> {
  const fifo = await fifos.open('reads');
  try {
    response.setHeader('X-ClickHouse-Format', how.format);
    response.setHeader('Content-Type', 'application/octet-stream');
    const done = run(how.sql(fifo.path)).then(
      () => {
        summary(response, 0);
        fifo.engineDone();
      },
      (error: unknown) => {
        // Before the first byte it is an error with a status, after it the answer breaks off.
        refuse(response, error);
        fifo.stream.destroy();
        fifo.engineDone();
      },
    );
    if (query.gzip) response.setHeader('Content-Encoding', 'gzip');
    const sent = query.gzip
      ? pipeline(fifo.stream, createGzip({ level: 1 }), response)
      : pipeline(fifo.stream, response);
    await sent.catch(() => fifo.stream.destroy());
    await done;
  } finally {
    fifo.remove();
  }
}

/** Rows of an `INSERT`. Of those that read `input()` the engine does not say how many it took: they are counted. */
async function takeRows(asked: Asked, how: Rewritten & { kind: 'insert' }): Promise<void> {
  const body = await peek(asked.query.data!);
  const table = how.countIn;
  const insert = (sql: (path: string) => string): Promise<number> => insertRows(asked, body, how.format, sql);
  const rows =
    table === undefined
      ? await insert(how.sql)
      : !body.whole && (await isMergeTree(asked, table))
        ? await countedAside(asked, table, (aside) => insert((path) => how.sql(path, aside)))
        : await alone(`${asked.query.database}.${table}`, () => countedAround(asked, table, () => insert(how.sql)));
  summary(asked.response, rows);
  asked.response.end();
}

const rowsOf = async ({ run }: Asked, table: string): Promise<number> =>
  Number(Buffer.from((await run(`SELECT count() FROM ${table}`, 'TSV')).bytes()).toString());

async function isMergeTree({ run }: Asked, table: string): Promise<boolean> {
  const said = await run(`SHOW CREATE TABLE ${table}`, 'TSVRaw');
  return /^ENGINE = \w*MergeTree\b/m.test(Buffer.from(said.bytes()).toString());
}

/** Into a table of its own, whose parts are then linked into the one that was meant: many can be under way at once. */
async function countedAside(asked: Asked, table: string, insert: (aside: string) => Promise<unknown>): Promise<number> {
  const aside = `${ASIDE}.in_${++names}`;
  await asked.run(`CREATE TABLE ${aside} AS ${table}`);
  try {
    // What an INSERT that failed had taken by then stays, as it does in a server.
    try {
      await insert(aside);
    } finally {
      await asked.run(`ALTER TABLE ${table} ATTACH PARTITION ALL FROM ${aside}`);
    }
    return await rowsOf(asked, aside);
  } finally {
    await asked.run(`DROP TABLE ${aside} SYNC`);
  }
}

/** One at a time, as nobody else must change the table meanwhile. */
async function countedAround(asked: Asked, table: string, insert: () => Promise<unknown>): Promise<number> {
  const before = await rowsOf(asked, table);
  await insert();
  return (await rowsOf(asked, table)) - before;
}

const queues = new Map<string, Promise<unknown>>();

function alone<T>(key: string, work: () => Promise<T>): Promise<T> {
  const turn = (queues.get(key) ?? Promise.resolve()).then(work, work);
  queues.set(key, turn);
  return turn;
}

async function insertRows(
  { run }: Asked,
  body: Peeked,
  format: string,
  sql: (path: string) => string,
): Promise<number> {
  const all = Readable.from(chain(body.first, body.rest), { objectMode: false });
  // Few bytes fit into a pipe whole: it would be closed before the engine opens it, which then waits for ever.
  if (body.whole || needsFile(format)) {
    const path = join(pipes!, `in-${++names}.${format.toLowerCase()}`);
    try {
      await pipeline(all, createWriteStream(path));
      return (await run(sql(path))).rowsRead;
    } finally {
      await rm(path, { force: true });
    }
  }
  const fifo = await fifos.open('writes');
  try {
    const written = pipeline(all, fifo.stream).catch(() => fifo.stream.destroy());
    const result = await run(sql(fifo.path)).finally(() => fifo.engineDone());
    await written;
    return result.rowsRead;
  } finally {
    fifo.remove();
  }
}

/** More than a pipe holds. */
const PEEKED = 256 * 1024;

interface Peeked {
  readonly first: readonly Buffer[];
  readonly rest: AsyncIterator<Buffer>;
  readonly whole: boolean;
}

/** The first bytes of a body, and whether they are all of it. */
async function peek(body: Readable): Promise<Peeked> {
  const rest = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first: Buffer[] = [];
  for (let size = 0; size < PEEKED;) {
    const next = await rest.next();
    if (next.done === true) return { first, rest, whole: true };
    first.push(next.value);
    size += next.value.length;
  }
  return { first, rest, whole: false };
}

async function* chain(first: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

function summary(response: ServerResponse, rows: number): void {
  if (response.headersSent) return;
  const counts = { read_rows: '0', read_bytes: '0', written_rows: `${rows}`, written_bytes: '0', result_rows: '0' };
  response.setHeader('X-ClickHouse-Summary', JSON.stringify(counts));
}

function refuse(response: ServerResponse, error: unknown): void {
  const { code, message } = engineError(error);
  if (response.headersSent) {
    response.destroy(new Error(DROPPED));
    return;
  }
  response.removeHeader('Content-Encoding');
  response.writeHead(STATUS[code] ?? 500, { 'X-ClickHouse-Exception-Code': `${code}`, 'Content-Type': 'text/plain' });
  response.end(`${message}\n`);
}

// The SQL of an INSERT is in the URL.
const server = createServer({ maxHeaderSize: 2 ** 20 }, (request, response) => {
  answer(request, response).catch((error: unknown) => refuse(response, error));
});
server.requestTimeout = 0;
server.keepAliveTimeout = 10_000;
server.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
