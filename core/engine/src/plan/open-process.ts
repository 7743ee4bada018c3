import {
  fail,
  type ChunkPlan,
  type ChunkWindow,
  type FinalizeStepName,
  type PluginContext,
  type Sink,
  type SinkDefinition,
  type Source,
  type SourceDefinition,
  type StrategyDefinition,
  withArticle,
} from '@dpone/sdk';
import { pluginContext } from '../context.js';
import type { EngineHost, Scope } from '../host.js';
import type { ProcessSpec, SideSpec } from '../manifest/process-spec.js';
import { ENGINE_OPTION_KEYS } from '../manifest/spec/option-split.js';
import type { OdcsContract } from '../quality/read-contract.js';
import { resolveConnection } from './connection.js';
import { parseOptions } from './parse-options.js';
import { planExecutor, refuseElsewhere, type ExecutorChoice } from './plan-executor.js';
import { whereOf } from './where.js';
import { planStrategy, type StrategyCall } from './strategy.js';

/** A process with both of its sides open; everything that can be judged without a connection has been. */
export interface OpenProcess extends StrategyCall {
  readonly host: EngineHost;
  readonly scope: Scope;
  readonly context: PluginContext;
  readonly executor: ExecutorChoice;
  /** Where the load is carried out in chunks, and this is not one of them. */
  readonly chunks: ChunkPlan | undefined;
  /** The contract that `quality` names. */
  readonly contract: OdcsContract | undefined;
  /** Partitions at once, where the caller of the run says so. */
  readonly streams: number | undefined;
  /** Rows that a load should take at most, where the caller of the run says so. */
  readonly maxRows: number | undefined;
  openSource(): Promise<Source>;
  openSink(): Promise<Sink>;
}

export interface OpenOptions {
  readonly signal: AbortSignal;
  /** Partitions at once, over what the manifest says. */
  readonly streams?: number | undefined;
  /** Rows that a load should take at most. Default: all that are new. */
  readonly maxRows?: number | undefined;
  /** The chunk of a backfill that the load is of. */
  readonly chunk?: ChunkWindow | undefined;
  /** Called by the sink at each named step of finalize. Default: nothing. */
  readonly step?: (name: FinalizeStepName) => Promise<void>;
}

/** The process with the cursor that its strategy reads by, where the manifest names none and the source has it. */
function withCursor(spec: ProcessSpec, { readsBy }: StrategyDefinition, source: SourceDefinition): ProcessSpec {
  if (spec.source.cursor !== undefined || readsBy === undefined || !source.capabilities.cursors.includes(readsBy))
    return spec;
  return { ...spec, source: { ...spec.source, cursor: { kind: readsBy } } };
}

function withoutCursor(spec: ProcessSpec): ProcessSpec {
  const { cursor: _, ...source } = spec.source;
  return { ...spec, source };
}

/** Finds the process's plugins, reads connections and options, and asks the strategy whether they fit. Connects to nothing. */
export async function openProcess(
  host: EngineHost,
  given: ProcessSpec,
  scope: Scope,
  options: OpenOptions,
): Promise<OpenProcess> {
  const context = pluginContext(host, scope, { signal: options.signal, memoryMb: given.engine.memoryMb });
  const source = await host.definition('source', given.source.type);
  const sink = await host.definition('sink', given.sink.type);
  const definition = await host.definition('strategy', given.sink.strategy.mode);
  const spec = withCursor(given, definition, source);
  refuseTable(spec, 'source', source);
  refuseTable(spec, 'sink', sink);
  const strategyOptions = await parseOptions(definition.options, spec.sink.strategy.options, {
    spec,
    at: 'sink.strategy',
    code: 'DPONE_MANIFEST_INVALID',
    engineKeys: ['mode', 'unique_key'],
  });
  const first: StrategyCall = { spec, definition, options: strategyOptions, source, sink, chunk: options.chunk };
  const strategy = await planStrategy(host, first, { uniqueKey: spec.sink.strategy.uniqueKey, targetExists: false });
  const inChunks = options.chunk !== undefined || strategy.chunks !== undefined;
  // Chunks come in any order: none of them may leave how far the source was read.
  const call = inChunks ? { ...first, spec: withoutCursor(spec) } : first;
  const executor = await planExecutor(host, spec);
  // A chunk beside others is one partition.
  const read = options.chunk !== undefined && options.streams === 1 ? 'chunk' : strategy.read;
  if (executor.elsewhere) refuseElsewhere(call.spec, 'engine.executor', source, sink, read);
  if ((strategy.chunks?.workers ?? 1) > 1)
    refuseElsewhere(call.spec, 'sink.strategy.backfill.parallel_workers', source, sink, 'chunk');
  const sides = {
    source: await readSide(host, scope, context, spec, 'source', source),
    sink: await readSide(host, scope, context, spec, 'sink', sink),
  };
  const { table } = spec.source;
  const contract = await contractOf(host, spec);
  return {
    ...call,
    host,
    scope,
    context,
    executor,
    chunks: strategy.chunks,
    contract,
    streams: options.streams,
    maxRows: options.maxRows,
    openSource: () =>
      scope.use('source', () =>
        source.create({
          ...context,
          ...sides.source,
          process: spec.name,
          ...(table === undefined ? {} : { table }),
        }),
      ),
    openSink: () =>
      scope.use('sink', () =>
        sink.create({
          ...context,
          ...sides.sink,
          table: spec.sink.table,
          ...(spec.sink.stagingSchema === undefined ? {} : { stagingSchema: spec.sink.stagingSchema }),
          step: options.step ?? (() => Promise.resolve()),
        }),
      ),
  };
}

/** What reads contracts is loaded only for a manifest that names one. */
async function contractOf(host: EngineHost, spec: ProcessSpec): Promise<OdcsContract | undefined> {
  if (spec.qualityContract === undefined) return undefined;
  const { readOdcsContract } = await import('../quality/read-contract.js');
  return readOdcsContract(spec.qualityContract, host.workdir, whereOf(spec, 'quality.contract'));
}

export async function readSide(
  host: EngineHost,
  scope: Scope,
  context: PluginContext,
  spec: ProcessSpec,
  side: 'source' | 'sink',
  definition: SourceDefinition | SinkDefinition,
): Promise<{ connection: unknown; options: unknown }> {
  const sideSpec: SideSpec = spec[side];
  const options = await parseOptions(definition.options, sideSpec.options, {
    spec,
    at: `${side}.options`,
    code: 'DPONE_MANIFEST_INVALID',
    engineKeys: ENGINE_OPTION_KEYS,
  });
  const call = { host, scope, context, process: spec, side, spec: sideSpec, schema: definition.connection };
  return { connection: await resolveConnection(call), options };
}

export function refuseTable(
  spec: ProcessSpec,
  side: 'source' | 'sink',
  definition: SourceDefinition | SinkDefinition,
): void {
  const { table, type, tableIsDefault = false } = spec[side];
  if (
    definition.table === 'required' &&
    (table === undefined || table.name === '' || (side === 'sink' && tableIsDefault))
  )
    throw fail('DPONE_MANIFEST_INVALID', `${withArticle(type)} ${side} needs a table`, {
      where: whereOf(spec, `${side}.table`),
      remedy: `Set ${side}.table: {schema: ..., name: ...}.`,
    });
  if (side === 'source' && definition.table === 'none' && table !== undefined && !tableIsDefault)
    throw fail('DPONE_MANIFEST_INVALID', `${withArticle(type)} source has no tables`, {
      where: whereOf(spec, 'source.table'),
      remedy: 'Remove source.table.',
    });
}
