import {
  type CheckOutcome,
  type Column,
  type FinalizeResult,
  type LaneData,
  type LoadProgram,
  type RejectedRow,
  type SinkLoad,
  type StageResult,
  type StagingCheck,
} from '@dpone/sdk';
import { brokenReason, measureWithQueries } from '@dpone/sdk/connector';
import { brokenBy, measureChecks, type Staged } from './checks-sql.js';
import type { Doing } from './errors.js';
import { jsonBatches, jsonColumn, ROWS_FORMAT } from './rows-json.js';
import { columnList, ident, tableName, text } from './sql.js';
import type { Row } from './session.js';
import { stageData, type Progress, type StageContext } from './stage.js';
import { stagedType } from './types.js';

/** What a load asks of its sink. */
export interface LoadEnds {
  finalize(program: LoadProgram): Promise<FinalizeResult>;
  drop(): Promise<void>;
}

/** The staging of one load: two tables, `__dpone__stg_<load_id>` and its rejected rows. */
export class ClickHouseLoad implements SinkLoad {
  readonly #ctx: StageContext;
  readonly #ends: LoadEnds;
  readonly #doing: Doing;
  readonly #staged: Staged;

  constructor(ctx: StageContext, ends: LoadEnds) {
    this.#ctx = ctx;
    this.#ends = ends;
    this.#doing = { what: `staging of load ${ctx.load.loadId}`, code: 'DPONE_SINK_WRITE' };
    this.#staged = { table: ctx.tables.rows, columns: [...ctx.spec.columns, ...ctx.spec.framework] };
  }

  stage(data: LaneData, partition: number, onProgress: Progress): Promise<StageResult> {
    return stageData(data, partition, this.#ctx, onProgress);
  }

  async count(): Promise<number> {
    for (const sql of this.#ctx.catchUp) await this.#ctx.session.run(sql, this.#doing);
    return this.#ctx.session.count(`SELECT count() FROM ${tableName(this.#ctx.tables.rows)}`, this.#doing);
  }

  measure(checks: readonly StagingCheck[]): Promise<CheckOutcome[]> {
    const { session } = this.#ctx;
    // As the standard has it, what is aggregated of no rows is NULL: ClickHouse's 0 would be held against the rule.
    const settings = { readonly: 2, aggregate_functions_null_for_empty: 1 };
    const ask = (sql: string): Promise<Row[]> => session.rows(sql, this.#doing, { settings });
    const words = { object: tableName(this.#staged.table), quote: ident, ask };
    return measureWithQueries(checks, words, (others) => measureChecks(session, this.#staged, others, this.#doing));
  }

  async quarantine(checks: readonly StagingCheck[]): Promise<number> {
    const { session, tables } = this.#ctx;
    const { columns } = this.#staged;
    const fields = columns.map((c) => `${ident(c.name)} ${stagedType(c)}`).join(', ');
    const row = `toJSONString(CAST(tuple(${columnList(columns)}) AS Tuple(${fields})))`;
    let moved = 0;
    for (const check of checks) {
      const broken = brokenBy(check, this.#staged);
      if (broken === null) continue;
      const diagnostics = text(JSON.stringify({ rule: check.id }));
      const before = await this.count();
      await session.run(
        `INSERT INTO ${tableName(tables.rejects)} (partition, reason, row, diagnostics) SELECT NULL, ` +
          `${text(brokenReason(check))}, ${row}, ${diagnostics} FROM ${tableName(tables.rows)} WHERE ${broken}`,
        this.#doing,
        { settings: { output_format_json_named_tuples_as_objects: 1 } },
      );
      await session.run(`DELETE FROM ${tableName(tables.rows)} WHERE ${broken}`, this.#doing);
      moved += before - (await this.count());
    }
    return moved;
  }

  async *rejected(): AsyncIterable<RejectedRow> {
    const { session, tables, signal } = this.#ctx;
    const sql = `SELECT reason, row, diagnostics FROM ${tableName(tables.rejects)} ORDER BY isNull(partition), partition FORMAT ${ROWS_FORMAT}`;
    const columns = (['reason', 'row', 'diagnostics'] as const).map((name): Column => ({
      name,
      type: { kind: 'string' },
      nullable: false,
    }));
    const stream = await session.bytes(sql, this.#doing, signal);
    const plain = columns.map(() => ({ select: '', value: (json: unknown) => json }));
    for await (const batch of jsonBatches(stream, { columns }, plain, this.#doing))
      for (let r = 0; r < batch.rows; r++)
        yield {
          reason: String(batch.columns[0]![r]),
          row: JSON.parse(String(batch.columns[1]![r])) as RejectedRow['row'],
          diagnostics: JSON.parse(String(batch.columns[2]![r])) as RejectedRow['diagnostics'],
        };
  }

  async max(column: string): Promise<string | null> {
    const { session, tables, signal } = this.#ctx;
    const found = this.#staged.columns.find((c) => c.name === column);
    if (found === undefined) return null;
    const type = stagedType({ ...found, nullable: true });
    const rejected = `accurateCastOrNull(JSONExtractString(row, ${text(column)}), ${text(stagedType({ ...found, nullable: false }))})`;
    const raw = `accurateCastOrNull(trim(BOTH '"' FROM JSONExtractRaw(row, ${text(column)})), ${text(stagedType({ ...found, nullable: false }))})`;
    const sql =
      `SELECT ${jsonColumn({ ...found, nullable: true }, 'v').select} FROM (SELECT max(v) AS v FROM ` +
      `(SELECT CAST(${ident(column)} AS ${type}) AS v FROM ${tableName(tables.rows)} UNION ALL ` +
      `SELECT CAST(ifNull(${rejected}, ${raw}) AS ${type}) FROM ${tableName(tables.rejects)})) FORMAT ${ROWS_FORMAT}`;
    const stream = await session.bytes(sql, this.#doing, signal);
    let max: string | number | bigint | boolean | null = null;
    for await (const batch of jsonBatches(stream, { columns: [found] }, [jsonColumn(found)], this.#doing))
      max = (batch.columns[0]?.[0] ?? null) as typeof max;
    return max === null ? null : String(max);
  }

  finalize(program: LoadProgram): Promise<FinalizeResult> {
    return this.#ends.finalize(program);
  }

  drop(): Promise<void> {
    return this.#ends.drop();
  }
}
