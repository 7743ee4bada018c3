import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { atomicWrite, fail, isJsonObject, redactDeep, stableJson, type Json, type Owner } from '@dpone/sdk';
import type { ProcessResult } from '../results.js';

/** Where runs leave what they did, relative to the project. */
const RUNS = '.dpone/runs';

/** What the file of a process in a run says: its result, and how it came about. */
export interface ProcessRecord extends Omit<ProcessResult, 'result'> {
  readonly result: Omit<ProcessResult['result'], 'status'> & {
    readonly status: ProcessResult['result']['status'] | 'running' | 'interrupted';
  };
  readonly record: ProcessHistory;
}

/** How a process of a run went. Of bounded size whatever the load. */
export interface ProcessHistory {
  readonly schema_version: 'dpone.process_record.v1';
  readonly started_at: string;
  readonly updated_at: string;
  readonly owner: Owner;
  readonly attempts: readonly AttemptRecord[];
  /** Of the last attempt, in order. */
  readonly steps: readonly StepRecord[];
  /** Of the last attempt. */
  readonly throughput: readonly ThroughputSample[];
  /** Null until the load is planned. */
  readonly lineage: LineageRecord | null;
}

export interface AttemptRecord {
  readonly attempt: number;
  readonly load_id: string;
  readonly started_at: string;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface StepRecord {
  readonly step: string;
  /** Since the attempt began; of a step that is reached often, the first and the last time. */
  readonly seconds: number;
  readonly last_seconds: number;
  readonly times: number;
}

/** What was staged so far at a moment of the attempt. */
export interface ThroughputSample {
  readonly seconds: number;
  readonly rows: number;
  readonly bytes: number;
}

export interface LineageRecord {
  readonly source: { readonly type: string; readonly name: string | null };
  readonly target: { readonly type: string; readonly name: string };
  readonly partitions: number;
  readonly columns: readonly {
    readonly source: string;
    readonly target: string;
    readonly type: string;
  }[];
  /** Columns that dpone fills. */
  readonly framework: readonly { readonly target: string; readonly value: string }[];
}

/** What a run as a whole was asked to do and came to, beside the files of its processes. */
export interface RunRecord {
  readonly schema_version: 'dpone.run_record.v1';
  readonly run_id: string;
  readonly kind: 'run' | 'resync';
  readonly status: 'running' | 'success' | 'failed';
  readonly started_at: string;
  readonly updated_at: string;
  readonly owner: Owner;
  readonly dag_id: string | null;
  readonly execution_date: string | null;
  readonly options: {
    readonly parallel: number;
    readonly retry_attempts: number;
    readonly retry_backoff_seconds: number;
    readonly registry: readonly string[];
  };
  readonly processes: readonly RunMember[];
}

export interface RunMember {
  readonly process: string;
  readonly manifest: string;
  readonly selector: string | null;
  /** `waiting` until it has ended. */
  readonly status: 'waiting' | ProcessResult['result']['status'];
  readonly load_id: string | null;
}

const fileOf = (workdir: string, runId: string): string => join(workdir, RUNS, `${encodeURIComponent(runId)}.json`);
const folderOf = (workdir: string, runId: string): string => join(workdir, RUNS, encodeURIComponent(runId));
const processFile = (workdir: string, runId: string, process: string): string =>
  join(folderOf(workdir, runId), `${encodeURIComponent(process)}.json`);

const text = (record: RunRecord | ProcessRecord): string => `${stableJson(redactDeep(record as unknown as Json))}\n`;

/** The files of runs: each written whole or not at all. */
export const runRecords = {
  writeRun: (workdir: string, record: RunRecord): Promise<void> =>
    atomicWrite(fileOf(workdir, record.run_id), text(record)),
  writeProcess: (workdir: string, record: ProcessRecord): Promise<void> =>
    atomicWrite(processFile(workdir, record.run_id, record.process), text(record)),
  /** Null where the run left none. */
  readRun: async (workdir: string, runId: string): Promise<RunRecord | null> =>
    (await read(fileOf(workdir, runId), ['run_id', 'processes', 'owner'])) as unknown as RunRecord | null,
  readProcess: async (workdir: string, runId: string, process: string): Promise<ProcessRecord | null> =>
    (await read(processFile(workdir, runId, process), ['process', 'result'])) as unknown as ProcessRecord | null,
  /** Of every process that left one, by name. */
  readProcesses: async (workdir: string, runId: string): Promise<readonly ProcessRecord[]> => {
    const folder = folderOf(workdir, runId);
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).toSorted();
    const found = await Promise.all(names.map((name) => read(join(folder, name), ['process', 'result'])));
    return found.filter((one) => one !== null) as unknown as ProcessRecord[];
  },
} as const;

/** @throws DPONE_INPUT_INVALID for a file that is no such record */
async function read(path: string, keys: readonly string[]): Promise<Readonly<Record<string, unknown>> | null> {
  const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw fail('DPONE_FILE_UNREADABLE', `the record of a run cannot be read (${error.code})`, {
      where: path,
      cause: error,
    });
  });
  if (content === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    value = undefined;
  }
  if (isJsonObject(value) && keys.every((key) => key in value)) return value;
  throw fail('DPONE_INPUT_INVALID', 'this is no record of a run', {
    where: path,
    remedy: 'Move the file away; what the run did to its target stands in the target: dpone history MANIFEST.',
  });
}
