import type { Json } from '@dpone/sdk';
import type { Issues } from '../issue.js';
import type { ProcessSpec } from '../process-spec.js';
import { nodeAt, originAt, pathText, place, plain, type MapNode, type Node, type Path } from '../read/node.js';
import { resolveReferences, type Environment } from '../references.js';
import { OBSERVABILITY_KEYS } from '../schema/observability-fields.js';
import { processSchema, type ParsedProcess } from '../schema/process-schema.js';
import { zodIssues } from '../schema/zod-issues.js';
import { connectionSpec } from './connection-spec.js';
import { cursorSpec } from './cursor-spec.js';
import { dependencySpec } from './dependency-spec.js';
import { ignoredPaths, ignoredSentence } from './ignored-keys.js';
import { ENGINE_OPTION_KEYS, engineOptionsOf, pluginOptionsOf } from './option-split.js';
import { partitioningSpec } from './partitioning-spec.js';
import { contractSpec, evolutionSpec, lineageSpec } from './policy-spec.js';
import { qualityContract, qualitySpec } from './quality-spec.js';
import { stateSpec } from './state-spec.js';
import { strategySpec } from './strategy-spec.js';

export interface SpecContext {
  /** Absolute path of the manifest. */
  readonly path: string;
  /** As the user would write it. */
  readonly file: string;
  readonly env: Environment;
  readonly issues: Issues;
}

/** The process that a merged and rendered block says, or null where it has issues, which are added to the context's. */
export function buildSpec(written: MapNode, selector: string | null, context: SpecContext): ProcessSpec | null {
  const before = context.issues.list.length;
  const resolved = resolveReferences(written, context.env, context.issues.add);
  const parsed = processSchema.safeParse(withoutNulls(withoutExtensions(plain(resolved))));
  // Of a value whose variable is not set nothing more can be said.
  const unset = new Set(context.issues.list.slice(before).map((issue) => issue.path));
  if (!parsed.success)
    zodIssues(parsed.error.issues, written)
      .filter((issue) => !unset.has(issue.path))
      .forEach(context.issues.add);
  if (!parsed.success || context.issues.list.length > before) return null;
  const spec = assemble(parsed.data, written, selector, context);
  return context.issues.list.length > before ? null : spec;
}

function assemble(
  process: ParsedProcess,
  written: MapNode,
  selector: string | null,
  context: SpecContext,
): ProcessSpec {
  const { issues } = context;
  const state = stateSpec(process, written, issues);
  const ignored = [...ignoredPaths(written), ...state.ignored];
  const warnings = ignored.map((path) => `${place(originAt(written, path))}: ${ignoredSentence(path)}`);
  const warn = (sentence: string): void => void warnings.push(`${context.file}: ${process.name}: ${sentence}`);
  const conflict = (path: Path, message: string): void =>
    issues.add({ code: 'DPONE_OPTION_CONFLICT', message, place: place(originAt(written, path)), path: pathText(path) });

  const sourceEngine = engineOptionsOf(process.source.options);
  const sinkEngine = engineOptionsOf(process.sink.options);
  const engine = { ...sourceEngine, ...sinkEngine };
  const home = (key: string): Path =>
    nodeAt(written, ['sink', 'options', key]) === undefined ? ['source', 'options', key] : ['sink', 'options', key];
  const cursor = cursorSpec(engine, (key, message) => conflict(home(key), message));
  const partitioning = partitioningSpec(engine, warn);
  const quality = qualitySpec(process.quality?.checks, (i, message) => conflict(['quality', 'checks', i], message));
  for (const i of quality.ignored) {
    const path = ['quality', 'checks', i];
    ignored.push(path);
    warnings.push(
      `${place(originAt(written, path))}: ${ignoredSentence(`the check ${process.quality!.checks![i]!.type}`)}`,
    );
  }
  const contract = qualityContract(process.quality?.contract);
  const columns = engine.columns ?? engine.source_schema;
  const { source, sink } = process;
  const places = placesOf(written);
  const sourceTable = source.table ?? (source.topic === undefined ? undefined : { name: source.topic });

  return {
    name: process.name,
    selector,
    manifest: context.file,
    ...(process.description === undefined ? {} : { description: process.description }),
    ...(process.task_group === undefined ? {} : { taskGroup: process.task_group }),
    source: {
      type: source.type,
      connection: connectionSpec(source, written, ['source'], issues),
      ...(sourceTable === undefined ? {} : { table: sourceTable }),
      ...(sourceTable !== undefined && places['source.table'] === undefined && source.topic === undefined
        ? { tableIsDefault: true }
        : {}),
      options: withGiven(pluginOptionsOf(source.options), { topic: source.topic, api_type: source.api_type }),
      ...(cursor === undefined ? {} : { cursor }),
      ...(partitioning === undefined ? {} : { partitioning }),
      ...(columns === undefined ? {} : { columns: columns.map(({ name, type }) => ({ name, type })) }),
      excludeColumns: engine.exclude_columns ?? [],
      ...(engine.custom_predicate === undefined ? {} : { customPredicate: engine.custom_predicate }),
    },
    sink: {
      type: sink.type,
      connection: connectionSpec(sink, written, ['sink'], issues),
      table: sink.table ?? { name: sink.topic ?? process.name },
      ...(sink.table === undefined && sink.topic === undefined ? { tableIsDefault: true } : {}),
      ...(sink.staging?.schema === undefined ? {} : { stagingSchema: sink.staging.schema }),
      options: withGiven(pluginOptionsOf(sink.options), { topic: sink.topic }),
      strategy: strategySpec(sink, sourceEngine, sinkEngine, warn),
    },
    dependsOn: (process.depends_on ?? []).map((entry) => dependencySpec(entry, context.path)),
    state: state.spec,
    lineage: lineageSpec(engine, warn),
    schemaEvolution: evolutionSpec(engine, (key, message) => conflict([...home('schema_evolution'), key], message)),
    schemaContract: contractSpec(process, engine),
    quality: quality.rules,
    ...observed(process.observability),
    ...(contract === undefined ? {} : { qualityContract: contract }),
    engine: {
      ...(process.engine.lanes === undefined ? {} : { lanes: process.engine.lanes }),
      ...(process.engine.memory_mb === undefined ? {} : { memoryMb: process.engine.memory_mb }),
      ...(process.engine.parallel === undefined ? {} : { parallel: process.engine.parallel }),
      ...executorSpec(process.engine.executor),
      lockTimeoutSeconds: process.engine.lock_timeout,
    },
    ignored: ignored.map(pathText),
    warnings,
    places,
    raw: plain(written) as Record<string, Json>,
  };
}

function executorSpec({
  type,
  ...options
}: ParsedProcess['engine']['executor']): Pick<ProcessSpec['engine'], 'executor' | 'executorOptions'> {
  return { executor: type, ...(Object.keys(options).length === 0 ? {} : { executorOptions: options }) };
}

/** The keys of `observability` that something reads; those of the reference system's own are told as not acted on. */
function observed(written: ParsedProcess['observability']): Pick<ProcessSpec, 'observability'> {
  const entries = OBSERVABILITY_KEYS.flatMap((key) =>
    written?.[key] === undefined ? [] : [[key, written[key]] as const],
  );
  return entries.length === 0 ? {} : { observability: Object.fromEntries(entries) };
}

const withGiven = (
  options: Record<string, unknown>,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> => ({
  ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  ...options,
});

const withoutExtensions = (value: Json): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith('x-')))
    : value;

/** An empty key (`options:`) is as good as none. What lists and plugins' options hold is left as it is: NULL may be meant. */
function withoutNulls(value: Json, path: Path = []): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (path.length > 2 && path[1] === 'options' && !isPolicy(path[2])) return value;
  const ofPlugin = (key: string): boolean =>
    path.length === 2 && path[1] === 'options' && !ENGINE_OPTION_KEYS.includes(key);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      item === null && !ofPlugin(key) ? [] : [[key, withoutNulls(item, [...path, key])]],
    ),
  );
}

const isPolicy = (key: string | number | undefined): boolean =>
  ['lineage', 'schema_evolution', 'schema_contract', 'partitioning'].includes(String(key));

function placesOf(written: MapNode): Record<string, string> {
  const places: Record<string, string> = {};
  const visit = (node: Node, path: Path): void => {
    if (node.kind === 'map')
      for (const [key, entry] of node.entries) {
        if (entry.key.layer === 'built-in') continue;
        places[pathText([...path, key])] = place(entry.key);
        visit(entry.node, [...path, key]);
      }
    else if (node.kind === 'list')
      node.items.forEach((item, i) => {
        places[pathText([...path, i])] = place(item.origin);
        visit(item, [...path, i]);
      });
  };
  visit(written, []);
  return places;
}
