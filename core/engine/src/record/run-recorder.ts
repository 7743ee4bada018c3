import { thisProcess } from '@dpone/sdk';
import type { EngineHost } from '../host.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import type { RunOptions } from '../options.js';
import type { ProcessResult } from '../results.js';
import { runRecords, type RunMember, type RunRecord } from './run-record.js';

/** How often the record of a run says that its process lives. */
const SIGN_OF_LIFE_MS = 10_000;

/** Keeps the record of a run as a whole: what it was asked to do, and which of its processes have ended how. */
export class RunRecorder {
  readonly #host: EngineHost;
  readonly #members: Map<string, RunMember>;
  readonly #base: Omit<RunRecord, 'status' | 'updated_at' | 'processes'>;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** `before`: processes that an earlier attempt of this run has ended. */
  constructor(host: EngineHost, runId: string, specs: readonly ProcessSpec[], options: RunOptions, before?: RunRecord) {
    this.#host = host;
    const waiting = specs.map(({ name, manifest, selector }): RunMember => ({
      process: name,
      manifest,
      selector,
      status: 'waiting',
      load_id: null,
    }));
    this.#members = new Map([...(before?.processes ?? []), ...waiting].map((member) => [member.process, member]));
    this.#base = {
      schema_version: 'dpone.run_record.v1',
      run_id: runId,
      kind: options.kind ?? before?.kind ?? 'run',
      started_at: before?.started_at ?? host.clock.now().toISOString(),
      owner: thisProcess(),
      dag_id: options.dagId ?? before?.dag_id ?? null,
      execution_date: options.executionDate ?? before?.execution_date ?? null,
      options: {
        parallel: options.parallel ?? 1,
        retry_attempts: options.retryAttempts ?? 0,
        retry_backoff_seconds: options.retryBackoffSeconds ?? 0,
        registry: options.registryPaths ?? [],
      },
    };
  }

  /** Called when the first load of the run leaves a trace: a run that is refused leaves none. */
  async begin(): Promise<void> {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => void this.#write('running'), SIGN_OF_LIFE_MS).unref();
    await this.#write('running');
  }

  async ended({ process, result, load_id }: ProcessResult): Promise<void> {
    const member = this.#members.get(process)!;
    this.#members.set(process, { ...member, status: result.status, load_id });
    if (this.#timer !== undefined) await this.#write('running');
  }

  async close(passed: boolean): Promise<void> {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    await this.#write(passed ? 'success' : 'failed');
  }

  #write(status: RunRecord['status']): Promise<void> {
    const { workdir, clock, log } = this.#host;
    this.#writing = this.#writing
      .then(() => {
        const processes = [...this.#members.values()];
        const record: RunRecord = { ...this.#base, status, updated_at: clock.now().toISOString(), processes };
        return runRecords.writeRun(workdir, record);
      })
      .catch((cause: unknown) => log.warn(`the run could not be recorded: ${String(cause)}`));
    return this.#writing;
  }
}
