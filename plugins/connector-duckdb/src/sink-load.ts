import {
  quoteIdent,
  quoteLiteral,
  type CheckOutcome,
  type FinalizeResult,
  type FinalizeStepName,
  type LaneData,
  type LoadProgram,
  type RejectedRow,
  type SinkLoad,
  type StageResult,
  type StagingCheck,
} from '@dpone/sdk';
import { brokenReason, measureWithQueries } from '@dpone/sdk/connector';
import { brokenBy, measureChecks } from './checks-sql.js';
import type { Database } from './connection.js';
import type { Doing } from './errors.js';
import { finalizeLoad } from './finalize.js';
import { BAD_COLUMN, type MetaNames } from './names.js';
import { REJECT_COLUMNS, toRejectedRow } from './rejects.js';
import { chunks, queryBatches } from './rows-lane.js';
import type { Row, Session } from './session.js';
import { columnList, sqlType } from './sql.js';
import { stageData, type Progress, type StageContext } from './stage.js';
import { dropStaging } from './staging-sql.js';

/** The staging of one load: two tables, `__dpone__stg_<load_id>` and its rejected rows. */
export class DuckDBLoad implements SinkLoad {
  readonly #database: Database;
  readonly #ctx: StageContext;
  readonly #meta: MetaNames;
  readonly #step: (name: FinalizeStepName) => Promise<void>;
  readonly #doing: Doing;

  constructor(database: Database, ctx: StageContext, meta: MetaNames, step: (name: FinalizeStepName) => Promise<void>) {
    this.#database = database;
    this.#ctx = ctx;
    this.#meta = meta;
    this.#step = step;
    this.#doing = { what: `staging of load ${ctx.load.loadId}`, code: 'DPONE_SINK_WRITE' };
  }

  async stage(data: LaneData, partition: number, onProgress: Progress): Promise<StageResult> {
    return this.#with((session) => stageData(session, data, partition, this.#ctx, onProgress));
  }

  async count(): Promise<number> {
    return this.#with((session) => session.count(`SELECT count(*) FROM ${this.#ctx.names.rows}`, this.#doing));
  }

  async measure(checks: readonly StagingCheck[]): Promise<CheckOutcome[]> {
    const { names } = this.#ctx;
    return this.#with((session) => {
      const ask = (sql: string): Promise<Row[]> => session.rows(sql, this.#doing);
      return measureWithQueries(checks, { object: names.rows, quote: quoteIdent, ask }, (others) =>
        measureChecks(session, names.rows, others, this.#doing),
      );
    });
  }

  async quarantine(checks: readonly StagingCheck[]): Promise<number> {
    const { names, spec } = this.#ctx;
    const members = [...spec.columns, ...spec.framework].map((c) => `${quoteLiteral(c.name)}, t.${quoteIdent(c.name)}`);
    const row = `CAST(json_object(${members.join(', ')}) AS VARCHAR)`;
    return this.#with((session) =>
      session.transaction(this.#doing, async () => {
        let moved = 0;
        for (const check of checks) {
          const broken = brokenBy(check, names.rows);
          if (broken === null) continue;
          const diagnostics = quoteLiteral(JSON.stringify({ rule: check.id }));
          await session.run(
            `INSERT INTO ${names.rejects} ("partition", ${REJECT_COLUMNS}) SELECT NULL, NULL, NULL, ` +
              `${quoteLiteral(brokenReason(check))}, ${row}, ${diagnostics} FROM ${names.rows} AS t WHERE ${broken}`,
            this.#doing,
          );
          moved += await session.run(`DELETE FROM ${names.rows} AS t WHERE ${broken}`, this.#doing);
        }
        return moved;
      }),
    );
  }

  async *rejected(): AsyncIterable<RejectedRow> {
    const session = await this.#database.session();
    try {
      const sql = `SELECT ${REJECT_COLUMNS} FROM ${this.#ctx.names.rejects} ORDER BY "partition" NULLS LAST, "file", "line", "row"`;
      for await (const chunk of chunks(session, sql, this.#doing, this.#ctx.signal))
        for (const values of chunk.getRows()) yield toRejectedRow(values);
    } finally {
      session.close();
    }
  }

  async max(column: string): Promise<string | null> {
    const { names, spec, signal } = this.#ctx;
    const found = [...spec.columns, ...spec.framework].find((c) => c.name === column);
    if (found === undefined) return null;
    const type = sqlType(found);
    const member = quoteLiteral(`$."${column.replaceAll('"', '\\"')}"`);
    const sql =
      `SELECT max(v) AS v FROM (SELECT ${quoteIdent(column)} AS v FROM ${names.rows} UNION ALL ` +
      `SELECT TRY_CAST(json_extract_string("row", ${member}) AS ${type}) FROM ${names.rejects})`;
    return this.#with(async (session) => {
      let max: string | number | bigint | boolean | null = null;
      for await (const batch of queryBatches(session, sql, { columns: [found] }, this.#doing, signal))
        max = (batch.columns[0]?.[0] ?? null) as typeof max;
      return max === null ? null : String(max);
    });
  }

  async finalize(program: LoadProgram): Promise<FinalizeResult> {
    const { names, now, signal, spec, keepBackup } = this.#ctx;
    return this.#with(async (session) => {
      // Its own statement, before the transaction: a table that a transaction wrote cannot be altered in it.
      if (spec.badRows === 'reject')
        await session.run(`ALTER TABLE ${names.rows} DROP COLUMN IF EXISTS ${quoteIdent(BAD_COLUMN)}`, this.#doing);
      return finalizeLoad(session, program, { names, meta: this.#meta, now, step: this.#step, signal, keepBackup });
    });
  }

  async drop(): Promise<void> {
    await this.#with(async (session) => {
      for (const statement of dropStaging(this.#ctx.names)) await session.run(statement, this.#doing);
    });
  }

  async #with<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.#database.session();
    try {
      return await work(session);
    } finally {
      session.close();
    }
  }
}

/** Columns of staging as SQL, for `attach` to prove that the table has them. */
export const stagedList = (ctx: StageContext): string => columnList([...ctx.spec.columns, ...ctx.spec.framework]);
