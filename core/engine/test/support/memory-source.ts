import { defineSource, fail, type Column, type RowBatch, type Source, type SourceRead } from '@dpone/sdk';
import { z } from 'zod';
import type { MemoryStore, Row } from './memory-store.js';

const BATCH = 100;

/** A source over the store's tables: one snapshot, ranges of it as partitions, a cursor by column. */
export const memorySource = (store: MemoryStore) =>
  defineSource({
    summary: 'Tables of the in-memory store',
    connection: z.object({ uri: z.string() }),
    options: z.object({
      partitions: z.number().int().min(1).default(1).describe('Parts of one read.'),
      delay_ms: z.number().default(0).describe('Pause before each batch.'),
    }),
    table: 'required',
    capabilities: { lanes: ['rows'], cursors: ['column'], partitions: true, snapshot: 'consistent' },
    example: { type: 'memory', connection: 'memory:', table: { name: 'orders' } },
    create: (ctx): Source => {
      const session = store.connect();
      return {
        check: () => Promise.resolve([{ name: 'connect', status: 'pass', message: ctx.connection.uri }]),
        open: (request) => {
          store.alive(session);
          const table = store.table(ctx.table!.name);
          if (table === undefined) throw fail('DPONE_SOURCE_NOT_FOUND', `no table ${ctx.table!.name}`);
          const wanted = request.columns ?? table.columns.map((c) => c.name);
          const at = wanted.map((name) => table.columns.findIndex((c) => c.name === name));
          const columns = at.map((i) => table.columns[i]!);
          const cursor = request.scope === 'all' ? undefined : request.scope.column!;
          const key = table.columns.findIndex((c) => c.name === cursor);
          const since = request.state;
          const rows = table.rows
            .filter((row) => cursor === undefined || since === null || Number(row[key]) > Number(since))
            .map((row) => at.map((i) => row[i]));
          return Promise.resolve(read(rows, columns, cursor));
        },
        close: () => Promise.resolve(store.disconnect(session)),
      };

      function read(rows: readonly Row[], columns: readonly Column[], cursor: string | undefined): SourceRead {
        const { partitions: many, delay_ms: delay } = ctx.options;
        const version = store.version;
        const size = Math.ceil(rows.length / many);
        const parts = Array.from({ length: many }, (_, index) => ({
          index,
          spec: { from: index * size, to: (index + 1) * size },
        }));
        return {
          schema: { columns },
          estimate: { rows: rows.length },
          partitions: parts,
          lanes: [{ id: 'rows', transport: 'rows', cost: 20 }],
          advance: cursor === undefined ? { kind: 'none' } : { kind: 'max', column: cursor },
          identity: { version, rows: rows.length },
          data: (partition) => {
            const { from, to } = partition.spec as { from: number; to: number };
            return Promise.resolve({
              transport: 'rows',
              schema: { columns },
              batches: batches(rows.slice(from, to), columns, delay),
            });
          },
          verify: () => {
            if (store.version !== version)
              throw fail('DPONE_SOURCE_CHANGED', 'the table was written while it was read');
            return Promise.resolve();
          },
          close: () => Promise.resolve(),
        };
      }

      async function* batches(
        rows: readonly Row[],
        columns: readonly Column[],
        delay: number,
      ): AsyncIterable<RowBatch> {
        for (let i = 0; i < rows.length; i += BATCH) {
          if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
          ctx.signal.throwIfAborted();
          store.alive(session);
          const part = rows.slice(i, i + BATCH);
          yield { rows: part.length, columns: columns.map((_, c) => part.map((row) => row[c])) };
        }
      }
    },
  });
