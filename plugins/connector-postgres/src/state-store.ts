import type { PluginContext, StateRecord, StateStore } from '@dpone/sdk';
import type { PostgresConnection } from './connection/settings.js';
import type { Doing } from './errors.js';
import type { StateStoreOptions } from './options.js';
import { openServer, useSession, type Server } from './server.js';
import type { Session } from './session.js';
import { tableLabel, tableName, textLiteral } from './sql.js';
import { putState, readStates, removeState, type StateTable } from './state-table.js';

/** States in a table of a Postgres database, for targets of any system. Connects when something is asked of it. */
export class PostgresStateStore implements StateStore {
  readonly #ctx: PluginContext;
  readonly #server: Server;
  readonly #of: StateTable;
  readonly #doing: Doing;

  constructor(ctx: PluginContext & { readonly connection: PostgresConnection; readonly options: StateStoreOptions }) {
    const { table } = ctx.options;
    this.#ctx = ctx;
    this.#server = openServer(ctx.connection, ctx.options);
    this.#of = { schema: table.schema, table: tableName(table) };
    this.#doing = { what: `the state in ${tableLabel(table)}`, code: 'DPONE_SINK_WRITE' };
  }

  async get(key: string): Promise<StateRecord | null> {
    return (await this.#read(`key = ${textLiteral(key)}`))[0] ?? null;
  }

  async list(prefix: string = ''): Promise<readonly StateRecord[]> {
    const records = await this.#read(`starts_with(key, ${textLiteral(prefix)})`);
    // By code units, as every store does, whatever the database's collation.
    return records.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  }

  async put(record: Pick<StateRecord, 'key' | 'state' | 'loadId'>, expectedLoadId: string | null): Promise<void> {
    const at = { now: this.#ctx.clock.now().toISOString(), doing: this.#doing };
    await this.#with((session) => putState(session, this.#of, record, expectedLoadId, at));
  }

  async delete(key: string): Promise<void> {
    await this.#with((session) => removeState(session, this.#of, key, this.#doing));
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  #read(where: string): Promise<StateRecord[]> {
    return this.#with((session) => readStates(session, this.#of, where, this.#doing));
  }

  #with<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return useSession(this.#server, work);
  }
}
