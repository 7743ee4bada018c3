import { fail, type Json, type Source } from '@dpone/sdk';
import type { EngineHost, Scope } from './host.js';
import type { Following } from './load/load.js';
import { startWork, type Work } from './load/work.js';
import type { ProcessSpec } from './manifest/process-spec.js';
import type { RunOptions } from './options.js';
import { openProcess, type OpenProcess } from './plan/open-process.js';
import { valueOfState } from './plan/state-key.js';
import { cursorOf, planStrategy } from './plan/strategy.js';
import { whereOf } from './plan/where.js';

/** The source of a run that follows: open from load to load where it can say how much is new. */
export interface Followed {
  /** Rows that are new since a stored state, or undefined where a load must find out. */
  pending(stored: Json): Promise<number | undefined>;
  /** Runs a load with it; where that fails, the next one gets a new one. */
  use(load: (opened: Pick<Following, 'abort' | 'source'>) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

interface Opened extends Pick<Following, 'source'> {
  readonly work: Work;
  readonly open: OpenProcess;
  readonly scope: Scope;
}

export function followed(host: EngineHost, spec: ProcessSpec, options: Pick<RunOptions, 'signal'>): Followed {
  let opening: Promise<Opened> | undefined;
  const opened = (): Promise<Opened> => (opening ??= openSource(host, spec, options));
  const close = async (): Promise<void> => {
    const made = await opening?.catch(() => undefined);
    opening = undefined;
    made?.work.abort(fail('DPONE_CANCELLED', 'the source is closed'));
    made?.work.close();
    await made?.scope.dispose();
  };
  return {
    async pending(stored) {
      try {
        const { source, open } = await opened();
        return await source?.pending?.(valueOfState(stored, cursorOf(open), spec));
      } catch {
        await close();
        return undefined;
      }
    },
    async use(load) {
      try {
        const { work, source } = await opened();
        await load({ abort: work.abort, source });
      } catch (error) {
        await close();
        throw error;
      }
    },
    close,
  };
}

async function openSource(
  host: EngineHost,
  spec: ProcessSpec,
  { signal }: Pick<RunOptions, 'signal'>,
): Promise<Opened> {
  const work = startWork(signal);
  const scope = host.openScope(`follow ${spec.name}`);
  try {
    const open = await openProcess(host, spec, scope, { signal: work.signal });
    const source: Source = await open.openSource();
    if (source.pending !== undefined) return { work, scope, open, source };
    // It may hold something up that others need to write: open only while it is read.
    await scope.dispose();
    return { work, scope, open, source: undefined };
  } catch (error) {
    work.close();
    await scope.dispose();
    throw error;
  }
}

/** A load that reads everything each time has nothing to follow. */
export async function refuseFollowing(host: EngineHost, spec: ProcessSpec): Promise<void> {
  const scope = host.openScope(`follow ${spec.name}`);
  try {
    const open = await openProcess(host, spec, scope, { signal: new AbortController().signal });
    const { uniqueKey, mode } = spec.sink.strategy;
    const { read } = await planStrategy(host, open, { uniqueKey, targetExists: true });
    if (read === 'increment') return;
    throw fail('DPONE_OPTION_CONFLICT', `--follow loads what is new, and ${mode} reads everything each time`, {
      where: whereOf(spec, 'sink.strategy.mode'),
      remedy: 'Choose incremental_append or incremental_merge, or run it at intervals by a scheduler.',
    });
  } finally {
    await scope.dispose();
  }
}
