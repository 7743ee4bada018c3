import type { MapNode, Node, Path } from './read/node.js';

/** Lists under these keys of a process grow from layer to layer; every other list is replaced. */
const APPENDED = new Set(['depends_on', 'transforms']);

/** The stronger node laid over the weaker one: maps merge deep, all else is replaced, and remembers what it replaced. */
export function mergeNodes(weak: Node | undefined, strong: Node | undefined, path: Path = []): Node | undefined {
  if (weak === undefined) return strong;
  if (strong === undefined) return weak;
  if (weak.kind === 'map' && strong.kind === 'map') {
    const entries = new Map(weak.entries);
    for (const [key, entry] of strong.entries) {
      const below = entries.get(key);
      const node = below === undefined ? entry.node : mergeNodes(below.node, entry.node, [...path, key])!;
      entries.set(key, { key: entry.key, node });
    }
    return { ...strong, entries };
  }
  if (weak.kind === 'list' && strong.kind === 'list' && path.length === 1 && APPENDED.has(String(path[0])))
    return { ...strong, items: [...weak.items, ...strong.items] };
  return { ...strong, replaced: weak };
}

/** {@link mergeNodes} of maps, the weakest first. */
export function mergeMaps(first: MapNode, ...stronger: readonly (MapNode | undefined)[]): MapNode {
  return stronger.reduce<MapNode>((merged, layer) => mergeNodes(merged, layer) as MapNode, first);
}
