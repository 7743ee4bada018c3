import {
  fail,
  type CheckResult,
  type ReadRequest,
  type Schema,
  type Source,
  type SourceContext,
  type SourceRead,
} from '@dpone/sdk';
import { checkDatabase } from './check.js';
import { databasePath, fileExists, openDatabase, type Database } from './connection.js';
import type { Doing } from './errors.js';
import type { DuckDBConnectionOptions, SourceOptions } from './options.js';
import type { Session } from './session.js';
import { openRead } from './source-read.js';
import { tableLabel, tableName } from './sql.js';
import { tableFacts, toSchema } from './target.js';

/** Tables and queries of a DuckDB file. */
export class DuckDBSource implements Source {
  readonly #ctx: SourceContext<DuckDBConnectionOptions, SourceOptions>;
  readonly #path: string;
  #database: Promise<Database> | undefined;

  constructor(ctx: SourceContext<DuckDBConnectionOptions, SourceOptions>) {
    this.#ctx = ctx;
    this.#path = databasePath(ctx.connection.path, ctx.workdir);
    if ((ctx.table === undefined) === (ctx.options.query === undefined))
      throw fail('DPONE_OPTION_CONFLICT', 'a duckdb source reads either a table or options.query', {
        where: 'source',
        remedy: 'Name `table`, or give `options.query`, not both.',
      });
  }

  async check(): Promise<CheckResult[]> {
    return checkDatabase(this.#path, 'read', () => this.#opened(), this.#ctx.table);
  }

  async open(request: ReadRequest): Promise<SourceRead> {
    const database = await this.#opened();
    const session = await database.session();
    try {
      await session.run('BEGIN', this.#doing());
      return await openRead(session, request, {
        from: this.#from(),
        label: this.#label(),
        native: await this.#tableColumns(session),
        signal: this.#ctx.signal,
      });
    } catch (error) {
      session.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const database = await this.#database?.catch(() => undefined);
    await database?.close();
  }

  #from(): string {
    const { table, options } = this.#ctx;
    return table === undefined ? `(${options.query!}\n)` : tableName(table);
  }

  #label(): string {
    return this.#ctx.table === undefined ? 'options.query' : tableLabel(this.#ctx.table);
  }

  #doing(): Doing {
    return {
      what: `reading ${this.#label()} of ${this.#path}`,
      code: 'DPONE_SOURCE_READ',
      missing: 'DPONE_SOURCE_NOT_FOUND',
    };
  }

  /** What the catalog knows and DESCRIBE does not: NOT NULL, comments, the key. */
  async #tableColumns(session: Session): Promise<Schema | undefined> {
    if (this.#ctx.table === undefined) return undefined;
    const facts = await tableFacts(session, this.#ctx.table, this.#doing());
    if (facts === null)
      throw fail('DPONE_SOURCE_NOT_FOUND', `there is no table ${this.#label()} in ${this.#path}`, {
        where: this.#label(),
      });
    return toSchema(facts);
  }

  #opened(): Promise<Database> {
    this.#database ??= (async () => {
      if (this.#path !== ':memory:' && !(await fileExists(this.#path)))
        throw fail('DPONE_SOURCE_NOT_FOUND', `${this.#path} is not there`, { where: this.#path });
      return openDatabase(this.#path, 'read', this.#ctx.limits, () => this.#ctx.tempDir());
    })();
    return this.#database;
  }
}
