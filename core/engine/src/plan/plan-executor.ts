import {
  fail,
  ownCursor,
  type ExecutorDefinition,
  type SinkDefinition,
  type SourceDefinition,
  withArticle,
} from '@dpone/sdk';
import type { EngineHost } from '../host.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { parseOptions } from './parse-options.js';
import { whereOf } from './where.js';

/** What carries the units of a process out, with its options. */
export interface ExecutorChoice {
  readonly definition: ExecutorDefinition;
  readonly options: unknown;
  /** True where other processes carry units out. */
  readonly elsewhere: boolean;
}

/** Finds the executor and reads its options; connects to nothing. */
export async function planExecutor(host: EngineHost, spec: ProcessSpec): Promise<ExecutorChoice> {
  const definition = await host.definition('executor', spec.engine.executor);
  const options = await parseOptions(definition.options, spec.engine.executorOptions ?? {}, {
    spec,
    at: 'engine.executor',
    code: 'DPONE_MANIFEST_INVALID',
    engineKeys: ['type'],
  });
  return { definition, options, elsewhere: definition.elsewhere?.(options) ?? false };
}

/** Refuses units in other processes where these cannot share the sink's staging or the state that the source is read in. */
export function refuseElsewhere(
  spec: ProcessSpec,
  at: string,
  source: SourceDefinition,
  sink: SinkDefinition,
  read: 'all' | 'increment' | 'chunk',
): void {
  const here = { where: whereOf(spec, at), remedy: `Leave ${at} out: units are then carried out in this process.` };
  if (sink.capabilities.parallelStaging !== 'machine')
    throw fail('DPONE_CAPABILITY', `one process at a time can write into ${withArticle(spec.sink.type)} sink`, here);
  // What is new is told by the cursor that is named, or by the source's own.
  const own = ownCursor(source.capabilities);
  const scope = spec.source.cursor?.kind ?? (read === 'increment' ? own : read);
  const can = source.capabilities.elsewhere ?? [];
  // Partitions of one state are more than one partition of any.
  if (scope !== undefined && (can.includes(scope) || (scope === 'chunk' && can.includes('all')))) return;
  const what =
    scope === undefined || scope === 'all' || scope === 'chunk' ? 'the read' : `a read by the cursor ${scope}`;
  throw fail(
    'DPONE_CAPABILITY',
    `${what} of ${withArticle(spec.source.type)} source cannot be shared by several processes`,
    here,
  );
}
