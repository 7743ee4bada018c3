import { fail, type Json, type SinkDefinition, type SourceDefinition, type StrategyDefinition } from '@dpone/sdk';
import { Document, isMap, isScalar, type YAMLMap } from 'yaml';
import { z } from 'zod';
import { variableName } from '../builtins/secrets-env.js';
import { processSchema } from './schema/process-schema.js';

/** What the user answered, by flags or at the prompt. */
export interface InitAnswers {
  readonly sourceType: string;
  readonly sinkType: string;
  /** Default: `<source table, else sink table>_to_<sink type>`. */
  readonly name?: string;
  /** A URI, a path, or the id of a connection whose values are environment variables. Default: the example's, else an id. */
  readonly sourceConnection?: string;
  readonly sinkConnection?: string;
  /** `schema.name` or `name`. */
  readonly sourceTable?: string;
  readonly sinkTable?: string;
  readonly sourceOptions?: Readonly<Record<string, Json>>;
  readonly sinkOptions?: Readonly<Record<string, Json>>;
  /** Default `full_refresh`. */
  readonly strategy?: string;
  readonly strategyOptions?: Readonly<Record<string, Json>>;
  readonly uniqueKey?: readonly string[];
  /** The column of an incremental read. */
  readonly cursorColumn?: string;
}

export interface InitDefinitions {
  readonly source: Pick<SourceDefinition, 'connection' | 'options' | 'table' | 'example'>;
  readonly sink: Pick<SinkDefinition, 'connection' | 'options' | 'table' | 'example'>;
  readonly strategy?: Pick<StrategyDefinition, 'options' | 'example' | 'uniqueKey'>;
}

export interface InitResult {
  readonly name: string;
  /** The manifest's YAML. */
  readonly manifest: string;
  /** The text of the `.env.example`; null where no connection needs variables. */
  readonly envExample: string | null;
}

type Side = 'source' | 'sink';
type Block = Record<string, Json>;

/** A manifest that loads and runs, with a comment for each key from the schemas that will read it, and the variables that it needs. */
export function initManifest(answers: InitAnswers, definitions: InitDefinitions): InitResult {
  const source = sideBlock('source', answers, definitions);
  const sink = sideBlock('sink', answers, definitions);
  const mode = answers.strategy ?? 'full_refresh';
  if (definitions.strategy?.uniqueKey === 'required' && (answers.uniqueKey ?? []).length === 0)
    throw fail('DPONE_OPTION_CONFLICT', `${mode} needs a unique key`, {
      remedy: 'Pass --unique-key with the columns that identify a row.',
    });
  const name =
    answers.name ??
    `${words(tableName(source) ?? tableName(sink) ?? answers.sourceType)}_to_${words(answers.sinkType)}`;
  if (answers.cursorColumn !== undefined)
    source['options'] = { ...(source['options'] as Block | undefined), incremental_column: answers.cursorColumn };
  if (sink['table'] === undefined && definitions.sink.table === 'required')
    sink['table'] = words(tableName(source) ?? name);
  const key = answers.uniqueKey ?? [];
  sink['strategy'] = {
    mode,
    ...(key.length === 0 ? {} : { unique_key: key.length === 1 ? key[0]! : [...key] }),
    ...answers.strategyOptions,
  };
  const process = { name, source, sink };
  const parsed = processSchema.safeParse(process);
  if (!parsed.success)
    throw fail('DPONE_INPUT_INVALID', `the answers make no manifest: ${z.prettifyError(parsed.error)}`, {
      remedy: 'Change the answer named.',
    });
  return { name, manifest: yamlOf(process, definitions), envExample: envExample(process, definitions) };
}

/** The plugin's own example, with what was answered in place of its values. */
function sideBlock(side: Side, answers: InitAnswers, definitions: InitDefinitions): Block {
  const definition = definitions[side];
  const { table: exampleTable, options: exampleOptions, ...rest } = definition.example as Block;
  const type = side === 'source' ? answers.sourceType : answers.sinkType;
  const table =
    (side === 'source' ? answers.sourceTable : answers.sinkTable) ??
    (side === 'sink' ? undefined : exampleTable) ??
    exampleTable;
  const connection = side === 'source' ? answers.sourceConnection : answers.sinkConnection;
  const given = side === 'source' ? answers.sourceOptions : answers.sinkOptions;
  const answered = Object.keys(given ?? {}).length > 0;
  const options = { ...(answered ? given : (exampleOptions as Block | undefined)) };
  // A system without connections names its data in an option: the first text of its example.
  const naming = Object.entries(isBlock(exampleOptions) ? exampleOptions : {}).find(
    ([, value]) => typeof value === 'string',
  );
  if (definition.connection === null && connection !== undefined && naming !== undefined)
    options[naming[0]] = connection;
  return {
    type,
    ...connectionBlock(type, connection, rest, definition.connection !== null),
    ...(table === undefined || definition.table === 'none' ? {} : { table }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
  };
}

/** A URI or path is the connection itself; a plain word is an id. */
function connectionBlock(type: string, given: string | undefined, example: Block, needed: boolean): Block {
  if (!needed) return {};
  if (given !== undefined)
    return /^[A-Za-z][\w-]*$/.test(given) ? { connection_type: 'env', connection_id: given } : { connection: given };
  const kept = Object.entries(example).filter(([key]) =>
    ['connection', 'connection_type', 'connection_id'].includes(key),
  );
  return kept.length > 0 ? Object.fromEntries(kept) : { connection_type: 'env', connection_id: `my_${words(type)}` };
}

function tableName(side: Block): string | undefined {
  const table = side['table'];
  if (typeof table === 'string') return table.split('.').at(-1);
  return isBlock(table) ? textOf(table, 'name') : undefined;
}

const isBlock = (value: Json | undefined): value is Block =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function textOf(block: Block, key: string): string | undefined {
  const value = block[key];
  return typeof value === 'string' ? value : undefined;
}

const words = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '') || 'my';

interface Described {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly anyOf?: readonly Described[];
}

const described = (schema: z.ZodType): Described => {
  try {
    return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Described;
  } catch {
    // A schema that cannot be shown gives no comments.
    return {};
  }
};

const propertyOf = (schema: Described | undefined, key: string): Described | undefined =>
  [schema, ...(schema?.anyOf ?? [])].map((one) => one?.properties?.[key]).find((one) => one !== undefined);

function yamlOf(process: Block, definitions: InitDefinitions): string {
  const document = new Document(process);
  document.commentBefore =
    ' Made by `dpone init`. Every key: docs/reference/manifest.md. Try: dpone plan, then dpone run.';
  const root = described(processSchema);
  const plugin = { source: described(definitions.source.options), sink: described(definitions.sink.options) };
  comment(document.contents as unknown as YAMLMap, (path) => {
    const [side, part, key] = path;
    if ((side === 'source' || side === 'sink') && part === 'options' && key !== undefined && path.length === 3)
      return propertyOf(plugin[side], key)?.description ?? descriptionAt(root, path);
    if (side === 'sink' && part === 'strategy' && key !== undefined && definitions.strategy !== undefined)
      return descriptionAt(root, path) ?? propertyOf(described(definitions.strategy.options), key)?.description;
    return descriptionAt(root, path);
  });
  return document.toString({ lineWidth: 0 });
}

const descriptionAt = (root: Described, path: readonly string[]): string | undefined =>
  path.reduce<Described | undefined>(propertyOf, root)?.description;

/** Sets above each key what it is for; blocks are set apart by an empty line. */
function comment(
  map: YAMLMap,
  about: (path: readonly string[]) => string | undefined,
  path: readonly string[] = [],
): void {
  for (const pair of map.items) {
    if (!isScalar(pair.key)) continue;
    const { key } = pair;
    const at = [...path, String(key.value)];
    const text = about(at);
    if (text !== undefined) key.commentBefore = ` ${text.replaceAll('\n', ' ')}`;
    if (path.length === 0 && isMap(pair.value)) key.spaceBefore = true;
    if (isMap(pair.value)) comment(pair.value, about, at);
  }
}

/** The variables that `secrets env` reads for the connections of a process, with what each is. */
function envExample(process: Block, definitions: InitDefinitions): string | null {
  const seen = new Set<string>();
  const parts = (['source', 'sink'] as const).flatMap((side) => {
    const block = process[side] as Block;
    const id = block['connection_type'] === 'env' ? textOf(block, 'connection_id') : undefined;
    const { connection } = definitions[side];
    if (id === undefined || connection === null || seen.has(id)) return [];
    seen.add(id);
    const schema = described(connection);
    const values = [schema, ...(schema.anyOf ?? [])].flatMap((one) => Object.entries(one.properties ?? {}));
    const known = new Map(values.length === 0 ? [['uri', { description: 'Address' }]] : values);
    return [
      `# Connection ${id} (${textOf(block, 'type')})`,
      ...[...known].flatMap(([name, value]) => [
        ...(value.description === undefined ? [] : [`# ${value.description.replaceAll('\n', ' ')}`]),
        `${variableName(id, name)}=`,
      ]),
      '',
    ];
  });
  return parts.length === 0 ? null : parts.join('\n');
}
