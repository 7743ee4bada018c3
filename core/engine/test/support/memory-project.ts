import { mkdtempSync, readdirSync, readFileSync, existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definePlugin, type Column } from '@dpone/sdk';
import type { EngineHost, ProcessSpec } from '@dpone/engine';
import { memorySink } from './memory-sink.js';
import { memorySource } from './memory-source.js';
import { MemoryStore } from './memory-store.js';
import { fullRefresh, incrementalAppend, incrementalMerge, partitionReplace } from './strategies.js';
import { testHost, type TestHost } from './test-host.js';

export const COLUMNS: readonly Column[] = [
  { name: 'id', type: { kind: 'int64' }, nullable: false },
  { name: 'amount', type: { kind: 'decimal', precision: 10, scale: 2 }, nullable: true },
];

/** Rows `from`...`to` with amounts that say in which round they were written. */
export const orders = (from: number, to: number, round: number): [bigint, string][] =>
  Array.from({ length: to - from + 1 }, (_, i) => [BigInt(from + i), `${round}.00`]);

export interface MemoryProject {
  readonly store: MemoryStore;
  readonly host: TestHost;
  readonly path: string;
  files(folder: string): string[];
  json(path: string): Record<string, unknown>;
  remove(): void;
}

export async function memoryProject(env: EngineHost['env'] = {}): Promise<MemoryProject> {
  const path = mkdtempSync(join(tmpdir(), 'dpone-engine-'));
  const store = new MemoryStore();
  const plugin = definePlugin({
    register(host) {
      host.source('memory', memorySource(store));
      host.sink('memory', memorySink(store));
      host.strategy('full_refresh', fullRefresh);
      host.strategy('incremental_append', incrementalAppend);
      host.strategy('incremental_merge', incrementalMerge);
      host.strategy('partition_replace', partitionReplace);
    },
  });
  return {
    store,
    path,
    host: await testHost(path, [plugin], env),
    files: (folder) => (existsSync(join(path, folder)) ? readdirSync(join(path, folder)).toSorted() : []),
    json: (file) => JSON.parse(readFileSync(join(path, file), 'utf8')) as Record<string, unknown>,
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

type Deep<T> = {
  readonly [K in keyof T]?: T[K] extends readonly unknown[] ? T[K] : T[K] extends object ? Deep<T[K]> : T[K];
};

/** A process from `source_orders` to `orders`, as a manifest's parser would give it. */
export function memorySpec(change: Deep<ProcessSpec> = {}): ProcessSpec {
  const spec: ProcessSpec = {
    name: 'orders',
    selector: null,
    manifest: 'orders.yml',
    source: {
      type: 'memory',
      connection: { kind: 'inline', value: 'memory:' },
      table: { name: 'source_orders' },
      options: {},
      excludeColumns: [],
    },
    sink: {
      type: 'memory',
      connection: { kind: 'inline', value: 'memory:' },
      table: { name: 'orders' },
      options: {},
      strategy: { mode: 'full_refresh', uniqueKey: [], options: {} },
    },
    dependsOn: [],
    state: { type: 'target', options: {} },
    lineage: { enabled: true, preset: 'minimal' },
    schemaEvolution: {
      enabled: true,
      mode: 'widening',
      applySafe: true,
      onTypeChange: 'fail',
      newColumnPrefix: '__dpone__nc__',
      renames: {},
      newTables: 'evolve',
      newColumns: 'evolve',
      widens: true,
      ddlMode: 'online',
      onSchemaChange: 'apply',
      ignoresBreaking: false,
      keepsReserved: false,
      limits: {},
      blocksOnline: true,
      ledgerPath: '.dpone/schema-ledger',
    },
    schemaContract: { enforcement: 'strict', columns: {} },
    quality: [],
    engine: { executor: 'local', lockTimeoutSeconds: 5 },
    ignored: [],
    warnings: [],
    places: {},
    raw: {},
  };
  return deepMerge(spec, change) as ProcessSpec;
}

function deepMerge(base: unknown, change: unknown): unknown {
  if (typeof base !== 'object' || base === null || Array.isArray(base) || typeof change !== 'object' || change === null)
    return change === undefined ? base : change;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(change))
    merged[key] = deepMerge((base as Record<string, unknown>)[key], value);
  return merged;
}
