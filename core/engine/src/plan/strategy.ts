import {
  fail,
  isDponeError,
  ownCursor,
  type ChunkWindow,
  type CursorKind,
  type Json,
  type Predicate,
  type Schema,
  type SinkDefinition,
  type SourceDefinition,
  type StrategyDefinition,
  type StrategyPlan,
  withArticle,
} from '@dpone/sdk';
import type { EngineHost } from '../host.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { whereOf } from './where.js';

export interface StrategyCall {
  readonly spec: ProcessSpec;
  readonly definition: StrategyDefinition;
  readonly options: unknown;
  readonly source: SourceDefinition;
  readonly sink: SinkDefinition;
  /** The chunk of a backfill that the load is of. */
  readonly chunk?: ChunkWindow | undefined;
}

/** The cursor of a load that reads what is new: the manifest's, or the source's own list of taken files or offsets. */
export function cursorOf(call: Pick<StrategyCall, 'spec' | 'source'>): NonNullable<ProcessSpec['source']['cursor']> {
  const stated = call.spec.source.cursor;
  const known = call.source.capabilities.cursors;
  const where = whereOf(call.spec, 'source.options.incremental_strategy');
  if (stated === undefined) {
    const own = ofItself(call.source);
    if (own !== undefined) return own;
    throw fail('DPONE_OPTION_CONFLICT', `${call.spec.sink.strategy.mode} reads what is new, and no cursor is named`, {
      where,
      remedy:
        known.length === 0 ? 'Use full_refresh: this source has no cursor.' : 'Set source.options.incremental_column.',
    });
  }
  if (!known.includes(stated.kind))
    throw fail('DPONE_CAPABILITY', `${withArticle(call.spec.source.type)} source has no ${stated.kind} cursor`, {
      where,
      remedy: known.length === 0 ? 'Use full_refresh: this source has no cursor.' : `It has: ${known.join(', ')}.`,
    });
  return stated;
}

/**
 * The cursor that a read goes by, and leaves its place of as state. A read of everything has one, too, where an increment
 * may follow it: by the manifest's cursor, or where a state is kept by the source's own. Left as it was, the state would
 * say of rows that the load has replaced that they are there.
 */
export function readCursor(
  call: Pick<StrategyCall, 'spec' | 'source'>,
  { read, where }: { readonly read: 'all' | 'increment'; readonly where?: Predicate | undefined },
  stored: Json,
): ReturnType<typeof cursorOf> | undefined {
  if (read === 'increment' || call.spec.source.cursor !== undefined) return cursorOf(call);
  return stored === null || where !== undefined ? undefined : ofItself(call.source);
}

function ofItself({ capabilities }: SourceDefinition): ReturnType<typeof cursorOf> | undefined {
  const kind = ownCursor(capabilities);
  return kind === undefined ? undefined : { kind };
}

/** What the strategy makes of this process. Refuses what source and sink cannot do, before anything is opened. */
export async function planStrategy(
  host: EngineHost,
  call: StrategyCall,
  known: { readonly schema?: Schema; readonly uniqueKey: readonly string[]; readonly targetExists: boolean },
): Promise<StrategyPlan> {
  const { spec, definition, source, sink } = call;
  const { mode } = spec.sink.strategy;
  if (definition.uniqueKey === 'required' && spec.sink.strategy.uniqueKey.length === 0)
    throw fail('DPONE_OPTION_CONFLICT', `${mode} needs a unique_key`, {
      where: whereOf(spec, 'sink.strategy.unique_key'),
      remedy: 'Set sink.strategy.unique_key to the columns that identify a row.',
    });
  const can = sink.capabilities.finalize;
  if (definition.needs.length > 0 && !definition.needs.some((set) => set.every((op) => can.includes(op))))
    throw fail(
      'DPONE_CAPABILITY',
      `${withArticle(spec.sink.type)} sink cannot do ${mode}: it lacks ${lacking(definition, can)}`,
      {
        where: whereOf(spec, 'sink.strategy.mode'),
        remedy: `Choose one that it can do: ${(await possible(host, can)).join(', ') || 'none is installed'}.`,
      },
    );
  const plan = placed(spec, () =>
    definition.plan({
      options: call.options,
      uniqueKey: known.uniqueKey,
      source: source.capabilities,
      sink: sink.capabilities,
      ...(spec.source.cursor === undefined ? {} : { cursor: spec.source.cursor }),
      ...(known.schema === undefined ? {} : { schema: known.schema }),
      targetExists: known.targetExists,
      ...(call.chunk === undefined ? {} : { chunk: call.chunk }),
    }),
  );
  if (definition.cursor === 'required' || plan.read === 'increment') refuseOther(call, cursorOf(call).kind);
  const missing = plan.steps.map((s) => s.op).filter((op) => !can.includes(op));
  if (missing.length > 0)
    throw fail(
      'DPONE_CAPABILITY',
      `${withArticle(spec.sink.type)} sink cannot do ${mode}: it lacks ${missing.join(', ')}`,
      {
        where: whereOf(spec, 'sink.strategy.mode'),
        remedy: `Choose one that it can do: ${(await possible(host, can)).join(', ') || 'none is installed'}.`,
      },
    );
  return plan;
}

/** A strategy that stands on a cursor of its own is none without it. */
function refuseOther({ spec, definition, source }: StrategyCall, kind: CursorKind): void {
  const { cursor, readsBy } = definition;
  if (cursor !== 'required' || readsBy === undefined || readsBy === kind) return;
  const { mode } = spec.sink.strategy;
  const has = source.capabilities.cursors.includes(readsBy);
  throw fail('DPONE_CAPABILITY', `${mode} reads by the cursor ${readsBy}, and this process by ${kind}`, {
    where: whereOf(spec, 'sink.strategy.mode'),
    remedy: has
      ? 'Name no other cursor in source.options, or use incremental_merge.'
      : `The source (${spec.source.type}) has no such cursor: use incremental_merge.`,
  });
}

/** A strategy knows the keys of its options; where they were written knows the manifest. */
function placed<T>(spec: ProcessSpec, plan: () => T): T {
  try {
    return plan();
  } catch (error) {
    if (!isDponeError(error) || !/^(sink|source)\./.test(error.where ?? '')) throw error;
    const { code, message, where, remedy } = error;
    throw fail(code, message, { where: whereOf(spec, where!), remedy, cause: error });
  }
}

type Finalize = SinkDefinition['capabilities']['finalize'];

const lacking = (definition: StrategyDefinition, can: Finalize): string =>
  definition.needs.map((set) => set.filter((op) => !can.includes(op)).join(' and ')).join(', or ');

/** The installed strategies that such a sink can do. */
async function possible(host: EngineHost, can: Finalize): Promise<string[]> {
  const ids: string[] = [];
  for (const id of host.ids('strategy')) {
    const { needs } = await host.definition('strategy', id);
    if (needs.length === 0 || needs.some((set) => set.every((op) => can.includes(op)))) ids.push(id);
  }
  return ids;
}
