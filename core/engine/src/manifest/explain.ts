import { nearest, redactDeep, type Json } from '@dpone/sdk';
import { answersTo } from './dependency-graph.js';
import type { Manifest } from './manifest.js';
import { nodeAt, pathText, place, plain, type Node, type Path } from './read/node.js';
import { variablesOf } from './references.js';
import { manifestJsonSchema } from './schema/json-schema.js';
import { select } from './select.js';

/** Where one effective value of a process comes from. Secrets are masked; references to variables are shown as they are written. */
export interface Explanation {
  readonly path: string;
  /** False where neither the manifest nor a default gives it. */
  readonly exists: boolean;
  readonly value: Json;
  readonly origin: 'manifest' | 'convention' | 'registry' | 'naming' | 'built-in' | 'default' | 'none';
  /** `orders.yml:12:5`; null for a default. */
  readonly place: string | null;
  /** The template that it was rendered from. */
  readonly template: string | null;
  /** The environment variables that it refers to. */
  readonly variables: readonly { readonly name: string; readonly set: boolean }[];
  /** What it replaced, the nearest first. */
  readonly replaced: readonly { readonly value: Json; readonly place: string; readonly origin: string }[];
  /** What the key is for. */
  readonly about: string | null;
  /** The nearest path that exists, where this one does not. */
  readonly suggestion: string | null;
}

/** Why each path of a process has the value it has; without paths, every key that was written. */
export async function explain(
  manifest: Manifest,
  selector: string | null,
  paths: readonly string[] = [],
): Promise<Explanation[]> {
  const [process] =
    selector === null ? await select(manifest, []) : manifest.processes.filter((one) => answersTo(one, selector));
  const chosen = process ?? (await select(manifest, selector === null ? [] : [selector]))[0]!;
  const tree = manifest.trees.get(chosen.name)!;
  const wanted =
    paths.length > 0
      ? paths
      : Object.keys(chosen.places).filter((path) => nodeAt(tree, parsePath(path))?.kind === 'scalar');
  return wanted.map((path) => why(path, tree, manifest, Object.keys(chosen.places)));
}

function why(path: string, tree: Node, manifest: Manifest, written: readonly string[]): Explanation {
  const steps = parsePath(path);
  const node = nodeAt(tree, steps);
  const known = keyOf(steps);
  const about = known?.description ?? null;
  const key = String(steps.at(-1) ?? '');
  const masked = (value: Json): Json => (redactDeep({ [key]: value }) as Record<string, Json>)[key] ?? null;
  const base = { path: pathText(steps), template: null, variables: [], replaced: [], about, suggestion: null };
  if (node === undefined) {
    if (known !== undefined && 'default' in known)
      return { ...base, exists: true, value: known.default as Json, origin: 'default', place: null };
    const suggestion = known === undefined ? (nearest(path, written) ?? null) : null;
    return { ...base, exists: false, value: null, origin: 'none', place: null, suggestion };
  }
  const replaced: Explanation['replaced'][number][] = [];
  for (let below = node.replaced; below !== undefined; below = below.replaced)
    replaced.push({ value: masked(plain(below)), place: place(below.origin), origin: below.origin.layer });
  const value = plain(node);
  return {
    ...base,
    exists: true,
    value: masked(value),
    origin: node.origin.layer,
    place: place(node.origin),
    template: node.template === undefined ? null : (masked(node.template) as string),
    variables: (typeof value === 'string' ? variablesOf(value) : []).map(({ name }) => ({
      name,
      set: manifest.options.env[name] !== undefined,
    })),
    replaced,
  };
}

/** `depends_on[0].path` as steps. */
export function parsePath(text: string): Path {
  return [...text.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map((match) =>
    match[2] === undefined ? match[1]! : Number(match[2]),
  );
}

interface SchemaKey {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SchemaKey>>;
  readonly items?: SchemaKey;
  readonly anyOf?: readonly SchemaKey[];
  readonly additionalProperties?: SchemaKey | boolean;
}

/** What the schema says about a path. */
function keyOf(path: Path): SchemaKey | undefined {
  const schema = manifestJsonSchema() as unknown as { oneOf: readonly SchemaKey[] };
  return path.reduce<SchemaKey | undefined>((at, step) => {
    for (const candidate of [at, ...(at?.anyOf ?? [])]) {
      const found =
        typeof step === 'number'
          ? candidate?.items
          : (candidate?.properties?.[step] ??
            (typeof candidate?.additionalProperties === 'object' ? candidate.additionalProperties : undefined));
      if (found !== undefined) return found;
    }
    return undefined;
  }, schema.oneOf[0]);
}
