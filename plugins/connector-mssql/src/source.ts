import { fail, type CheckResult, type ReadRequest, type Source, type SourceContext, type SourceRead } from '@dpone/sdk';
import { checkSource } from './check.js';
import type { MssqlConnection } from './connection/settings.js';
import type { SourceOptions } from './options.js';
import { openServer } from './server.js';
import { openRead, type ReadOf } from './source-read.js';
import { tableLabel } from './sql.js';

/** Tables, views and queries of SQL Server. Connects when something is asked of it. */
export class MssqlSource implements Source {
  readonly #of: ReadOf;

  constructor(ctx: SourceContext<MssqlConnection, SourceOptions>) {
    const { table, options } = ctx;
    if ((table === undefined) === (options.query === undefined))
      throw fail('DPONE_OPTION_CONFLICT', 'an mssql source reads either a table or options.query', {
        where: 'source',
        remedy: 'Name `table`, or give `options.query`, not both.',
      });
    this.#of = {
      server: openServer(ctx.connection, options),
      label: table === undefined ? 'options.query' : tableLabel(table),
      table,
      query: options.query?.replace(/[\s;]+$/, ''),
      isolation: options.isolation,
      offsets: options.offsets,
      signal: ctx.signal,
    };
  }

  check(): Promise<CheckResult[]> {
    return checkSource(this.#of);
  }

  async open(request: ReadRequest): Promise<SourceRead> {
    if (request.scope === 'all' || request.scope.cursor !== 'cdc') return openRead(request, this.#of);
    const { openTrackedRead } = await import('./tracked-read.js');
    return openTrackedRead(request, this.#of);
  }

  async close(): Promise<void> {
    await this.#of.server.close();
  }
}
