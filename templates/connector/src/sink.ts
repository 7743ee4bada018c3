import { resolve } from 'node:path';
import { typeName, type LoadRef, type Sink, type SinkContext, type StagingSpec } from '@dpone/sdk';
import type { Connection, SinkOptions } from './options.js';
import { openLoad } from './load.js';
import { lockTarget } from './lock.js';
import { sinkRollback } from './rollback.js';
import { Store, tableName } from './store.js';

export async function createSink(ctx: SinkContext<Connection, SinkOptions>): Promise<Sink> {
  const name = tableName(ctx.table);
  const store = new Store(resolve(ctx.workdir, ctx.connection.path));
  const staged = (load: LoadRef, spec: StagingSpec) => openLoad({ ctx, store, name }, load, spec);
  return {
    check: async () =>
      store.reachable().then(
        () => [{ name: 'open store', status: 'pass' as const, message: store.path }],
        (error: Error) => [{ name: 'open store', status: 'fail' as const, message: error.message }],
      ),
    inspect: async () => {
      await store.reachable();
      const table = (await store.read()).tables[name];
      return table === undefined
        ? { exists: false, schema: null }
        : { exists: true, schema: { columns: table.columns }, rows: table.rows.length };
    },
    unfilled: async (column, successor) => {
      const { columns, rows } = (await store.read()).tables[name]!;
      const [from, to] = [column, successor].map((wanted) => columns.findIndex((c) => c.name === wanted));
      return rows.filter((row) => row[from!] !== null && row[to!] === null).length;
    },
    accepts: () => [{ id: 'rows', transport: 'rows', cost: 20 }],
    physicalType: (column) => ({ type: typeName(column.type) }),
    explain: (program) => [
      ...program.changes.map((change) => `${change.kind} on ${name}: ${JSON.stringify(change)}`),
      ...program.steps.map((step) => `${step.op} on ${name}: ${JSON.stringify(step)}`),
    ],
    lock: (owner, waitMs) => lockTarget(store, name, owner, waitMs, ctx),
    openLoads: async () => {
      const { staging } = await store.read();
      return Object.keys(staging)
        .filter((id) => staging[id]!.target === name)
        .map((loadId) => ({ loadId }));
    },
    // Finalize is one transaction, so there is nothing to finish: the receipt says which of the two it was.
    recover: async (loadId) =>
      store.transaction((document) => {
        delete document.staging[loadId];
        return document.receipts.some((receipt) => receipt.loadId === loadId) ? 'finished' : 'undone';
      }),
    receipt: async (loadId) =>
      (await store.read()).receipts.find((r) => r.loadId === loadId && r.target === name) ?? null,
    history: async (limit) =>
      (await store.read()).receipts
        .filter((r) => r.target === name)
        .reverse()
        .slice(0, limit),
    state: async (key) => (await store.read()).states[key] ?? null,
    states: async () => Object.values((await store.read()).states),
    resetState: (key) =>
      store.transaction((document) => {
        delete document.states[key];
      }),
    begin: async (load, spec) => {
      const columns = [
        ...spec.columns,
        ...spec.framework.map(({ name: column, type, nullable }) => ({ name: column, type, nullable })),
      ];
      await store.transaction((document) => {
        document.staging[load.loadId] = { target: name, columns, rows: [], rejected: [] };
      });
      return staged(load, spec);
    },
    attach: async (load, spec) => staged(load, spec),
    rollback: sinkRollback(store, name, ctx),
    close: async () => {},
  };
}
