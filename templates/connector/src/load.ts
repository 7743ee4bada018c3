import {
  fail,
  type Column,
  type FrameworkColumn,
  type LoadRef,
  type SinkContext,
  type SinkLoad,
  type StagingSpec,
} from '@dpone/sdk';
import { violations } from './checks.js';
import { applyChange, applyStep, type Target } from './finalize.js';
import type { Connection, SinkOptions } from './options.js';
import { keepBackup } from './rollback.js';
import { compareValues } from './rows.js';
import type { Store, StoreDocument, StoredRow, StoredStaging } from './store.js';
import { misfit, toStored } from './types.js';

interface Where {
  readonly ctx: SinkContext<Connection, SinkOptions>;
  readonly store: Store;
  readonly name: string;
}

/** The staging of one load. */
export function openLoad({ ctx, store, name }: Where, load: LoadRef, spec: StagingSpec): SinkLoad {
  const mine = (document: StoreDocument): StoredStaging => {
    const staging = document.staging[load.loadId];
    if (staging === undefined)
      throw fail('DPONE_SINK_WRITE', `The staging of load ${load.loadId} is gone.`, { where: name });
    return staging;
  };
  const read = async (): Promise<StoredStaging> => mine(await store.read());
  return {
    stage: async (data, partition, onProgress) => {
      if (data.transport !== 'rows') throw fail('DPONE_NO_LANE', 'acme takes the rows lane only.');
      const rows: StoredRow[] = [];
      const rejected: StoredStaging['rejected'] = [];
      for await (const batch of data.batches) {
        if (ctx.signal.aborted) throw fail('DPONE_CANCELLED', 'Staging was cancelled.');
        for (let r = 0; r < batch.rows; r++) {
          const values = spec.columns.map((_, c) => batch.columns[c]![r]);
          const reason = spec.columns.map((column, c) => misfit(values[c], column)).find((text) => text !== undefined);
          if (reason === undefined)
            rows.push([
              ...spec.columns.map((column, c) => toStored(values[c], column.type)),
              ...constants(spec.framework, load),
            ]);
          else if (spec.badRows === 'fail') throw fail('DPONE_VALUE_OUT_OF_RANGE', reason, { where: name });
          else rejected.push({ row: rowObject(spec.columns, values), reason, diagnostics: { partition } });
        }
        onProgress(rows.length, 0);
      }
      await store.transaction((document) => {
        mine(document).rows.push(...rows);
        mine(document).rejected.push(...rejected);
      });
      return { rows: rows.length, rejected: rejected.length };
    },
    count: async () => (await read()).rows.length,
    measure: async (checks) => {
      const staging = await read();
      return checks.map((check) => ({ check, ...violations(check, staging) }));
    },
    quarantine: async (checks) =>
      store.transaction((document) => {
        const staging = mine(document);
        const before = staging.rows.length;
        for (const check of checks) {
          const { bad } = violations(check, staging);
          staging.rows = staging.rows.filter((row) => !bad.has(row));
          for (const row of bad)
            staging.rejected.push({
              row: rowObject(staging.columns, row),
              reason: `breaks ${check.id}`,
              diagnostics: { rule: check.id },
            });
        }
        return before - staging.rows.length;
      }),
    rejected: async function* () {
      yield* (await read()).rejected;
    },
    max: async (column) => {
      const { columns, rows, rejected } = await read();
      const at = columns.findIndex((c) => c.name === column);
      const values = [...rows.map((row) => row[at]), ...rejected.map(({ row }) => row[column] ?? null)].filter(
        (v) => v !== null,
      );
      if (values.length === 0) return null;
      return String(values.reduce((a, b) => ((compareValues(a, b, columns[at]!) ?? 0) < 0 ? b : a)) as string);
    },
    finalize: async (program) => {
      await ctx.step('finalize.begun');
      const result = await store.transaction(async (document) => {
        if (load.fence < (document.locks[name]?.fence ?? 0))
          throw fail('DPONE_FENCED', `Another worker took ${name} over; load ${load.loadId} changes nothing.`);
        if (document.receipts.some((receipt) => receipt.loadId === load.loadId))
          throw fail('DPONE_FENCED', `Load ${load.loadId} has its receipt already.`);
        const detail = ctx.options.keep_backup ? keepBackup(document, name, program) : program.receipt.detail;
        const target: Target = { table: document.tables[name], inserted: 0, updated: 0, deleted: 0 };
        for (const change of program.changes) applyChange(change, target);
        for (const step of program.steps) applyStep(step, target, mine(document), load.startedAt);
        if (target.table === undefined) throw fail('DPONE_SINK_WRITE', `Table ${name} does not exist.`);
        document.tables[name] = target.table;
        await ctx.step('finalize.changed');
        const { inserted, updated, deleted } = target;
        const counts = { inserted, updated, deleted, finalRows: target.table.rows.length };
        const committedAt = ctx.clock.now().toISOString();
        document.receipts.push({ ...program.receipt, detail, target: name, ...counts, committedAt });
        if (program.state !== null)
          document.states[program.state.key] = { ...program.state, loadId: load.loadId, updatedAt: committedAt };
        await ctx.step('finalize.receipted');
        return counts;
      });
      await ctx.step('finalize.committed');
      return result;
    },
    drop: async () =>
      store.transaction((document) => {
        delete document.staging[load.loadId];
      }),
  };
}

const rowObject = (columns: readonly Column[], values: readonly unknown[]): Record<string, unknown> =>
  Object.fromEntries(
    columns.map((column, c) => [column.name, typeof values[c] === 'bigint' ? String(values[c]) : values[c]]),
  );

/** Framework columns whose value is one for the whole load. */
function constants(framework: readonly FrameworkColumn[], load: LoadRef): unknown[] {
  return framework.map(({ value }) => {
    switch (value) {
      case 'load_id':
        return load.loadId;
      case 'run_id':
        return load.runId;
      case 'loaded_at':
      case 'extracted_at':
        return load.startedAt;
      case 'true':
        return true;
      default:
        return null;
    }
  });
}
