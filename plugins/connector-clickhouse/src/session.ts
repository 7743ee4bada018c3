import { addAbortSignal, type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ClickHouseClient } from '@clickhouse/client';
import { fail } from '@dpone/sdk';
import { openClient } from './connection/connect.js';
import type { ClickHouseConnection } from './connection/settings.js';
import { clickhouseError, isServerError, type Doing } from './errors.js';

export type Row = Readonly<Record<string, unknown>>;
export type Settings = Readonly<Record<string, string | number | boolean>>;

/**
 * What keeps values exact and statements finished, whatever the user's profile says.
 * https://clickhouse.com/docs/operations/settings/settings and .../settings/formats
 */
const EXACT: Settings = {
  // A NULL for a column that has none is an error, not the column's default.
  insert_null_as_default: 0,
  input_format_null_as_default: 0,
  date_time_input_format: 'basic',
  date_time_output_format: 'simple',
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_decimals: 1,
  output_format_json_quote_denormals: 1,
  output_format_json_named_tuples_as_objects: 0,
  output_format_decimal_trailing_zeros: 1,
  bool_true_representation: 'true',
  bool_false_representation: 'false',
  // Two loads may bring the same rows; what must come once has a token.
  insert_deduplicate: 0,
  async_insert: 0,
  join_use_nulls: 1,
  transform_null_in: 0,
  // A statement is done when it answers, on every replica.
  mutations_sync: 2,
  lightweight_deletes_sync: 2,
  // What a DELETE compares with is staging, which does not change any more and is the same on every replica.
  allow_nondeterministic_mutations: 1,
  alter_sync: 2,
  // Tables that a load made and drops may be large.
  max_table_size_to_drop: 0,
  max_partition_size_to_drop: 0,
};

const SYNTAX_ERROR = 62;

/** What is asked of the server once. */
export interface ServerFacts {
  readonly version: string;
  readonly zone: string;
  readonly database: string;
  /** Whether DateTime64 has all years of four digits; before ClickHouse 26 it had those from 1900 to 2299. */
  readonly wideTimes: boolean;
}

/** One client of one server; statements are run one HTTP request each. */
export class Session {
  readonly #client: ClickHouseClient;
  readonly #settings: Settings;
  readonly facts: ServerFacts;
  /** Tables of dpone's own that were seen: they are never dropped, so nobody need look again. */
  readonly seen = new Set<string>();

  private constructor(client: ClickHouseClient, settings: Settings, facts: ServerFacts) {
    this.#client = client;
    this.#settings = settings;
    this.facts = facts;
  }

  static async open(connection: ClickHouseConnection, settings: Settings, connectMs: number): Promise<Session> {
    const doing: Doing = { what: `connecting to ${connection.url}`, code: 'DPONE_CONNECTION_FAILED' };
    let client: ClickHouseClient | undefined;
    try {
      client = await openClient(connection);
      const first = new Session(client, {}, { version: '', zone: '', database: '', wideTimes: true });
      const query =
        'SELECT version() AS version, timezone() AS zone, currentDatabase() AS database, ' +
        "toString(toDateTime64('0001-01-01 00:00:00', 6, 'UTC')) AS first";
      const timeout = AbortSignal.timeout(connectMs);
      const [row] = await first.rows(query, doing, { signal: timeout }).catch((error: unknown) => {
        if (!timeout.aborted) throw error;
        throw fail('DPONE_CONNECTION_FAILED', `${doing.what}: no answer within ${connectMs} ms`, { cause: error });
      });
      const facts = {
        version: String(row!['version']),
        zone: String(row!['zone']),
        database: String(row!['database']),
        wideTimes: String(row!['first']).startsWith('0001-01-01'),
      };
      return new Session(client, { ...settings, ...EXACT }, facts);
    } catch (error) {
      await client?.close();
      throw clickhouseError(error, doing);
    }
  }

  async rows(sql: string, doing: Doing, more: { signal?: AbortSignal; settings?: Settings } = {}): Promise<Row[]> {
    return guarded(doing, async () => {
      const result = await this.#client.query({
        query: sql,
        format: 'JSONEachRow',
        clickhouse_settings: this.#all(more.settings),
        ...(more.signal === undefined ? {} : { abort_signal: more.signal }),
      });
      return result.json<Row>();
    });
  }

  /** The first value of the first row, a whole number. */
  async count(sql: string, doing: Doing, signal?: AbortSignal): Promise<number> {
    const [row] = await this.rows(sql, doing, signal === undefined ? {} : { signal });
    return Number(Object.values(row ?? {})[0] ?? 0);
  }

  async run(sql: string, doing: Doing, more: { signal?: AbortSignal; settings?: Settings } = {}): Promise<void> {
    await guarded(doing, () =>
      this.#client.command({
        query: sql,
        clickhouse_settings: this.#all(more.settings),
        ...(more.signal === undefined ? {} : { abort_signal: more.signal }),
      }),
    );
  }

  /** Statements of which none waits for another, all at once. */
  async runAll(statements: readonly string[], doing: Doing): Promise<void> {
    const done = await Promise.allSettled(statements.map((sql) => this.run(sql, doing)));
    for (const one of done) if (one.status === 'rejected') throw one.reason;
  }

  /** Sends rows in a format that the statement names; resolves with how many the server says it wrote. */
  async send(sql: string, body: Readable, doing: Doing, signal: AbortSignal, settings: Settings = {}): Promise<number> {
    return guarded(doing, async () => {
      if (signal.aborted) throw fail('DPONE_CANCELLED', `${doing.what}: cancelled`);
      const result = await this.#client.exec({
        query: sql,
        values: body,
        // Until the statement is done the server cannot say how many rows it took.
        clickhouse_settings: this.#all({ ...settings, wait_end_of_query: 1 }),
        abort_signal: signal,
      });
      result.stream.resume();
      const written = result.summary?.written_rows;
      if (written === undefined) throw fail(doing.code, `${doing.what}: the server did not say how many rows it took`);
      return Number(written);
    });
  }

  /** Runs an `INSERT ... SELECT`; resolves with how many rows the server says it wrote. `secrets` are in the statement. */
  async insertSelect(sql: string, doing: Doing, signal: AbortSignal, secrets: readonly string[]): Promise<number> {
    return guarded(doing, async () => {
      const settings = this.#all({ wait_end_of_query: 1 });
      const asked = this.#client.command({ query: sql, clickhouse_settings: settings, abort_signal: signal });
      const { summary } = await asked.catch((error: unknown) => {
        // A server may quote the statement.
        throw without(secrets, error);
      });
      if (summary?.written_rows === undefined)
        throw fail(doing.code, `${doing.what}: the server did not say how many rows it took`);
      return Number(summary.written_rows);
    });
  }

  /** Whether the user has a privilege; undefined where the server knows no CHECK GRANT. */
  async hasPrivilege(privilege: string, on: string, doing: Doing): Promise<boolean | undefined> {
    try {
      // The statement has no FORMAT, which the driver's own queries have.
      const { stream } = await this.#client.exec({
        query: `CHECK GRANT ${privilege} ON ${on}`,
        clickhouse_settings: this.#all(),
      });
      return (await text(stream)).trim() === '1';
    } catch (error) {
      if (isServerError(error) && Number(error.code) === SYNTAX_ERROR) return undefined;
      throw clickhouseError(error, doing);
    }
  }

  /** The answer's own bytes, in the format that the statement names. Breaks off with an error where the query does. */
  async bytes(sql: string, doing: Doing, signal: AbortSignal, settings: Settings = {}): Promise<Readable> {
    return guarded(doing, async () => {
      if (signal.aborted) throw fail('DPONE_CANCELLED', `${doing.what}: cancelled`);
      const { stream } = await this.#client.exec({
        query: sql,
        clickhouse_settings: this.#all(settings),
        abort_signal: signal,
        decompress_response_stream: true,
      });
      // The driver heeds the signal until the answer begins.
      return addAbortSignal(signal, stream);
    });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  #all(more: Settings = {}): Record<string, string | number | boolean> {
    return { ...this.#settings, ...more };
  }
}

/** The same error, in which nobody finds the secrets. */
function without(secrets: readonly string[], error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  for (const secret of secrets) {
    error.message = error.message.replaceAll(secret, '***');
    error.stack = error.stack?.replaceAll(secret, '***') ?? '';
  }
  return error;
}

async function guarded<T>(doing: Doing, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw clickhouseError(error, doing);
  }
}
