import { defineStrategy, fail, typeName, type Predicate, type StrategyDefinition } from '@dpone/sdk';
import { z } from 'zod';
import type { Definitions, EngineHost } from './host.js';
import type { ProcessSpec } from './manifest/process-spec.js';
import type { RunOptions } from './options.js';
import { planProcess } from './plan/plan.js';
import { targetName } from './plan/program.js';
import { planStrategy } from './plan/strategy.js';
import { whereOf } from './plan/where.js';
import type { PlanResult, RunResult } from './results.js';
import { runProcesses } from './run.js';
import { withSink } from './target-scope.js';

/** The part of a table that is loaded again. Values as text: the systems read them as the column's type. */
export type ResyncPart =
  | { readonly kind: 'partitions'; readonly column?: string; readonly values: readonly string[] }
  /** Both ends belong to it; an end that is absent is open. */
  | { readonly kind: 'keys'; readonly column?: string; readonly from?: string; readonly to?: string }
  /** `from` belongs to it, `to` does not, as in `sink.strategy.window`. */
  | { readonly kind: 'window'; readonly column: string; readonly from?: string; readonly to?: string };

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

/** The strategy in the receipt of a part that was loaded again. */
const RESYNC = 'resync';

/**
 * Loads a part of a table again: the target's rows of it become the source's of now, in one finalize. The state of the
 * process stays as it is.
 */
export async function resync(host: EngineHost, spec: ProcessSpec, options: ResyncOptions): Promise<ResyncResult> {
  const part = predicateOf(options.part, spec);
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

/** Without a cursor the read leaves no state. */
function resyncSpec({ source: { cursor: _cursor, ...source }, ...spec }: ProcessSpec): ProcessSpec {
  const { mode: _mode, reason: _reason, ...strategy } = spec.sink.strategy;
  return { ...spec, source, sink: { ...spec.sink, strategy: { ...strategy, mode: RESYNC, options: {} } } };
}

/** Rows of a part are removed and added. */
const replacing = (where: Predicate): StrategyDefinition =>
  defineStrategy({
    summary: 'Replaces the rows of a part by what the source holds of them now',
    options: z.strictObject({}),
    needs: [['delete', 'append']],
    uniqueKey: 'optional',
    cursor: 'none',
    example: { mode: RESYNC },
    plan: ({ uniqueKey }) => ({
      read: 'all',
      where,
      checks: [
        { id: 'resync.inside', kind: 'predicate', predicate: where, on: 'fail' },
        ...(uniqueKey.length === 0
          ? []
          : [{ id: `unique.${uniqueKey.join('.')}`, kind: 'unique', columns: uniqueKey, on: 'fail' } as const]),
      ],
      steps: [{ op: 'delete', where }, { op: 'append' }],
      reasons: ['the rows of the part are read and replaced; the state stays as it is'],
    }),
  }) as StrategyDefinition;

/** The host with one strategy more. */
const withStrategy = (host: EngineHost, id: string, strategy: StrategyDefinition): EngineHost => ({
  env: host.env,
  workdir: host.workdir,
  clock: host.clock,
  log: host.log,
  limits: host.limits,
  ids: (kind) => host.ids(kind),
  openScope: (label) => host.openScope(label),
  definition: async <K extends keyof Definitions>(kind: K, wanted: string): Promise<Definitions[K]> =>
    kind === 'strategy' && wanted === id ? (strategy as unknown as Definitions[K]) : host.definition(kind, wanted),
});

/**
 * Refuses what the target can tell before anything is read: a target that keeps more than the rows of now, so that it
 * cannot be made anew from them; a column that it does not have; a value that is none of the column's.
 */
async function refuseWrongPart(host: EngineHost, spec: ProcessSpec, part: Predicate): Promise<void> {
  await withSink(host, spec, undefined, async (sink, open) => {
    const { uniqueKey, mode } = spec.sink.strategy;
    const { framework = [], envelope = [] } = await planStrategy(host, open, { uniqueKey, targetExists: true });
    if (framework.length > 0 || envelope.length > 0) {
      const kept = framework.map(({ name }) => name).join(', ') || envelope.join(', ');
      throw fail(
        'DPONE_OPTION_CONFLICT',
        `${mode} keeps what the source no longer has (${kept}): a part of it cannot be loaded again`,
        {
          where: whereOf(spec, 'sink.strategy.mode'),
          remedy: 'Set the cursor back instead (dpone state replay-from), or begin anew (dpone state reset).',
        },
      );
    }
    const { schema } = await sink.inspect();
    if (schema === null)
      throw fail('DPONE_OPTION_CONFLICT', `${targetName(spec.sink.table)} is not there: nothing was loaded yet`, {
        where: whereOf(spec, 'sink.table'),
        remedy: 'Load all of it: dpone run.',
      });
    for (const { column, values } of conditionsOf(part)) {
      const found = schema.columns.find(({ name }) => name.toLowerCase() === column.toLowerCase());
      if (found === undefined)
        throw fail('DPONE_USAGE', `${targetName(spec.sink.table)} has no column ${column}`, {
          where: whereOf(spec, 'sink.table'),
          remedy: `It has: ${schema.columns.map(({ name }) => name).join(', ')}.`,
        });
      const form = FORMS.find(({ kinds }) => kinds.test(found.type.kind));
      const wrong = form === undefined ? undefined : values.find((value) => !form.text.test(value));
      if (wrong !== undefined)
        throw fail('DPONE_USAGE', `"${wrong}" is no value of the column ${column} (${typeName(found.type)})`, {
          remedy: `Give ${form!.what}.`,
        });
    }
  });
}

/** How a value of a type is written; what has no line here is left to the systems. */
const FORMS = [
  { kinds: /^u?int/, text: /^-?\d+$/, what: 'a whole number' },
  { kinds: /^(decimal|float)/, text: /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i, what: 'a number' },
  { kinds: /^(date|timestamp)$/, text: /^\d{4}-\d{2}-\d{2}/, what: 'a date or time, such as 2026-01-31' },
] as const;

function conditionsOf(part: Predicate): { readonly column: string; readonly values: readonly string[] }[] {
  switch (part.op) {
    case 'and':
      return part.all.flatMap(conditionsOf);
    case 'in':
      return [{ column: part.column, values: part.values.map(String) }];
    case 'eq':
    case 'ge':
    case 'le':
    case 'lt':
      return [{ column: part.column, values: [String(part.value)] }];
    default:
      return [];
  }
}

function predicateOf(part: ResyncPart, spec: ProcessSpec): Predicate {
  if (part.kind === 'partitions') {
    const column = part.column ?? partitionColumn(spec);
    const [only, ...more] = part.values;
    if (only === undefined) throw fail('DPONE_USAGE', 'no partition is named');
    return more.length === 0 ? { op: 'eq', column, value: only } : { op: 'in', column, values: part.values };
  }
  if (part.from === undefined && part.to === undefined)
    throw fail('DPONE_USAGE', 'a part without an end is the whole table', {
      remedy: 'Use dpone run with full_refresh.',
    });
  const column = part.column ?? keyColumn(spec);
  const all: Predicate[] = [
    ...(part.from === undefined ? [] : [{ op: 'ge', column, value: part.from } as const]),
    ...(part.to === undefined ? [] : [{ op: part.kind === 'keys' ? 'le' : 'lt', column, value: part.to } as const]),
  ];
  return all.length === 1 ? all[0]! : { op: 'and', all };
}

function partitionColumn(spec: ProcessSpec): string {
  const { partition } = spec.sink.strategy.options as { readonly partition?: { readonly column?: unknown } };
  if (typeof partition?.column === 'string') return partition.column;
  throw fail('DPONE_USAGE', `the manifest does not say by which column ${spec.name} is divided`, {
    where: whereOf(spec, 'sink.strategy'),
    remedy: 'Pass --column, or set sink.strategy.partition.column.',
  });
}

function keyColumn(spec: ProcessSpec): string {
  const [column, ...more] = spec.sink.strategy.uniqueKey;
  if (column !== undefined && more.length === 0) return column;
  throw fail('DPONE_USAGE', `${spec.name} has no unique_key of one column`, {
    where: whereOf(spec, 'sink.strategy.unique_key'),
    remedy: 'Pass --column with the column of the range.',
  });
}
