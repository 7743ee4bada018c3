import type { Predicate, StrategyDefinition } from '@dpone/sdk';
import type { Definitions, EngineHost } from '../host.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import type { RunOptions } from '../options.js';
import { planProcess } from '../plan/plan.js';
import type { PlanResult, RunResult } from '../results.js';
import { runProcesses } from '../run.js';
import { partPredicate, type ResyncPart } from './part-predicate.js';
import { refuseWrongPart } from './refuse-wrong-part.js';
import { replacing, RESYNC } from './resync-strategy.js';

export interface ResyncOptions extends Omit<RunOptions, 'parallel'> {
  readonly part: ResyncPart;
  /** Do it; without, it is only shown. */
  readonly yes?: boolean;
}

/** `dpone resync --format json`. */
export interface ResyncResult {
  readonly action: 'resync';
  readonly process: string;
  readonly mode: 'plan' | 'execute';
  readonly executed: boolean;
  readonly status: 'planned' | 'executed';
  readonly passed: boolean;
  readonly exit: RunResult['exit'];
  /** The part, as it is asked of source and target. */
  readonly part: Predicate;
  /** What the target would be told; of a preview. */
  readonly plan: PlanResult | null;
  readonly result: RunResult['processes'][number] | null;
}

/**
 * Loads a part of a table again: the target's rows of it become the source's of now, in one finalize. The state of the
 * process stays as it is.
 */
export async function resync(host: EngineHost, spec: ProcessSpec, options: ResyncOptions): Promise<ResyncResult> {
  const part = partPredicate(options.part, spec);
  await refuseWrongPart(host, spec, part);
  const own: EngineHost = withStrategy(host, RESYNC, replacing(part));
  const again = resyncSpec(spec);
  const base = { action: 'resync', process: spec.name, part } as const;
  if (options.yes !== true) {
    const plan = await planProcess(own, again, options);
    return { ...base, mode: 'plan', executed: false, status: 'planned', passed: true, exit: 0, plan, result: null };
  }
  const { passed, exit, processes } = await runProcesses(own, [again], { ...options, kind: 'resync' });
  const ends = { executed: passed, status: 'executed', plan: null, result: processes[0] ?? null } as const;
  return { ...base, mode: 'execute', passed, exit, ...ends };
}

/** Rules that say how much a load should hold, or how new it should be: a part of it says nothing of that. */
const OF_WHOLE_LOADS: ReadonlySet<string> = new Set(['min_rows', 'volume', 'freshness']);

/**
 * The process as it loads a part: without a cursor, so that the read leaves no state, and in this process, for another
 * one knows of the manifest alone.
 */
function resyncSpec({ source: { cursor: _cursor, ...source }, ...spec }: ProcessSpec): ProcessSpec {
  const { mode: _mode, reason: _reason, ...strategy } = spec.sink.strategy;
  const { executorOptions: _executor, ...engine } = spec.engine;
  return {
    ...spec,
    source,
    quality: spec.quality.filter(({ check }) => !OF_WHOLE_LOADS.has(check)),
    engine: { ...engine, executor: 'local' },
    sink: { ...spec.sink, strategy: { ...strategy, mode: RESYNC, options: {} } },
  };
}

/** The host with one strategy more. */
const withStrategy = (host: EngineHost, id: string, strategy: StrategyDefinition): EngineHost => ({
  env: host.env,
  workdir: host.workdir,
  clock: host.clock,
  log: host.log,
  limits: host.limits,
  ids: (kind) => host.ids(kind),
  openScope: (label) => host.openScope(label),
  observe: async (specs) => (await host.observe?.(specs)) ?? null,
  definition: async <K extends keyof Definitions>(kind: K, wanted: string): Promise<Definitions[K]> =>
    kind === 'strategy' && wanted === id ? (strategy as unknown as Definitions[K]) : host.definition(kind, wanted),
});
