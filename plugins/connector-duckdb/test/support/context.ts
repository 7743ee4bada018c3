import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { API_VERSION, fail, type PluginContext, type SinkContext, type SourceContext, type TableRef } from '@dpone/sdk';
import type { DuckDBConnectionOptions, SinkOptions, SourceOptions } from '../../dist/options.js';

/** A folder of its own, and a plugin context in it; the caller removes it. */
export interface Workspace {
  readonly dir: string;
  readonly ctx: PluginContext;
  path(name: string): string;
  remove(): Promise<void>;
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export async function workspace(): Promise<Workspace> {
  const dir = await mkdtemp(join(tmpdir(), 'dpone-duckdb-'));
  const ctx: PluginContext = {
    apiVersion: API_VERSION,
    log: silent,
    signal: new AbortController().signal,
    clock: { now: () => new Date() },
    workdir: dir,
    tempDir: () => Promise.resolve(dir),
    limits: { memoryBytes: 512 * 2 ** 20, threads: 2 },
    codecs: { for: () => Promise.reject(fail('DPONE_INTERNAL', 'no codecs here')) },
  };
  return { dir, ctx, path: (name) => join(dir, name), remove: () => rm(dir, { recursive: true, force: true }) };
}

export const sinkContext = (
  space: Workspace,
  table: TableRef,
  database = 'target.duckdb',
): SinkContext<DuckDBConnectionOptions, SinkOptions> => ({
  ...space.ctx,
  connection: { path: database },
  options: { keep_backup: false },
  table,
  step: () => Promise.resolve(),
});

export const sourceContext = (
  space: Workspace,
  read: { readonly table?: TableRef; readonly query?: string },
  database = 'source.duckdb',
): SourceContext<DuckDBConnectionOptions, SourceOptions> => ({
  ...space.ctx,
  connection: { path: database },
  options: read.query === undefined ? {} : { query: read.query },
  ...(read.table === undefined ? {} : { table: read.table }),
});
