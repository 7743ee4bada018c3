import { hostname } from 'node:os';
import type { StateRecord } from '@dpone/sdk';
import { ulid } from 'ulid';
import type { EngineHost } from './host.js';
import type { ProcessSpec } from './manifest/process-spec.js';
import type { RunOptions } from './options.js';
import { stateAccess } from './plan/state-access.js';
import { compareStates, compareWithReceipt } from './state/compare-states.js';
import { replayFrom } from './state/replay-from.js';
import { withSink } from './target-scope.js';

export interface StateReport {
  readonly process: string;
  readonly key: string;
  /** `target`, or the id of the state store. */
  readonly backend: string;
  /** Null where the process has left no state. */
  readonly state: StateRecord | null;
}

export interface StateReset extends StateReport {
  readonly mode: 'preview' | 'execute';
  /** True where the state was removed: without `yes` it is only shown. */
  readonly executed: boolean;
}

export interface StateExport {
  readonly process: string;
  readonly backend: string;
  /** Every state that is kept at the same place. */
  readonly records: readonly StateRecord[];
}

type Call = Pick<RunOptions, 'signal'>;

async function inspect(host: EngineHost, spec: ProcessSpec, options: Call = {}): Promise<StateReport> {
  return withSink(host, spec, options.signal, async (sink, open) => {
    const access = await stateAccess(open, sink);
    return { process: spec.name, key: access.key, backend: access.backend, state: await access.get() };
  });
}

async function exportAll(host: EngineHost, spec: ProcessSpec, options: Call = {}): Promise<StateExport> {
  return withSink(host, spec, options.signal, async (sink, open) => {
    const access = await stateAccess(open, sink);
    return { process: spec.name, backend: access.backend, records: await access.list() };
  });
}

/** Removes the state, so that the next load begins anew; takes the target's lock, as a load would. */
async function reset(
  host: EngineHost,
  spec: ProcessSpec,
  options: Call & Pick<RunOptions, 'lockTimeoutMs'> & { readonly yes?: boolean } = {},
): Promise<StateReset> {
  return withSink(host, spec, options.signal, async (sink, open) => {
    const access = await stateAccess(open, sink);
    const state = await access.get();
    const report = { process: spec.name, key: access.key, backend: access.backend, state };
    if (options.yes !== true || state === null)
      return { ...report, mode: options.yes === true ? 'execute' : 'preview', executed: false };
    const owner = { loadId: ulid(host.clock.now().getTime()), host: hostname(), pid: process.pid };
    const lock = await sink.lock(owner, options.lockTimeoutMs ?? spec.engine.lockTimeoutSeconds * 1000);
    try {
      await access.reset();
    } finally {
      await lock.release();
    }
    return { ...report, mode: 'execute', executed: true };
  });
}

/** What can be done with the state of a process apart from loading. */
export const stateOperations = {
  inspect,
  export: exportAll,
  reset,
  replayFrom,
  compare: compareStates,
  compareWithReceipt,
} as const;
