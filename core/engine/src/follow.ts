import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '@dpone/sdk';
import { followed, refuseFollowing } from './followed.js';
import type { EngineHost } from './host.js';
import { loadProcess } from './load/load.js';
import type { ProcessSpec } from './manifest/process-spec.js';
import { observed } from './observed.js';
import type { FollowOptions } from './options.js';
import { pace } from './pace.js';
import { runResult } from './process-result.js';
import type { FollowResult } from './results.js';
import { runIdOf, runOne } from './run-one.js';

const INTERVAL_MS = 5000;

/**
 * Loads what is new, again and again, until it is stopped or a load fails. Each load is one by the whole protocol, with
 * a lock, a receipt and a state of its own; a look that finds nothing leaves no trace. The loads' results are told by
 * `process.finished`. Throws only for what is wrong with the run itself.
 * @example const { exit } = await followProcess(host, spec, { stop: stopping.signal, commitIntervalMs: 1000 });
 */
export async function followProcess(
  host: EngineHost,
  spec: ProcessSpec,
  options: FollowOptions = {},
): Promise<FollowResult> {
  return observed(host, [spec], options, (heard) => followAll(host, spec, heard));
}

async function followAll(host: EngineHost, spec: ProcessSpec, options: FollowOptions): Promise<FollowResult> {
  const runId = runIdOf(host, options);
  const { stop, signal, commitRows: maxRows } = options;
  await refuseFollowing(host, spec);
  const ended = AbortSignal.any([stop, signal].filter((one) => one !== undefined));
  const source = followed(host, spec, options);
  const when = pace(options.commitIntervalMs ?? INTERVAL_MS, maxRows);
  let stored: Json = null;
  let waiting = false;
  let loads = 0;
  let rows = 0;
  const counts = () => ({ run_id: runId, loads, extracted_rows: rows });
  try {
    while (!ended.aborted) {
      // What the source cannot say now, a load finds out, and tells in full.
      const pause = when.pause(stored === null ? undefined : await unlessAborted(ended, source.pending(stored)));
      if (ended.aborted) break;
      if (pause > 0) {
        if (when.idle && !waiting) await options.onEvent?.({ type: 'waiting', process: spec.name });
        waiting = when.idle;
        await sleep(pause, undefined, { signal: ended }).catch(() => undefined);
        continue;
      }
      when.begin();
      const end = await runOne(host, spec, runId, options, {
        stop,
        load: (trace, heard) =>
          source.use((opened) => loadProcess({ host, spec, options: heard, trace, following: { ...opened, maxRows } })),
      });
      if (end.error !== undefined) return { ...counts(), passed: false, exit: runResult([end]).exit };
      const { result, state, artifacts } = end.result;
      stored = state?.after ?? null;
      when.end(result.extracted_rows);
      if (artifacts.package === '') continue;
      loads++;
      rows += result.extracted_rows;
      waiting = false;
    }
    return { ...counts(), passed: true, exit: 0 };
  } finally {
    await source.close();
  }
}

/** What comes of some work, or undefined once a signal fires: a source that is waited for holds up no end. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  const listening = new AbortController();
  const aborted = new Promise<undefined>((resolve) =>
    signal.addEventListener('abort', () => resolve(undefined), { once: true, signal: listening.signal }),
  );
  try {
    return await Promise.race([work, aborted]);
  } finally {
    listening.abort();
  }
}
