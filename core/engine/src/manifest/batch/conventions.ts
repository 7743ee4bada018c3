import { fail, nearest } from '@dpone/sdk';
import { dirname, resolve } from 'node:path';
import { mergeMaps } from '../merge-nodes.js';
import { displayPath, isDocumentName, readMap } from '../read/read-document.js';
import { child, emptyMap, nodeOf, place, type MapNode, type Node } from '../read/node.js';
import { landingRawV1 } from './landing-raw-v1.js';

const BUILT_IN = new Map([
  ['landing', landingRawV1],
  ['landing_raw', landingRawV1],
  ['landing_raw_v1', landingRawV1],
]);

/** The manifest laid over the conventions that it names. */
export async function applyConventions(root: MapNode, path: string, workdir: string): Promise<MapNode> {
  const layers: MapNode[] = [];
  for (const [name, node] of textsOf(root, 'convention', 'conventions'))
    layers.push(await convention(name, node, path, workdir));
  return layers.length === 0 ? root : mergeMaps(emptyMap(root.origin), ...layers, root);
}

async function convention(name: string, node: Node, path: string, workdir: string): Promise<MapNode> {
  const builtIn = BUILT_IN.get(name.toLowerCase());
  if (builtIn !== undefined) return nodeOf(builtIn, { layer: 'convention', file: `convention ${name}` }) as MapNode;
  const where = place(node.origin);
  if (!isDocumentName(name)) {
    const near = nearest(name, BUILT_IN.keys());
    throw fail(
      'DPONE_MANIFEST_INVALID',
      `there is no convention "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
      {
        where,
        remedy: 'Name landing_raw_v1, or the relative path of a file.',
      },
    );
  }
  const file = resolve(dirname(path), name);
  return readMap(file, displayPath(file, workdir), 'convention');
}

/** The texts under a key for one and a key for several, each with its node. */
export function textsOf(root: MapNode, one: string, several: string): [string, Node][] {
  const list = child(root, several);
  const nodes = [child(root, one), ...(list?.kind === 'list' ? list.items : [])];
  return nodes.flatMap((node): [string, Node][] =>
    node?.kind === 'scalar' && typeof node.value === 'string' && node.value.trim() !== ''
      ? [[node.value.trim(), node]]
      : [],
  );
}
