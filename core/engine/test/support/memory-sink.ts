import {
  defineSink,
  fail,
  typeName,
  type CheckOutcome,
  type Column,
  type FrameworkColumn,
  type LoadProgram,
  type LoadRef,
  type RejectedRow,
  type Sink,
  type SinkLoad,
  type StagingCheck,
  type StagingSpec,
} from '@dpone/sdk';
import { z } from 'zod';
import { applyChange, applyStep } from './memory-finalize.js';
import { keepBackup, memoryRollback } from './memory-rollback.js';
import type { MemoryStore, Row } from './memory-store.js';

const POLL_MS = 5;

/** A transactional sink over the store: staging by load, set-based checks, receipts and state in the change's transaction. */
export const memorySink = (store: MemoryStore) =>
  defineSink({
    summary: 'Tables of the in-memory store',
    connection: z.object({ uri: z.string() }),
    options: z.object({
      limit: z.number().optional().describe('Largest number that a column holds.'),
      keep_backup: z.boolean().default(false).describe('Keep the target as it was before the newest load.'),
    }),
    table: 'required',
    capabilities: {
      lanes: ['rows'],
      finalize: ['replace_all', 'append', 'merge'],
      ddl: ['create_table', 'add_column', 'widen_column', 'drop_not_null', 'rename_column', 'drop_column'],
      checks: ['not_null', 'unique', 'accepted_values', 'min_rows', 'max_null_ratio'],
      transactional: true,
      rollback: true,
      parallelStaging: 'process',
      framework: ['load_id', 'run_id', 'loaded_at', 'extracted_at', 'null'],
      maxIdentifier: 63,
    },
    example: { type: 'memory', connection: 'memory:', table: { name: 'orders' } },
    create: (ctx): Sink => {
      const session = store.connect();
      const target = ctx.table.name;
      const alive = (): void => store.alive(session);

      const load = (ref: LoadRef, spec: StagingSpec): SinkLoad => {
        const area = store.staging.get(ref.loadId)!;
        const rejects: RejectedRow[] = [];
        const names = [...spec.columns, ...spec.framework].map((c) => c.name);
        const at = (name: string): number => names.indexOf(name);
        const rows = (): Row[] => [...area.partitions.values()].flat();
        const broken = (check: StagingCheck): Row[] => {
          if (check.kind === 'not_null') return rows().filter((row) => row[at(check.column)] === null);
          if (check.kind === 'accepted_values')
            return rows().filter((row) => !check.values.includes(row[at(check.column)] as string));
          if (check.kind !== 'unique') throw fail('DPONE_INTERNAL', `no rows break ${check.kind}`);
          const keys = (row: Row): string => check.columns.map((c) => String(row[at(c)])).join('|');
          const seen = new Map<string, number>();
          for (const row of rows()) seen.set(keys(row), (seen.get(keys(row)) ?? 0) + 1);
          return rows().filter((row) => seen.get(keys(row))! > 1);
        };
        const measure = (check: StagingCheck): CheckOutcome => {
          if (check.kind === 'min_rows') {
            const measured = rows().length;
            return { check, measured, violations: measured < check.rows ? 1 : 0 };
          }
          if (check.kind === 'max_null_ratio') {
            const nulls = rows().filter((row) => row[at(check.column)] === null).length;
            const measured = nulls / Math.max(1, rows().length);
            return { check, measured, violations: measured > check.ratio ? 1 : 0 };
          }
          const bad = broken(check);
          if (check.kind !== 'unique') return { check, violations: bad.length };
          return {
            check,
            violations: new Set(bad.map((row) => check.columns.map((c) => String(row[at(c)])).join('|'))).size,
          };
        };
        return {
          stage: async (data, partition, onProgress) => {
            if (data.transport !== 'rows') throw fail('DPONE_INTERNAL', 'only rows were offered');
            const staged: Row[] = [];
            let rejected = 0;
            const constants = spec.framework.map((column) => constant(column, ref));
            for await (const batch of data.batches) {
              alive();
              for (let r = 0; r < batch.rows; r++) {
                const values = batch.columns.map((column) => column[r] ?? null);
                const limit = ctx.options.limit;
                const tooLarge = values.find((value) => limit !== undefined && Number(value) > limit);
                if (tooLarge === undefined) staged.push([...values, ...constants]);
                else {
                  const reason = `${Number(tooLarge)} is larger than ${limit}`;
                  if (spec.badRows === 'fail') throw fail('DPONE_VALUE_OUT_OF_RANGE', reason);
                  rejected++;
                  const row = Object.fromEntries(spec.columns.map((c, i) => [c.name, values[i]]));
                  rejects.push({ row, reason, diagnostics: { partition } });
                }
              }
              onProgress(staged.length, staged.length * 10);
            }
            area.partitions.set(partition, staged);
            return { rows: staged.length, bytes: staged.length * 10, rejected };
          },
          count: () => Promise.resolve(rows().length),
          measure: (checks) => Promise.resolve(checks.map(measure)),
          quarantine: (checks) => {
            let moved = 0;
            for (const check of checks) {
              const bad = new Set(broken(check));
              for (const [partition, staged] of area.partitions)
                area.partitions.set(
                  partition,
                  staged.filter((row) => !bad.has(row)),
                );
              for (const row of bad)
                rejects.push({
                  row: Object.fromEntries(spec.columns.map((c, i) => [c.name, row[i]])),
                  reason: check.id,
                  diagnostics: { rule: check.id },
                });
              moved += bad.size;
            }
            return Promise.resolve(moved);
          },
          rejected: async function* () {
            await Promise.resolve();
            yield* rejects;
          },
          max: (column) => {
            const values = [
              ...rows().map((row) => row[at(column)]),
              ...rejects.map((r) => (r.row as Record<string, unknown>)[column]),
            ];
            const numbers = values.filter((value) => value !== null && value !== undefined).map(Number);
            return Promise.resolve(numbers.length === 0 ? null : String(Math.max(...numbers)));
          },
          finalize: (program) => finalize(program, rows),
          drop: () => {
            alive();
            store.staging.delete(ref.loadId);
            return Promise.resolve();
          },
        };
      };

      async function finalize(program: LoadProgram, rows: () => Row[]) {
        await ctx.step('finalize.begun');
        alive();
        if (program.load.fence !== store.fences.get(target)) throw fail('DPONE_FENCED', 'another worker took over');
        const transaction = store.begin();
        const detail = ctx.options.keep_backup ? keepBackup(transaction, target, program) : program.receipt.detail;
        for (const change of program.changes) applyChange(transaction, target, change);
        let counts = { inserted: 0, updated: 0, deleted: 0 };
        for (const step of program.steps)
          counts = applyStep(transaction, target, step, program.columns, rows(), counts);
        const finalRows = transaction.tables.get(target)!.rows.length;
        await ctx.step('finalize.changed');
        alive();
        const committedAt = ctx.clock.now().toISOString();
        transaction.receipts.unshift({ ...program.receipt, detail, ...counts, finalRows, committedAt });
        if (program.state !== null)
          transaction.states.set(program.state.key, {
            ...program.state,
            loadId: program.load.loadId,
            updatedAt: committedAt,
          });
        await ctx.step('finalize.receipted');
        alive();
        store.durable = transaction;
        await ctx.step('finalize.committed');
        return { ...counts, finalRows };
      }

      return {
        check: () => Promise.resolve([{ name: 'connect', status: 'pass', message: ctx.connection.uri }]),
        inspect: () => {
          alive();
          const table = store.table(target);
          return Promise.resolve(
            table === undefined
              ? { exists: false, schema: null }
              : { exists: true, schema: { columns: table.columns }, rows: table.rows.length },
          );
        },
        accepts: () => [{ id: 'rows', transport: 'rows', cost: 20 }],
        physicalType: (column: Column) =>
          column.type.kind === 'interval' ? { refused: 'there is no interval' } : { type: typeName(column.type) },
        explain: (program) => program.steps.map((step) => `${step.op} ${target}`),
        lock: async (owner, waitMs) => {
          const end = performance.now() + waitMs;
          for (;;) {
            alive();
            const held = store.locks.get(target);
            if (held === undefined) break;
            ctx.signal.throwIfAborted();
            if (performance.now() >= end) throw fail('DPONE_TARGET_LOCKED', `load ${held.loadId} holds ${target}`);
            await new Promise((resolve) => setTimeout(resolve, POLL_MS));
          }
          const mine = { loadId: owner.loadId, session };
          store.locks.set(target, mine);
          const fence = (store.fences.get(target) ?? 0) + 1;
          store.fences.set(target, fence);
          return {
            fence,
            heartbeat: () => Promise.resolve(),
            release: () => {
              if (store.locks.get(target) === mine) store.locks.delete(target);
              return Promise.resolve();
            },
          };
        },
        openLoads: () => {
          alive();
          return Promise.resolve(
            [...store.staging].filter(([, area]) => area.target === target).map(([loadId]) => ({ loadId })),
          );
        },
        recover: (loadId) => {
          alive();
          store.staging.delete(loadId);
          return Promise.resolve('undone');
        },
        receipt: (loadId) => {
          alive();
          return Promise.resolve(store.durable.receipts.find((r) => r.loadId === loadId) ?? null);
        },
        history: (limit) => Promise.resolve(store.durable.receipts.filter((r) => r.target === target).slice(0, limit)),
        state: (key) => Promise.resolve(store.durable.states.get(key) ?? null),
        states: () => Promise.resolve([...store.durable.states.values()]),
        resetState: (key) => Promise.resolve(void store.durable.states.delete(key)),
        begin: (ref, spec) => {
          alive();
          store.staging.set(ref.loadId, { target, partitions: new Map() });
          return Promise.resolve(load(ref, spec));
        },
        attach: (ref, spec) => {
          if (!store.staging.has(ref.loadId)) throw fail('DPONE_FENCED', 'staging is gone');
          return Promise.resolve(load(ref, spec));
        },
        rollback: memoryRollback(store, target, ctx),
        close: () => Promise.resolve(store.disconnect(session)),
      };
    },
  });

function constant(column: FrameworkColumn, ref: LoadRef): unknown {
  switch (column.value) {
    case 'load_id':
      return ref.loadId;
    case 'run_id':
      return ref.runId;
    case 'loaded_at':
    case 'extracted_at':
      return ref.startedAt;
    default:
      return null;
  }
}
