import {
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
import type { Doing } from './errors.js';
import { finalizeLoad } from './finalize.js';
import { maxOf } from './max-sql.js';
import type { MetaNames } from './names.js';
import { readValue, selectList } from './read-value.js';
import type { Row, Session } from './session.js';
import { quoteName } from './sql.js';
import { setAside, stage } from './stage.js';
import { withSession, type Progress, type StageContext } from './stage-context.js';
import { dropStaging, type StagingPlan } from './staging-sql.js';
import { SYSTEM } from './types.js';

export interface LoadContext extends StageContext, Pick<StagingPlan, 'typeOf' | 'collation'> {
  readonly meta: MetaNames;
  readonly step: (name: FinalizeStepName) => Promise<void>;
  readonly keepBackup: boolean;
}

/** The staging of one load: two tables, `__dpone__stg_<load_id>` and its rejected rows. */
export class MssqlLoad implements SinkLoad {
  readonly #ctx: LoadContext;
  readonly #doing: Doing;

  constructor(ctx: LoadContext) {
    this.#ctx = ctx;
    this.#doing = { what: `staging of load ${ctx.load.loadId}`, code: 'DPONE_SINK_WRITE' };
  }

  stage(data: LaneData, partition: number, onProgress: Progress): Promise<StageResult> {
    return stage(data, partition, this.#ctx, onProgress);
  }

  count(): Promise<number> {
    return this.#with((session) => session.count(`SELECT COUNT_BIG(*) AS n FROM ${this.#ctx.names.rows}`, this.#doing));
  }

  async measure(checks: readonly StagingCheck[]): Promise<CheckOutcome[]> {
    if (checks.length === 0) return [];
    const { names } = this.#ctx;
    return this.#with((session) => {
      const ask = (sql: string): Promise<Row[]> => session.rows(sql, this.#doing);
      return measureWithQueries(checks, { object: names.rows, quote: quoteName, ask }, (others) =>
        measureChecks(session, names.rows, others, this.#doing),
      );
    });
  }

  /** Rows are kept first and removed then: what a crash leaves between the two goes with staging. */
  async quarantine(checks: readonly StagingCheck[]): Promise<number> {
    const { names, spec, types } = this.#ctx;
    const columns = spec.columns.map((c, i) => ({ ...c, native: { system: SYSTEM, type: types[i]! } }));
    const list = selectList(columns);
    return this.#with(async (session) => {
      let moved = 0;
      for (const check of checks) {
        const broken = brokenBy(check, names.rows);
        if (broken === null) continue;
        const select = `SELECT ${list} FROM ${names.rows} AS t WHERE ${broken}`;
        for await (const batch of session.read(select, columns.map(readValue), this.#doing, this.#ctx.plugin.signal)) {
          const rows = Array.from({ length: batch.rows }, (_, r): RejectedRow => ({
            row: Object.fromEntries(columns.map((c, i) => [c.name, batch.columns[i]![r] ?? null])),
            reason: brokenReason(check),
            diagnostics: { rule: check.id },
          }));
          await setAside(rows, null, this.#ctx);
        }
        moved += await session.change(`DELETE t FROM ${names.rows} AS t WHERE ${broken}`, this.#doing);
      }
      return moved;
    });
  }

  async *rejected(): AsyncIterable<RejectedRow> {
    const session = await this.#ctx.server.session();
    const select =
      'SELECT [reason], [row], [diagnostics] ' +
      `FROM ${this.#ctx.names.rejects} ORDER BY CASE WHEN [partition] IS NULL THEN 1 ELSE 0 END, [partition], [position]`;
    const text = (value: unknown): unknown => value;
    try {
      for await (const { rows, columns } of session.read(select, [text, text, text], this.#doing))
        for (let r = 0; r < rows; r++)
          yield {
            reason: String(columns[0]![r]),
            row: JSON.parse(String(columns[1]![r])) as RejectedRow['row'],
            diagnostics: JSON.parse(String(columns[2]![r])) as RejectedRow['diagnostics'],
          };
    } finally {
      session.close();
    }
  }

  async max(name: string): Promise<string | null> {
    const { spec, names, types } = this.#ctx;
    const at = spec.columns.findIndex((c) => c.name === name);
    if (at < 0) return null;
    const call = { name, column: spec.columns[at]!, type: types[at]!, names };
    return this.#with((session) => maxOf(session, call, this.#doing));
  }

  async finalize(program: LoadProgram): Promise<FinalizeResult> {
    const { meta, names, spec, load, typeOf, collation, step, plugin, keepBackup } = this.#ctx;
    const staged = await this.count();
    return this.#with((session) =>
      finalizeLoad(session, program, {
        meta,
        names,
        spec,
        load,
        typeOf,
        collation,
        now: '',
        step,
        staged,
        clock: () => plugin.clock.now(),
        signal: plugin.signal,
        keepBackup,
      }),
    );
  }

  async drop(): Promise<void> {
    await this.#with(async (session) => {
      for (const statement of dropStaging(this.#ctx.names)) await session.run(statement, this.#doing);
    });
  }

  #with<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return withSession(this.#ctx, work);
  }
}
