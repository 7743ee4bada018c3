import { fail, stableJson, type Json, type LoadRef, type StateRecord } from '@dpone/sdk';
import { ulid } from 'ulid';
import type { EngineHost } from '../host.js';
import { holdLock } from '../load/lock.js';
import { packageRecords } from '../load/package-record.js';
import { recoverLoads } from '../load/recover.js';
import { startWork } from '../load/work.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import type { RunOptions } from '../options.js';
import { openRead } from '../plan/open-read.js';
import { storeState, type CursorState } from '../plan/state-key.js';
import { cursorOf, planStrategy } from '../plan/strategy.js';
import { whereOf } from '../plan/where.js';
import { setBack } from './cursor-position.js';
import { withState, type OpenSides } from './open-sides.js';
import { REPLAY_FROM, writeState } from './write-state.js';

/** `dpone state replay-from --format json`: the reference system's keys, and ours. */
export interface StateReplay {
  readonly operation: typeof REPLAY_FROM;
  readonly process: string;
  readonly key: string;
  readonly backend: string;
  readonly state_type: string;
  /** As it was given. */
  readonly offset: string;
  readonly mode: 'preview' | 'execute';
  readonly requires_yes: boolean;
  readonly executed: boolean;
  readonly before: Json;
  readonly after: Json;
  /** Of the receipt; null where nothing was changed. */
  readonly load_id: string | null;
  readonly warnings: readonly string[];
}

export interface ReplayOptions extends Pick<RunOptions, 'signal' | 'lockTimeoutMs'> {
  /** Where to set the cursor back to. */
  readonly offset: string;
  /** Do it; without, it is only shown. */
  readonly yes?: boolean;
}

/**
 * Sets the cursor of a process back, so that its next load reads again what lies past the position.
 * @throws DPONE_INPUT_INVALID for what is no position of this cursor, DPONE_OPTION_CONFLICT where the process has no state
 * to set back, and what the source says where it can no longer read from there
 */
export async function replayFrom(host: EngineHost, spec: ProcessSpec, options: ReplayOptions): Promise<StateReplay> {
  return withState(host, spec, options.signal, async (sides) => {
    if (options.yes !== true) return reportOf(sides, await judge(sides, options), options, null);
    const work = startWork(options.signal);
    const loadId = ulid(host.clock.now().getTime());
    const waitMs = options.lockTimeoutMs ?? spec.engine.lockTimeoutSeconds * 1000;
    const lock = await holdLock(sides.sink, loadId, waitMs, work, sides.open.context.log);
    try {
      await recoverLoads({ ...sides, records: packageRecords(host.workdir, spec, host.clock) });
      const judged = await judge(sides, options);
      const load: LoadRef = {
        loadId,
        runId: loadId,
        process: spec.name,
        target: spec.sink.table,
        startedAt: host.clock.now().toISOString(),
        fence: lock.fence,
      };
      work.signal.throwIfAborted();
      await writeState(sides, load, judged.after, judged.stored, work);
      return reportOf(sides, judged, options, loadId);
    } finally {
      await lock.release();
      work.close();
    }
  });
}

interface Judged {
  readonly stored: StateRecord;
  readonly cursor: ReturnType<typeof cursorOf>;
  readonly after: Json;
  readonly warnings: readonly string[];
}

async function judge({ host, spec, sink, open, access }: OpenSides, { offset }: ReplayOptions): Promise<Judged> {
  const target = await sink.inspect();
  const known = { uniqueKey: spec.sink.strategy.uniqueKey, targetExists: target.exists };
  const { read, steps } = await planStrategy(host, open, known);
  if (read !== 'increment')
    throw fail('DPONE_OPTION_CONFLICT', `${spec.sink.strategy.mode} reads everything each time: it has no position`, {
      where: whereOf(spec, 'sink.strategy.mode'),
      remedy: 'Nothing is to be set back: the next run loads all of it again.',
    });
  const cursor = cursorOf(open);
  const stored = await access.get();
  if (stored === null)
    throw fail('DPONE_OPTION_CONFLICT', `${spec.name} has no state: its next run begins from the start`, {
      where: whereOf(spec, 'state'),
      remedy: 'Nothing is to be set back.',
    });
  const before = stored.state as unknown as CursorState;
  if (before.cursor !== cursor.kind)
    throw fail(
      'DPONE_OPTION_CONFLICT',
      `the state was left by the cursor ${before.cursor}, the manifest names ${cursor.kind}`,
      {
        where: whereOf(spec, 'source.options'),
        remedy: 'Name the former cursor again.',
      },
    );
  const after = storeState(cursor, setBack(cursor.kind, before.value, offset));
  // Whether it can still read from there is the source's to say.
  const source = await open.openSource();
  const opened = await openRead({ open, source, read: 'increment', steps, stored: after, target: target.schema });
  await opened.close();
  const adds = steps.some((step) => step.op === 'append' && step.unlessKey === undefined);
  const warnings = adds
    ? [`${spec.sink.strategy.mode} adds rows: those that the target has already are loaded a second time`]
    : [];
  return { stored, cursor, after, warnings };
}

function reportOf(
  { spec, access }: OpenSides,
  { stored, cursor, after, warnings }: Judged,
  { offset }: ReplayOptions,
  loadId: string | null,
): StateReplay {
  const executed = loadId !== null;
  return {
    operation: REPLAY_FROM,
    process: spec.name,
    key: access.key,
    backend: access.backend,
    state_type: cursor.kind,
    offset,
    mode: executed ? 'execute' : 'preview',
    requires_yes: !executed,
    executed: executed && stableJson(stored.state) !== stableJson(after),
    before: stored.state,
    after,
    load_id: loadId,
    warnings,
  };
}
