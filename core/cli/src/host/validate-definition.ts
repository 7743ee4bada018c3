import { BRANDS, LANES, fail, hasBrand, type ExtensionKind } from '@dpone/sdk';

type Check = readonly [expected: string, test: (value: unknown) => boolean];

const text: Check = ['a text that is not empty', (v) => typeof v === 'string' && v.trim() !== ''];
const fn: Check = ['a function', (v) => typeof v === 'function'];
const flag: Check = ['true or false', (v) => typeof v === 'boolean'];
const object: Check = ['an object', (v) => typeof v === 'object' && v !== null && !Array.isArray(v)];
// By structure, not by class: the plugin may carry its own copy of zod. Version 4, which JSON Schema can be made of.
const schema: Check = [
  'a zod schema (zod 4)',
  (v) => {
    const candidate = v as { safeParse?: unknown; _zod?: unknown } | null | undefined;
    return typeof candidate?.safeParse === 'function' && typeof candidate._zod === 'object';
  },
];
const schemaOrNull: Check = ['a zod schema (zod 4) or null', (v) => v === null || schema[1](v)];
const oneOf = (...values: string[]): Check => [`one of ${values.join(', ')}`, (v) => values.includes(String(v))];
const listOf = (what: string, test: (item: unknown) => boolean): Check => [
  `a list of ${what}`,
  (v) => Array.isArray(v) && v.every(test),
];
const texts = listOf('texts', (v) => typeof v === 'string');
const lanes = listOf(`lanes (${LANES.join(', ')})`, (v) => (LANES as readonly unknown[]).includes(v));

const SIDE: Readonly<Record<string, Check>> = {
  summary: text,
  connection: schemaOrNull,
  options: schema,
  table: oneOf('required', 'optional', 'none'),
  capabilities: object,
  'capabilities.lanes': lanes,
  example: object,
  create: fn,
};

/** What each kind of definition must have; the first that does not fit is named with its path. */
const FIELDS: Readonly<Record<ExtensionKind, Readonly<Record<string, Check>>>> = {
  source: {
    ...SIDE,
    'capabilities.cursors': texts,
    'capabilities.partitions': flag,
    'capabilities.snapshot': oneOf('consistent', 'per_file', 'offsets'),
  },
  sink: {
    ...SIDE,
    'capabilities.finalize': texts,
    'capabilities.ddl': texts,
    'capabilities.checks': texts,
    'capabilities.framework': texts,
    'capabilities.transactional': flag,
    'capabilities.parallelStaging': oneOf('process', 'machine'),
  },
  strategy: {
    summary: text,
    options: schema,
    needs: listOf('lists of primitives', Array.isArray),
    uniqueKey: oneOf('required', 'optional', 'none'),
    cursor: oneOf('required', 'optional', 'none'),
    example: object,
    plan: fn,
  },
  gate: {
    summary: text,
    input: schema,
    example: object,
    evaluate: fn,
    view: object,
    'view.title': text,
    'view.facts': texts,
  },
  codec: { summary: text, reads: lanes, writes: lanes, options: schema, create: fn },
  stateStore: { summary: text, connection: schemaOrNull, options: schema, create: fn },
  secrets: { summary: text, create: fn },
  executor: { summary: text, options: schema, create: fn },
  observer: { summary: text, options: schema, open: fn },
};

/** Throws DPONE_PLUGIN_INVALID with path, expected and received where a definition is not of its kind's shape. */
export function validateDefinition(plugin: string, kind: ExtensionKind, id: string, definition: unknown): void {
  const invalid = (path: string, expected: string, received: unknown): never => {
    throw fail(
      'DPONE_PLUGIN_INVALID',
      `plugin ${plugin}: ${kind} "${id}"${path}: expected ${expected}, received ${shown(received)}`,
    );
  };
  if (!hasBrand(definition, kind)) invalid('', `an object made by the SDK (${BRANDS[kind]})`, definition);
  const { version } = definition as { version?: unknown };
  if (version !== 'v1') invalid('.version', '"v1"', version);
  for (const [path, [expected, test]] of Object.entries(FIELDS[kind])) {
    const value = at(definition, path);
    if (!test(value)) invalid(`.${path}`, expected, value);
  }
}

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((v, key) => (v as Record<string, unknown> | undefined)?.[key], value);

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return `a list (${JSON.stringify(value).slice(0, 80)})`;
  return typeof value === 'object' && value !== null ? 'an object' : JSON.stringify(value);
}
