import { fail, lives, type Json } from '@dpone/sdk';
import type { EngineHost } from '../host.js';
import type { QualityOutcome } from '../quality/outcome.js';
import { runRecords, type ProcessRecord, type RunRecord } from '../record/run-record.js';
import { timelineOf, type TimelineEntry } from './timeline.js';

export type RunStatus = 'success' | 'failed' | 'interrupted' | 'running';

/** `run.json`: the reference system's keys, and ours. Made of the records of the run alone, so the same records give the same report. */
export interface RunReport {
  readonly schema_version: 'dpone.run_report.v1';
  readonly run_id: string;
  readonly pipeline: string;
  /** When the run said its last word. */
  readonly created_at: string;
  readonly status: RunStatus;
  readonly passed: boolean;
  readonly started_at: string;
  readonly duration_seconds: number;
  readonly dag_id: string | null;
  readonly execution_date: string | null;
  readonly timeline: readonly TimelineEntry[];
  /** Of one process its states; of several, by process. */
  readonly state: { readonly before: Json; readonly after: Json };
  readonly quality: {
    /** Null where no rule was measured. */
    readonly passed: boolean | null;
    readonly rules: readonly (QualityOutcome & { readonly process: string })[];
  };
  readonly schema_evolution: Readonly<Record<string, readonly string[]>>;
  /** Counts end to end, by process. */
  readonly reconciliation: Readonly<Record<string, Reconciliation>>;
  readonly processes: readonly ReportedProcess[];
}

export interface Reconciliation {
  readonly read: number;
  readonly set_aside: number;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly target: number | null;
}

export interface ReportedProcess extends Omit<ProcessRecord, 'result'> {
  readonly status: ProcessRecord['result']['status'] | 'waiting';
  /** Since the run began. */
  readonly from_seconds: number;
  readonly result: Omit<ProcessRecord['result'], 'status'>;
}

export interface ReportOptions {
  /** A name for the whole; the names of its processes by default. */
  readonly pipeline?: string | undefined;
}

/**
 * What a run did, from what it recorded. A record that says `running` and whose process is gone is marked as interrupted.
 * @throws DPONE_FILE_NOT_FOUND where nothing is recorded of the run
 */
export async function runReport(host: EngineHost, runId: string, options: ReportOptions = {}): Promise<RunReport> {
  const run = await runRecords.readRun(host.workdir, runId);
  const found = await runRecords.readProcesses(host.workdir, runId);
  if (run === null && found.length === 0)
    throw fail('DPONE_FILE_NOT_FOUND', `nothing is recorded of a run ${runId}`, {
      where: `.dpone/runs/${encodeURIComponent(runId)}`,
      remedy: 'Check the id: ls .dpone/runs. A run that was refused before its first load leaves no record.',
    });
  const records = await Promise.all(found.map((record) => marked(host, record)));
  return reportOf(runId, run, records, host, options);
}

/** The record, where its process is gone as `interrupted`. */
async function marked(host: EngineHost, record: ProcessRecord): Promise<ProcessRecord> {
  const { owner, updated_at: at } = record.record;
  if (record.result.status !== 'running' || lives(owner, new Date(at), host.clock.now())) return record;
  const gone: ProcessRecord = { ...record, result: { ...record.result, status: 'interrupted' } };
  await runRecords.writeProcess(host.workdir, gone);
  return gone;
}

function reportOf(
  runId: string,
  run: RunRecord | null,
  records: readonly ProcessRecord[],
  host: EngineHost,
  options: ReportOptions,
): RunReport {
  const order = run?.processes.map(({ process }) => process) ?? [];
  const sorted = records.toSorted((a, b) => order.indexOf(a.process) - order.indexOf(b.process));
  const started = [run?.started_at, ...records.map(({ record }) => record.started_at)]
    .filter((at) => at !== undefined)
    .toSorted()[0]!;
  const last = [run?.updated_at, ...records.map(({ record }) => record.updated_at)]
    .filter((at) => at !== undefined)
    .toSorted()
    .at(-1)!;
  const status = statusOf(run, records, host);
  const only = sorted.length === 1 ? sorted[0] : undefined;
  const states = (which: 'before' | 'after'): Json =>
    only === undefined
      ? Object.fromEntries(sorted.map((record) => [record.process, record.state?.[which] ?? null]))
      : (only.state?.[which] ?? null);
  const rules = sorted.flatMap(({ process, quality }) => quality.map((rule) => ({ ...rule, process })));
  return {
    schema_version: 'dpone.run_report.v1',
    run_id: runId,
    pipeline: options.pipeline ?? (order.length > 0 ? order : sorted.map(({ process }) => process)).join(', '),
    created_at: last,
    status,
    passed: status === 'success',
    started_at: started,
    duration_seconds: secondsBetween(started, last),
    dag_id: run?.dag_id ?? null,
    execution_date: run?.execution_date ?? null,
    timeline: sorted.flatMap((record) => timelineOf(record, record.result.status)),
    state: { before: states('before'), after: states('after') },
    quality: { passed: rules.length === 0 ? null : rules.every(({ verdict }) => verdict !== 'failed'), rules },
    schema_evolution: Object.fromEntries(sorted.map(({ process, schema_changes: changes }) => [process, changes])),
    reconciliation: Object.fromEntries(sorted.map((record) => [record.process, reconciliation(record)])),
    processes: [
      ...sorted.map((record) => reported(record, started)),
      ...(run?.processes ?? [])
        .filter(({ process }) => !records.some((record) => record.process === process))
        .map((member) => absent(member, runId, started)),
    ],
  };
}

function statusOf(run: RunRecord | null, records: readonly ProcessRecord[], host: EngineHost): RunStatus {
  const states = records.map(({ result }) => result.status);
  if (states.includes('running')) return 'running';
  if (states.includes('interrupted')) return 'interrupted';
  if (run === null) return states.every((state) => state === 'success') ? 'success' : 'failed';
  if (run.status !== 'running') return run.status;
  return lives(run.owner, new Date(run.updated_at), host.clock.now()) ? 'running' : 'interrupted';
}

const secondsBetween = (from: string, to: string): number =>
  Math.max(0, Math.round(Date.parse(to) - Date.parse(from)) / 1000);

const reconciliation = ({ result }: ProcessRecord): Reconciliation => ({
  read: result.extracted_rows,
  set_aside: result.rejected_rows,
  inserted: result.inserted_rows,
  updated: result.updated_rows,
  deleted: result.deleted_rows,
  target: result.final_rows,
});

function reported({ result: { status, ...result }, ...record }: ProcessRecord, started: string): ReportedProcess {
  return { ...record, result, status, from_seconds: secondsBetween(started, record.record.started_at) };
}

/** A process of the run that left no record: it had not begun, or was skipped or refused. */
function absent(
  { process, manifest, selector, status, load_id }: RunRecord['processes'][number],
  runId: string,
  started: string,
): ReportedProcess {
  const none = { inserted_rows: 0, updated_rows: 0, deleted_rows: 0, rejected_rows: 0, extracted_rows: 0, bytes: 0 };
  return {
    manifest,
    process,
    selector,
    run_id: runId,
    passed: false,
    status,
    from_seconds: 0,
    result: { ...none, final_rows: null, duration_seconds: 0, errors: [] },
    attempts: 0,
    max_attempts: 0,
    retry_backoff_seconds: 0,
    load_id: load_id ?? '',
    lane: null,
    strategy: '',
    schema_changes: [],
    schema_pending: [],
    quality: [],
    warnings: [],
    state: null,
    artifacts: { package: '', quarantine: null },
    record: {
      schema_version: 'dpone.process_record.v1',
      started_at: started,
      updated_at: started,
      owner: { host: '', pid: 0, began: null },
      attempts: [],
      steps: [],
      throughput: [],

      lineage: null,
    },
  };
}
