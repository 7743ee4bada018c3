import {
  fail,
  type CheckResult,
  type ReadRequest,
  type Source,
  type SourceContext,
  type SourceRead,
  type TableRef,
} from '@dpone/sdk';
import { checkSource } from './check.js';
import type { ClickHouseConnection, SourceOptions } from './options.js';
import { Session } from './session.js';
import { openRead } from './source-read.js';
import { tableLabel, tableName } from './sql.js';

/** Tables and queries of a ClickHouse server. */
export class ClickHouseSource implements Source {
  readonly #ctx: SourceContext<ClickHouseConnection, SourceOptions>;
  readonly #table: TableRef | undefined;
  #session: Promise<Session> | undefined;

  constructor(ctx: SourceContext<ClickHouseConnection, SourceOptions>) {
    this.#ctx = ctx;
    const { table, options, connection } = ctx;
    if ((table === undefined) === (options.query === undefined))
      throw fail('DPONE_OPTION_CONFLICT', 'a clickhouse source reads either a table or options.query', {
        where: 'source',
        remedy: 'Name `table`, or give `options.query`, not both.',
      });
    if (options.query !== undefined && options.final)
      throw fail('DPONE_OPTION_CONFLICT', 'options.final is about a table, and options.query is read', {
        where: 'source.options.final',
        remedy: 'Write FINAL into the query.',
      });
    this.#table = table && { schema: table.schema ?? connection.database, name: table.name };
  }

  check(): Promise<CheckResult[]> {
    return checkSource(() => this.#opened(), this.#table, this.#ctx.options.query);
  }

  async open(request: ReadRequest): Promise<SourceRead> {
    const { options, signal } = this.#ctx;
    const table = this.#table;
    return openRead(await this.#opened(), request, {
      from:
        table === undefined ? `(${options.query!}\n) AS t` : `${tableName(table)} AS t${options.final ? ' FINAL' : ''}`,
      label: table === undefined ? 'options.query' : tableLabel(table),
      table,
      bytes: options.bytes,
      signal,
    });
  }

  async close(): Promise<void> {
    const session = await this.#session?.catch(() => undefined);
    await session?.close();
  }

  #opened(): Promise<Session> {
    const { connection, options } = this.#ctx;
    this.#session ??= Session.open(connection, options.settings, options.connect_timeout_ms);
    return this.#session;
  }
}
