import {
  quoteIdent,
  type CheckOutcome,
  type Column,
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
import type { Doing } from './errors.js';
import { finalizeLoad } from './finalize.js';
import type { TypeOf } from './framework-sql.js';
import { maxOf } from './max-sql.js';
import type { MetaNames } from './names.js';
import { provenNotNull, type Required } from './not-null.js';
import type { Row, Session } from './session.js';
import { textLiteral } from './sql.js';
import { withSession, type Progress, type StageContext } from './stage-context.js';
import { stageData } from './stage.js';
import { dropStaging, selectUnshared } from './staging-sql.js';

export interface LoadContext extends StageContext {
  readonly meta: MetaNames;
  readonly required: Required;
  readonly typeOf: TypeOf;
  readonly serverVersion: number;
  readonly step: (name: FinalizeStepName) => Promise<void>;
  readonly keepBackup: boolean;
}

/** Rows of rejected ones that are fetched at a time. */
const REJECTS_AT_ONCE = 5000;

/** The staging of one load: two tables, `__dpone__stg_<load_id>` and its rejected rows. */
export class PostgresLoad implements SinkLoad {
  readonly #ctx: LoadContext;
  readonly #doing: Doing;
  /** Columns that are known to have no NULL. */
  readonly #notNull: Set<string>;
  /** Rows in staging, once counted; nothing but this load changes them. */
  #counted: number | undefined;
  /** Rows that this process put in, by the server's count of each COPY; undefined where that is not the whole. */
  #put: number | undefined;

  /** `notNull` are the columns that staging was made NOT NULL with, where this process made it. */
  constructor(ctx: LoadContext, notNull?: ReadonlySet<string>) {
    this.#ctx = ctx;
    this.#notNull = new Set(notNull);
    this.#put = notNull === undefined ? undefined : 0;
    this.#doing = { what: `staging of load ${ctx.load.loadId}`, code: 'DPONE_SINK_WRITE' };
  }

  async stage(data: LaneData, partition: number, onProgress: Progress): Promise<StageResult> {
    this.#counted = undefined;
    try {
      const result = await stageData(data, partition, this.#ctx, onProgress);
      if (this.#put !== undefined) this.#put += result.rows;
      return result;
    } catch (error) {
      this.#put = undefined;
      throw error;
    }
  }

  /** What the server said of every COPY, where all were this process's; else it counts. */
  async count(): Promise<number> {
    const { names } = this.#ctx;
    this.#counted ??= await this.#with(async (session) =>
      this.#put !== undefined && (await session.row(selectUnshared(names), this.#doing)) !== undefined
        ? this.#put
        : session.count(`SELECT count(*) FROM ${names.rows}`, this.#doing),
    );
    return this.#counted;
  }

  async measure(checks: readonly StagingCheck[]): Promise<CheckOutcome[]> {
    if (checks.length === 0) return [];
    const { names, spec } = this.#ctx;
    return this.#with(async (session) => {
      await this.#proveNotNull(checks, session);
      const holds = (check: StagingCheck): boolean => check.kind === 'not_null' && this.#notNull.has(check.column);
      const open = checks.filter((check) => !holds(check));
      // No statement of a contract changes anything, whatever functions it calls.
      const ask = (sql: string): Promise<Row[]> =>
        session.transaction(this.#doing, () => session.rows(sql, this.#doing), 'BEGIN READ ONLY');
      const measured = await measureWithQueries(open, { object: names.rows, quote: quoteIdent, ask }, (others) =>
        measureChecks(session, names.rows, spec.columns, others, this.#doing),
      );
      return checks.map((check) => (holds(check) ? { check, violations: 0 } : measured[open.indexOf(check)]!));
    });
  }

  async #proveNotNull(checks: readonly StagingCheck[], session: Session): Promise<void> {
    const { names, required } = this.#ctx;
    const asked = checks.flatMap((c) => (c.kind === 'not_null' && required.has(c.column) ? [c.column] : []));
    const columns = [...new Set(asked)].filter((column) => !this.#notNull.has(column));
    if (columns.length === 0) return;
    if (await provenNotNull(session, names.rows, columns, required, this.#doing))
      for (const column of columns) this.#notNull.add(column);
  }

  async quarantine(checks: readonly StagingCheck[]): Promise<number> {
    this.#counted = undefined;
    this.#put = undefined;
    const { names } = this.#ctx;
    return this.#with((session) =>
      session.transaction(this.#doing, async () => {
        let moved = 0;
        for (const check of checks) {
          const broken = brokenBy(check, names.rows);
          if (broken === null) continue;
          const diagnostics = textLiteral(JSON.stringify({ rule: check.id }));
          moved += await session.run(
            `WITH broken AS (DELETE FROM ${names.rows} AS t WHERE ${broken} RETURNING t.*) ` +
              `INSERT INTO ${names.rejects} ("reason", "row", "diagnostics") ` +
              `SELECT ${textLiteral(brokenReason(check))}, to_json(broken)::text, ${diagnostics} FROM broken`,
            this.#doing,
          );
        }
        return moved;
      }),
    );
  }

  async *rejected(): AsyncIterable<RejectedRow> {
    const session = await this.#ctx.server.session();
    try {
      await session.begin(this.#doing);
      await session.run(
        'DECLARE rejected NO SCROLL CURSOR FOR SELECT "reason", "row", "diagnostics" ' +
          `FROM ${this.#ctx.names.rejects} ORDER BY "partition" NULLS LAST, "position", "row"`,
        this.#doing,
      );
      for (;;) {
        const rows = await session.rows(`FETCH ${REJECTS_AT_ONCE} FROM rejected`, this.#doing);
        for (const row of rows)
          yield {
            reason: row['reason']!,
            row: JSON.parse(row['row']!) as RejectedRow['row'],
            diagnostics: JSON.parse(row['diagnostics']!) as RejectedRow['diagnostics'],
          };
        if (rows.length < REJECTS_AT_ONCE) return;
      }
    } finally {
      await session.rollback();
      await session.close();
    }
  }

  async max(name: string): Promise<string | null> {
    const { spec, names, typeOf } = this.#ctx;
    const column: Column | undefined = spec.columns.find((c) => c.name === name);
    if (column === undefined) return null;
    const type = typeOf(column);
    return this.#with((session) => maxOf(session, { name, column, type, names }, this.#doing));
  }

  async finalize(program: LoadProgram): Promise<FinalizeResult> {
    const { meta, names, spec, typeOf, serverVersion, step, plugin, keepBackup } = this.#ctx;
    const staged = await this.count();
    return this.#with((session) =>
      finalizeLoad(session, program, {
        meta,
        names,
        spec,
        typeOf,
        serverVersion,
        step,
        staged,
        count: (table) => this.#with((other) => other.count(`SELECT count(*) FROM ${table}`, this.#doing)),
        now: () => plugin.clock.now(),
        signal: plugin.signal,
        keepBackup,
      }),
    );
  }

  async drop(): Promise<void> {
    await this.#with((session) => session.script(dropStaging(this.#ctx.names), this.#doing));
  }

  async #with<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return withSession(this.#ctx, work);
  }
}

/** Columns of staging as SQL, for `attach` to prove that the table has them. */
export const stagedList = (ctx: StageContext): string => ctx.spec.columns.map((c) => quoteIdent(c.name)).join(', ');
