import { asDponeError, type CheckResult } from '@dpone/sdk';
import type { EngineHost } from './host.js';
import type { ProcessSpec } from './manifest/process-spec.js';
import type { RunOptions } from './options.js';
import { routeName } from './plan/lanes.js';
import { planLoad } from './plan/load-plan.js';
import { openProcess } from './plan/open-process.js';
import { stateAccess } from './plan/state-access.js';

export interface ProcessCheck extends CheckResult {
  readonly side: 'manifest' | 'source' | 'sink' | 'plan';
}

export interface CheckReport {
  readonly process: string;
  readonly manifest: string;
  /** True where no check failed. */
  readonly passed: boolean;
  readonly checks: readonly ProcessCheck[];
}

/** Does what a load does before it writes, and says how far that goes: manifest, source, sink, then the whole plan. */
export async function checkProcess(
  host: EngineHost,
  spec: ProcessSpec,
  options: Pick<RunOptions, 'signal'> = {},
): Promise<CheckReport> {
  const checks: ProcessCheck[] = [];
  const scope = host.openScope(`check ${spec.name}`);
  try {
    const signal = options.signal ?? new AbortController().signal;
    const open = await attempt(checks, 'manifest', () => openProcess(host, spec, scope, { signal }));
    if (open !== undefined) {
      checks.push({
        side: 'manifest',
        name: 'options',
        status: 'pass',
        message: 'connections and options are complete',
      });
      const source = await attempt(checks, 'source', () => open.openSource());
      const sink = await attempt(checks, 'sink', () => open.openSink());
      if (source !== undefined)
        await attempt(checks, 'source', async () => add(checks, 'source', await source.check()));
      if (sink !== undefined) await attempt(checks, 'sink', async () => add(checks, 'sink', await sink.check()));
      if (source !== undefined && sink !== undefined && passes(checks))
        await attempt(checks, 'plan', async () => {
          const plan = await planLoad(open, source, sink, await stateAccess(open, sink));
          await plan.read.close();
          const message = plan.hasData ? `lane ${routeName(plan.lanes.route)}` : 'there is nothing new to load';
          checks.push({ side: 'plan', name: 'plan', status: 'pass', message });
        });
    }
  } finally {
    await scope.dispose();
  }
  return { process: spec.name, manifest: spec.manifest, passed: passes(checks), checks };
}

const passes = (checks: readonly ProcessCheck[]): boolean => checks.every((check) => check.status !== 'fail');

const add = (checks: ProcessCheck[], side: ProcessCheck['side'], results: readonly CheckResult[]): void =>
  void checks.push(...results.map((result) => ({ ...result, side })));

/** What is thrown is a red check: the list goes on to say what else is wrong. */
async function attempt<T>(
  checks: ProcessCheck[],
  side: ProcessCheck['side'],
  what: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await what();
  } catch (thrown) {
    const error = asDponeError(thrown);
    const place = error.where === undefined ? '' : ` (${error.where})`;
    checks.push({ side, name: error.code, status: 'fail', message: error.message + place, remedy: error.remedy });
    return undefined;
  }
}
