import { thisProcess, type DponeError } from '@dpone/sdk';
import type { EngineHost } from '../host.js';
import type { LoadTrace } from '../load/trace.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { processResult } from '../process-result.js';
import type { ProcessResult, RunEvent } from '../results.js';
import { runRecords, type AttemptRecord, type ProcessHistory, type StepRecord } from './run-record.js';
import { Throughput } from './throughput.js';

/** How often a record says that its process lives. */
const SIGN_OF_LIFE_MS = 5000;

/** How often a record is written at most: a short load goes through a dozen steps, and each write is synced. */
const LEAST_BETWEEN_MS = 200;

/** Keeps the file of one process in a run up to date while it goes on, so that a killed one leaves what it came to. */
export class ProcessRecorder {
  readonly #host: EngineHost;
  readonly #spec: ProcessSpec;
  readonly #startedAt: string;
  readonly #attempts: AttemptRecord[] = [];
  #trace: LoadTrace | undefined;
  #begun = 0;
  #steps = new Map<string, StepRecord>();
  #throughput = new Throughput();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #later: NodeJS.Timeout | undefined;
  #writtenAt = 0;

  constructor(host: EngineHost, spec: ProcessSpec) {
    this.#host = host;
    this.#spec = spec;
    this.#startedAt = host.clock.now().toISOString();
  }

  begin(attempt: number, trace: LoadTrace): void {
    this.#trace = trace;
    this.#begun = performance.now();
    this.#steps = new Map();
    this.#throughput = new Throughput();
    const started_at = this.#host.clock.now().toISOString();
    this.#attempts.push({ attempt, load_id: trace.loadId, started_at, error: null });
  }

  failed(error: DponeError): void {
    const last = this.#attempts.pop();
    if (last !== undefined) this.#attempts.push({ ...last, error: { code: error.code, message: error.message } });
  }

  /** Takes in an event of the load. Where `live`, the file says `running` from the package's start on. */
  async hear(event: RunEvent, live: boolean): Promise<void> {
    if (event.type === 'progress' && event.phase === 'stage')
      return this.#throughput.add({ seconds: this.#seconds(), rows: event.rows, bytes: event.bytes });
    if (event.type !== 'step') return;
    this.#reached(event.step);
    if (!live) return;
    // From here on the load leaves traces elsewhere, so its record must be there before it goes on.
    if (event.step === 'package.started') return this.#startSigns();
    if (this.#timer !== undefined) this.#soon();
  }

  /** Stops writing; what is written after this stays. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    clearTimeout(this.#later);
    this.#timer = undefined;
    await this.#writing;
  }

  history(): ProcessHistory {
    return {
      schema_version: 'dpone.process_record.v1',
      started_at: this.#startedAt,
      updated_at: this.#host.clock.now().toISOString(),
      owner: thisProcess(),
      attempts: this.#attempts,
      steps: [...this.#steps.values()],
      throughput: this.#throughput.samples(),
      lineage: this.#trace?.lineage ?? null,
    };
  }

  async write(result: ProcessResult): Promise<void> {
    await runRecords.writeProcess(this.#host.workdir, { ...result, record: this.history() });
  }

  #seconds = (): number => Math.round(performance.now() - this.#begun) / 1000;

  #reached(step: string): void {
    const seconds = this.#seconds();
    const before = this.#steps.get(step);
    this.#steps.set(
      step,
      before === undefined
        ? { step, seconds, last_seconds: seconds, times: 1 }
        : { ...before, last_seconds: seconds, times: before.times + 1 },
    );
  }

  async #startSigns(): Promise<void> {
    this.#timer ??= setInterval(() => this.#soon(), SIGN_OF_LIFE_MS).unref();
    this.#now();
    await this.#writing;
  }

  #soon(): void {
    const wait = Math.max(0, this.#writtenAt + LEAST_BETWEEN_MS - performance.now());
    this.#later ??= setTimeout(() => this.#now(), wait).unref();
  }

  /** One write at a time, and the newest state last. */
  #now(): void {
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#writtenAt = performance.now();
    this.#writing = this.#writing.then(() =>
      this.#writeRunning().catch((cause: unknown) =>
        this.#host.log.warn(`the run could not be recorded: ${String(cause)}`),
      ),
    );
  }

  #writeRunning(): Promise<void> {
    const seconds = (this.#host.clock.now().getTime() - Date.parse(this.#startedAt)) / 1000;
    const attempts = this.#attempts.length;
    const known = { spec: this.#spec, trace: this.#trace!, error: undefined, attempts, maxAttempts: attempts };
    const { result, ...rest } = processResult({ ...known, backoffSeconds: 0, seconds });
    const record = { ...rest, passed: false, result: { ...result, status: 'running' as const } };
    return runRecords.writeProcess(this.#host.workdir, { ...record, record: this.history() });
  }
}
