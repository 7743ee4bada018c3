import { fail, nearest, type ErrorCode } from '@dpone/sdk';
import { z } from 'zod';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { whereOf } from './where.js';

export interface ParseAs {
  readonly spec: Pick<ProcessSpec, 'manifest' | 'places'>;
  /** `source.options`. */
  readonly at: string;
  /** The code of a value that does not fit; unknown keys have their own. */
  readonly code: Extract<ErrorCode, 'DPONE_MANIFEST_INVALID' | 'DPONE_CONNECTION_INVALID'>;
  readonly remedy?: string | undefined;
  /** Keys that the engine itself reads there: a misspelled one is answered with it. */
  readonly engineKeys?: readonly string[];
}

/** What the schema makes of the value. Says which key is wrong and how; never prints a value. */
export async function parseOptions<T>(schema: z.ZodType<T>, value: unknown, as: ParseAs): Promise<T> {
  refuseUnknownKeys(schema, value, as);
  const result = await schema.safeParseAsync(value);
  if (result.success) return result.data;
  const issues = flatten(result.error.issues);
  const unknown = issues.find((issue) => issue.code === 'unrecognized_keys');
  if (unknown?.code === 'unrecognized_keys')
    throw unknownKey(unknown.keys, pathOf(as.at, unknown.path), keysAt(schema, unknown.path), as);
  const [first, ...others] = issues;
  const also = others.slice(0, 4).map((issue) => `; ${pathOf(as.at, issue.path)}: ${issue.message}`);
  const message = first === undefined ? 'the value does not fit' : `${pathOf(as.at, first.path)}: ${first.message}`;
  throw fail(as.code, message + also.join(''), {
    where: whereOf(as.spec, pathOf(as.at, first?.path ?? [])),
    remedy: as.remedy,
  });
}

type Issue = z.core.$ZodIssue;

/** The issues of the branch of a union that got furthest: those of the others are noise. */
function flatten(issues: readonly Issue[]): Issue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
    const deepest = (branch: readonly Issue[]): number => Math.max(...branch.map((i) => i.path.length));
    const best = issue.errors.reduce((a, b) => (deepest(b) > deepest(a) ? b : a));
    return flatten(best.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })));
  });
}

/** A plain `z.object` drops what it does not know; a key that nothing reads is a mistake all the same. */
function refuseUnknownKeys(schema: z.ZodType, value: unknown, as: ParseAs): void {
  if (typeof value !== 'object' || value === null) return;
  const known = keysAt(schema, []);
  if (known === undefined) return;
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw unknownKey(unknown, as.at, known, as);
}

function unknownKey(keys: readonly string[], at: string, known: readonly string[] | undefined, as: ParseAs): Error {
  const hints = keys.map((key) => nearest(key, [...(known ?? []), ...(as.engineKeys ?? [])]));
  const remedies = hints.filter((hint) => hint !== undefined).map((hint) => `"${hint}"`);
  const listed = known === undefined || known.length === 0 ? '' : ` Known: ${known.toSorted().join(', ')}.`;
  return fail('DPONE_MANIFEST_UNKNOWN_KEY', `nothing reads ${keys.map((key) => `${at}.${key}`).join(', ')}`, {
    where: whereOf(as.spec, `${at}.${keys[0]}`),
    remedy: remedies.length > 0 ? `Did you mean ${remedies.join(', ')}?` : `Remove it.${listed}`,
  });
}

interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: unknown;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

/** The keys that a schema knows at a path; undefined where it takes any. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] | undefined {
  let nodes: readonly JsonSchema[];
  try {
    nodes = branches(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema);
  } catch {
    // A schema of another zod major cannot be drawn; it still judges the values itself.
    return undefined;
  }
  for (const key of path)
    nodes = nodes.flatMap((node) =>
      branches(typeof key === 'number' ? node.items : (node.properties?.[String(key)] ?? node.additionalProperties)),
    );
  // A text may stand for the map (a URI for a connection): it has no keys to be wrong about.
  nodes = nodes.filter((node) => node.type === undefined || node.type === 'object');
  const open = (node: JsonSchema): boolean =>
    typeof node.additionalProperties === 'object' || node.additionalProperties === true;
  if (nodes.length === 0 || nodes.some((node) => node.properties === undefined || open(node))) return undefined;
  return nodes.flatMap((node) => Object.keys(node.properties ?? {}));
}

function branches(node: unknown): readonly JsonSchema[] {
  if (typeof node !== 'object' || node === null) return [];
  const schema = node as JsonSchema;
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return inner.length === 0 ? [schema] : inner.flatMap(branches);
}

const pathOf = (at: string, path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}.${String(key)}`), at);
