import { fail, type Json } from '@dpone/sdk';
import { mergeMaps } from '../merge-nodes.js';
import { mapScalars, nodeOf, pathText, place, plain, type MapNode, type Node, type Origin } from '../read/node.js';
import { TemplateRenderer, type TemplateContext } from '../template.js';

/** Names that a manifest cannot give: they are about itself, or about the table at hand. */
const RESERVED = [
  'env_code',
  'manifest_path',
  'manifest_dir',
  'manifest_name',
  'manifest_stem',
  'src_schema',
  'src_table',
];
/** How often variables are rendered before they are held to refer to each other in a circle. */
const PASSES = 5;

/** Variables laid over weaker ones and rendered. `own` are those of the manifest; `built` those of the engine. */
export function mergeVars(
  weak: MapNode,
  own: MapNode | undefined,
  built: Readonly<Record<string, Json>>,
  renderer: TemplateRenderer,
): MapNode {
  for (const [name, entry] of own?.entries ?? [])
    if (RESERVED.includes(name))
      throw fail('DPONE_MANIFEST_INVALID', `the variable ${name} is set by dpone and cannot be given`, {
        where: place(entry.key),
        remedy: 'Use another name.',
      });
  const origin: Origin = { layer: 'built-in', file: 'built-in' };
  return renderVars(mergeMaps(weak, own, nodeOf(built, origin) as MapNode), renderer, 'src_table' in built);
}

/** `atTable`: the schema and table at hand are known; until then what refers to them is left for later. */
function renderVars(vars: MapNode, renderer: TemplateRenderer, atTable: boolean): MapNode {
  let current = vars;
  for (let pass = 0; pass < PASSES; pass += 1) {
    const context = plain(current) as TemplateContext;
    let changed = false;
    const entries = new Map(
      [...current.entries].map(([name, entry]) => {
        const node = atTable || !isOfTable(entry.node) ? renderVariable(entry.node, context, renderer) : entry.node;
        changed ||= node !== entry.node;
        return [name, { ...entry, node }];
      }),
    );
    current = { ...current, entries };
    if (!changed) return current;
  }
  const open = [...current.entries].filter(([, e]) => isTemplate(e.node) && (atTable || !isOfTable(e.node)));
  if (open.length === 0) return current;
  throw fail(
    'DPONE_MANIFEST_TEMPLATE',
    `the variables ${open.map(([name]) => name).join(', ')} are not settled after ${PASSES} passes`,
    {
      where: place(open[0]![1].key),
      remedy: 'They may refer to each other in a circle: take one reference out.',
    },
  );
}

const isTemplate = (node: Node): boolean =>
  node.kind === 'scalar' && typeof node.value === 'string' && TemplateRenderer.isTemplate(node.value);

const isOfTable = (node: Node): boolean =>
  node.kind === 'scalar' && typeof node.value === 'string' && /\bsrc_(schema|table)\b/.test(node.value);

/** Only whole variables are rendered, as their uses see them; what lists and maps hold is rendered where it is used. */
function renderVariable(node: Node, context: TemplateContext, renderer: TemplateRenderer): Node {
  if (!isTemplate(node)) return node;
  return renderNode(node, context, renderer);
}

/** The tree with every template rendered; a value keeps the place and the text of its template. */
export function renderNode(node: Node, context: TemplateContext, renderer: TemplateRenderer): Node {
  return mapScalars(node, (scalar, path) => {
    if (typeof scalar.value !== 'string' || !TemplateRenderer.isTemplate(scalar.value)) return scalar;
    const value = renderer.render(
      scalar.value,
      context,
      `${place(scalar.origin)}${path.length === 0 ? '' : ` (${pathText(path)})`}`,
    );
    const rendered = nodeOf(value as Json, scalar.origin, scalar.template ?? scalar.value);
    return rendered.kind === 'scalar'
      ? { ...rendered, plain: scalar.plain, ...(scalar.replaced && { replaced: scalar.replaced }) }
      : rendered;
  });
}
