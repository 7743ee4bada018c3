import type { Json } from '@dpone/sdk';
import { basename, dirname, extname } from 'node:path';
import type { Issues } from '../issue.js';
import { mergeMaps, mergeNodes } from '../merge-nodes.js';
import {
  child,
  childMap,
  emptyMap,
  nodeOf,
  plain,
  withEntry,
  type MapNode,
  type Node,
  type Origin,
} from '../read/node.js';
import type { Environment } from '../references.js';
import { TemplateRenderer, type TemplateContext } from '../template.js';
import { applyNaming, templateView } from './naming.js';
import { mergeVars, renderNode } from './vars.js';

export interface CompiledProcess {
  /** The table's id, or `<schema>.<table>`. */
  readonly selector: string;
  readonly node: MapNode;
}

/** Keys of the top level that hold for every process where the process does not give them itself. */
const SHARED = ['quality', 'schema_contract', 'observability', 'performance', 'certification'];

/** The processes of a batch manifest whose frame is known to be right, merged, named and rendered. */
export function compileBatch(
  root: MapNode,
  path: string,
  displayed: string,
  env: Environment,
  issues: Issues,
): CompiledProcess[] {
  const renderer = new TemplateRenderer();
  const vars = mergeVars(emptyMap(root.origin), childMap(root, 'vars'), builtIn(path, displayed, env), renderer);
  const shared: MapNode = {
    ...emptyMap(root.origin),
    entries: new Map([...root.entries].filter(([key]) => SHARED.includes(key))),
  };
  const base = mergeMaps(shared, childMap(root, 'defaults'));
  const processes: CompiledProcess[] = [];
  for (const [schema, { node: block }] of childMap(root, 'schemas')!.entries) {
    const blockVars = mergeVars(vars, childMap(block, 'vars'), {}, renderer);
    const blockNaming = mergeNodes(childMap(root, 'naming'), childMap(block, 'naming')) as MapNode | undefined;
    const blockBase = mergeMaps(base, childMap(block, 'defaults'));
    const tables = child(block, 'tables');
    for (const spec of tables?.kind === 'list' ? tables.items : []) {
      const table = spec.kind === 'map' ? child(spec, 'table')! : spec;
      const tableName = String((table as { value?: unknown }).value);
      const context = plain(
        mergeVars(blockVars, childMap(spec, 'vars'), { src_schema: schema, src_table: tableName }, renderer),
      ) as TemplateContext;
      const naming = mergeNodes(blockNaming, childMap(spec, 'naming')) as MapNode | undefined;
      const merged = mergeMaps(blockBase, childMap(spec, 'overrides'));
      const named = applyNaming(withSourceTable(merged, schema, table), naming, context, renderer);
      const node = renderNode(
        withDependencies(named, child(spec, 'depends_on')),
        { ...templateView(named), ...context },
        renderer,
      ) as MapNode;
      const id = child(spec, 'id');
      const selector = id?.kind === 'scalar' ? String(id.value) : `${schema}.${tableName}`;
      if (processes.some((process) => process.selector === selector))
        issues.add({
          code: 'DPONE_MANIFEST_INVALID',
          message: `two tables answer to the selector "${selector}"`,
          place: `${displayed}:${spec.origin.line ?? 1}`,
          path: 'schemas',
          remedy: 'Give one of them an id.',
        });
      processes.push({ selector, node });
    }
  }
  return processes;
}

function builtIn(path: string, displayed: string, env: Environment): Record<string, Json> {
  return {
    env_code: env['ENV_CODE'] ?? 'dev',
    manifest_path: displayed,
    manifest_dir: dirname(displayed),
    manifest_name: basename(path),
    manifest_stem: basename(path, extname(path)),
  };
}

/** The process with the schema and table at hand as its `source.table`, where it names none itself. */
function withSourceTable(process: MapNode, schema: string, table: Node): MapNode {
  const source = childMap(process, 'source');
  if (source === undefined) return process;
  const given = child(source, 'table');
  if (given !== undefined && given.kind !== 'map') return process;
  // Marked as not written, so that a source without tables does not refuse it.
  const origin: Origin = { ...table.origin, layer: 'built-in' };
  let filled = given ?? emptyMap(origin);
  if (child(filled, 'schema') === undefined) filled = withEntry(filled, 'schema', nodeOf(schema, origin));
  if (child(filled, 'name') === undefined) filled = withEntry(filled, 'name', { ...table, origin });
  return withEntry(process, 'source', withEntry(source, 'table', filled));
}

/** The process with a table's dependencies after its own. */
function withDependencies(process: MapNode, more: Node | undefined): MapNode {
  if (more === undefined) return process;
  const own = child(process, 'depends_on');
  const items = (node: Node | undefined): readonly Node[] =>
    node === undefined ? [] : node.kind === 'list' ? node.items : [node];
  return withEntry(process, 'depends_on', {
    kind: 'list',
    origin: more.origin,
    items: [...items(own), ...items(more)],
  });
}
