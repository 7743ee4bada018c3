import { fail, type CheckResult, type ReadRequest, type Source, type SourceContext, type SourceRead } from '@dpone/sdk';
import type { PostgresConnection } from './connection/settings.js';
import type { CdcSource } from './cdc/cdc-source.js';
import { cdcNames } from './cdc/slot-name.js';
import { checkSource } from './check.js';
import type { SourceOptions } from './options.js';
import { openServer, type Server } from './server.js';
import { openRead, readingOf, type ReadOf } from './source-read.js';
import { tableLabel } from './sql.js';

/** Tables, views and queries of a Postgres database. Connects when something is asked of it. */
export class PostgresSource implements Source {
  readonly #of: ReadOf;
  readonly #server: Server;
  /** Absent where a query is read, which has no changes. */
  readonly #cdc: CdcSource | undefined;

  constructor(ctx: SourceContext<PostgresConnection, SourceOptions>) {
    const { table, options } = ctx;
    if ((table === undefined) === (options.query === undefined))
      throw fail('DPONE_OPTION_CONFLICT', 'a postgres source reads either a table or options.query', {
        where: 'source',
        remedy: 'Name `table`, or give `options.query`, not both.',
      });
    this.#server = openServer(ctx.connection, options);
    this.#of = {
      server: this.#server,
      label: table === undefined ? 'options.query' : tableLabel(table),
      table,
      query: options.query?.replace(/[\s;]+$/, ''),
      signal: ctx.signal,
    };
    const { server, label, signal } = this.#of;
    const names = table === undefined ? undefined : cdcNames(options, ctx.process, table);
    const doing = readingOf(label);
    this.#cdc =
      table === undefined || names === undefined
        ? undefined
        : { server, table, label, names, log: ctx.log, doing, signal };
  }

  async check(): Promise<CheckResult[]> {
    const results = await checkSource(this.#of);
    if (this.#cdc === undefined || results.some((result) => result.status === 'fail')) return results;
    const { checkCdc } = await import('./cdc/check-cdc.js');
    return [...results, ...(await checkCdc(this.#cdc))];
  }

  async open(request: ReadRequest): Promise<SourceRead> {
    const session = await this.#server.session(this.#of.signal);
    try {
      if (request.scope === 'all' || request.scope.cursor !== 'cdc') return await openRead(session, request, this.#of);
      if (this.#cdc === undefined)
        throw fail('DPONE_CAPABILITY', 'the log has changes of tables, not of a query', {
          where: 'source.options.query',
          remedy: 'Name a table, or another incremental_strategy.',
        });
      // What reads the log is loaded for those who read it.
      const { openCdcRead } = await import('./cdc/open-cdc-read.js');
      return await openCdcRead(session, request, this.#cdc);
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}
