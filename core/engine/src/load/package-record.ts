import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { atomicWrite, redactDeep, stableJson, type DponeError, type Json, type LoadRef } from '@dpone/sdk';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { targetName } from '../plan/program.js';

export interface PackageRecord {
  readonly run_id: string;
  readonly load_id: string;
  readonly process: string;
  readonly target: string;
  readonly chunk_id: string | null;
  readonly status: 'started' | 'staged' | 'committed' | 'failed' | 'cancelled';
  readonly started_at: string;
  readonly updated_at: string;
  readonly rows_staged: number;
  readonly rows_loaded: number;
  /** The quarantine file, relative to the project. */
  readonly artifact_uri: string | null;
  readonly state_after: Json;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** The record of each load under `.dpone/load-packages`, and which of them are open, so that finding those reads no others. */
export interface PackageRecords {
  /** Relative to the project. */
  pathOf(loadId: string): string;
  /** `chunk`: of a backfill. */
  start(load: LoadRef, chunk?: string): Promise<void>;
  update(loadId: string, change: Partial<PackageRecord>): Promise<void>;
  /** Writes the last word and closes the package. */
  end(loadId: string, change: Partial<PackageRecord> & Pick<PackageRecord, 'status'>): Promise<void>;
  /** Removes the package of a load that had nothing to do. */
  forget(loadId: string): Promise<void>;
  read(loadId: string): Promise<PackageRecord | null>;
  /** Loads of this process and target whose package nobody ended. */
  open(): Promise<readonly string[]>;
}

const FOLDER = '.dpone/load-packages';

export function packageRecords(workdir: string, spec: ProcessSpec, clock: { now(): Date }): PackageRecords {
  const marker = (loadId: string): string => join(workdir, FOLDER, '.open', `${loadId}.${identityOf(spec)}`);
  const pathOf = (loadId: string): string => `${FOLDER}/${loadId}.json`;
  const write = (record: PackageRecord): Promise<void> =>
    atomicWrite(join(workdir, pathOf(record.load_id)), `${stableJson(redactDeep(record))}\n`);
  const read = async (loadId: string): Promise<PackageRecord | null> => {
    const text = await readFile(join(workdir, pathOf(loadId)), 'utf8').catch(() => null);
    return text === null ? null : (JSON.parse(text) as PackageRecord);
  };
  const update = async (loadId: string, change: Partial<PackageRecord>): Promise<void> => {
    const record = await read(loadId);
    if (record !== null) await write({ ...record, ...change, updated_at: clock.now().toISOString() });
  };
  return {
    pathOf,
    read,
    update,
    start: async (load, chunk) => {
      await mkdir(join(workdir, FOLDER, '.open'), { recursive: true });
      await writeFile(marker(load.loadId), '');
      await write({
        run_id: load.runId,
        load_id: load.loadId,
        process: load.process,
        target: targetName(load.target),
        chunk_id: chunk ?? null,
        status: 'started',
        started_at: load.startedAt,
        updated_at: load.startedAt,
        rows_staged: 0,
        rows_loaded: 0,
        artifact_uri: null,
        state_after: null,
        error: null,
      });
    },
    end: async (loadId, change) => {
      await update(loadId, change);
      await rm(marker(loadId), { force: true });
    },
    forget: async (loadId) => {
      await rm(join(workdir, pathOf(loadId)), { force: true });
      await rm(marker(loadId), { force: true });
    },
    open: async () => {
      const names = await readdir(join(workdir, FOLDER, '.open')).catch(() => []);
      const suffix = `.${identityOf(spec)}`;
      return names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length));
    },
  };
}

export const errorOf = (error: DponeError): PackageRecord['error'] => ({ code: error.code, message: error.message });

/** Tells one process's target from another's without holding a secret of its connection. */
function identityOf(spec: ProcessSpec): string {
  const { type, connection, table } = spec.sink;
  const identity = { process: spec.name, type, connection: redactDeep(connection), table: targetName(table) };
  return createHash('sha256').update(stableJson(identity)).digest('hex').slice(0, 16);
}
