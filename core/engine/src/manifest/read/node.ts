import type { Json } from '@dpone/sdk';

/** Which part of a manifest gave a value, the weakest first. */
export type Layer = 'registry' | 'convention' | 'built-in' | 'manifest' | 'naming';

/** Where a value was written. */
export interface Origin {
  readonly layer: Layer;
  /** Relative to the project, or a name such as `convention landing_raw_v1`. */
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

interface NodeBase {
  readonly origin: Origin;
  /** The template that the value was rendered from. */
  readonly template?: string;
  /** The value of a weaker layer that this one replaced. */
  readonly replaced?: Node;
}

export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** Written without quotes, so that a lone `${NAME}` is typed as YAML would type its value. */
  readonly plain: boolean;
}

export interface ListNode extends NodeBase {
  readonly kind: 'list';
  readonly items: readonly Node[];
}

export interface Entry {
  readonly node: Node;
  /** Where the key is. */
  readonly key: Origin;
}

export interface MapNode extends NodeBase {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
}

/** A value of a manifest that knows where it came from. */
export type Node = ScalarNode | ListNode | MapNode;
export type Path = readonly (string | number)[];

/** `orders.yml:12:5`. */
export const place = (origin: Origin): string =>
  [origin.file, origin.line, origin.column].filter((part) => part !== undefined).join(':');

/** `depends_on[0].path`. */
export const pathText = (path: Path): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );

/** The value without its origins. */
export function plain(node: Node): Json {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plain);
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plain(entry.node)]));
  }
}

/** A value that no file holds, with the origin of what it was made from. */
export function nodeOf(value: Json, origin: Origin, template?: string): Node {
  const base = { origin, ...(template === undefined ? {} : { template }) };
  if (Array.isArray(value)) return { ...base, kind: 'list', items: value.map((item: Json) => nodeOf(item, origin)) };
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value as Record<string, Json>);
    return {
      ...base,
      kind: 'map',
      entries: new Map(entries.map(([key, item]) => [key, { node: nodeOf(item, origin), key: origin }])),
    };
  }
  return { ...base, kind: 'scalar', value: value, plain: false };
}

export const emptyMap = (origin: Origin): MapNode => ({ kind: 'map', entries: new Map(), origin });

/** The node at a path, or undefined. */
export function nodeAt(node: Node | undefined, path: Path): Node | undefined {
  let current = node;
  for (const step of path) {
    if (current?.kind === 'map') current = current.entries.get(String(step))?.node;
    else if (current?.kind === 'list') current = current.items[Number(step)];
    else return undefined;
  }
  return current;
}

export const child = (node: Node | undefined, key: string): Node | undefined => nodeAt(node, [key]);

/** The map at a key, where there is one. */
export function childMap(node: Node | undefined, key: string): MapNode | undefined {
  const found = child(node, key);
  return found?.kind === 'map' ? found : undefined;
}

/** The nearest origin to a path: of the key, else of what encloses it. */
export function originAt(root: Node, path: Path): Origin {
  let current: Node = root;
  let origin = root.origin;
  for (const step of path) {
    if (current.kind === 'map') {
      const entry = current.entries.get(String(step));
      if (entry === undefined) return origin;
      [current, origin] = [entry.node, entry.key];
    } else if (current.kind === 'list') {
      const item: Node | undefined = current.items[Number(step)];
      if (item === undefined) return origin;
      [current, origin] = [item, item.origin];
    } else return origin;
  }
  return origin;
}

/** The map with a key set. */
export function withEntry(map: MapNode, key: string, node: Node): MapNode {
  const entries = new Map(map.entries);
  entries.set(key, { node, key: node.origin });
  return { ...map, entries };
}

/** Every scalar of a tree made anew; `path` is where it stands. */
export function mapScalars(node: Node, change: (scalar: ScalarNode, path: Path) => Node, path: Path = []): Node {
  switch (node.kind) {
    case 'scalar':
      return change(node, path);
    case 'list':
      return { ...node, items: node.items.map((item, i) => mapScalars(item, change, [...path, i])) };
    case 'map':
      return {
        ...node,
        entries: new Map(
          [...node.entries].map(([key, e]) => [key, { ...e, node: mapScalars(e.node, change, [...path, key]) }]),
        ),
      };
  }
}
