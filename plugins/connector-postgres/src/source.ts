import { fail, type CheckResult, type ReadRequest, type Source, type SourceContext, type SourceRead } from '@dpone/sdk';
import type { PostgresConnection } from './connection/settings.js';
import { checkSource } from './check.js';
import type { SourceOptions } from './options.js';
import { openServer, type Server } from './server.js';
import { openRead, type ReadOf } from './source-read.js';
import { tableLabel } from './sql.js';

/** Tables, views and queries of a Postgres database. Connects when something is asked of it. */
export class PostgresSource implements Source {
  readonly #of: ReadOf;
  readonly #server: Server;

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
  }

  check(): Promise<CheckResult[]> {
    return checkSource(this.#of);
  }

  async open(request: ReadRequest): Promise<SourceRead> {
    const session = await this.#server.session(this.#of.signal);
    try {
      return await openRead(session, request, this.#of);
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}
