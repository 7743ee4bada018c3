import { child, childMap, emptyMap, nodeOf, plain, withEntry, type MapNode, type Node } from '../read/node.js';
import type { TemplateContext, TemplateRenderer } from '../template.js';
import { DEFAULT_MODE } from '../schema/process-schema.js';
import { renderNode } from './vars.js';

/** Empty text, null and absence are all "not given". */
const isGiven = (node: Node | undefined): boolean =>
  node !== undefined && !(node.kind === 'scalar' && (node.value === null || node.value === ''));

const named = (node: Node): Node => ({ ...node, origin: { ...node.origin, layer: 'naming' } });

/** The process as templates see it: with the strategy's default, of which names are often made. */
export function templateView(process: MapNode): TemplateContext {
  const sink = childMap(process, 'sink');
  const strategy = childMap(sink, 'strategy') ?? emptyMap(process.origin);
  if (sink === undefined || isGiven(child(strategy, 'mode'))) return plain(process) as TemplateContext;
  const mode = nodeOf(DEFAULT_MODE, { layer: 'built-in', file: 'built-in' });
  return plain(
    withEntry(process, 'sink', withEntry(sink, 'strategy', withEntry(strategy, 'mode', mode))),
  ) as TemplateContext;
}

/** Fills in, from the naming templates, what the process does not give: names, group, description and labels. */
export function applyNaming(
  process: MapNode,
  naming: MapNode | undefined,
  vars: TemplateContext,
  renderer: TemplateRenderer,
): MapNode {
  if (naming === undefined) return process;
  const context = { ...templateView(process), ...vars };
  const rendered = (key: string): Node | undefined => {
    const template = child(naming, key);
    return isGiven(template) ? named(renderNode(template!, context, renderer)) : undefined;
  };
  let result = process;
  const fill = (key: string, template: string): void => {
    if (isGiven(child(result, key))) return;
    const value = rendered(template);
    if (value !== undefined) result = withEntry(result, key, value);
  };
  const sink = childMap(result, 'sink');
  if (sink !== undefined) result = withEntry(result, 'sink', sinkNamed(sink, rendered, naming));
  fill('name', 'process_name');
  fill('task_group', 'task_group');
  fill('description', 'description');
  return result;
}

/** The sink with its table's names, and the description and labels of the table; these two are rendered with the rest of the process. */
function sinkNamed(sink: MapNode, rendered: (key: string) => Node | undefined, naming: MapNode): MapNode {
  let result = sink;
  const given = child(sink, 'table');
  if (given === undefined || given.kind === 'map') {
    let table = given ?? emptyMap(sink.origin);
    for (const [key, template] of [
      ['schema', 'sink_dataset'],
      ['name', 'sink_table'],
    ] as const) {
      const value = isGiven(child(table, key)) ? undefined : rendered(template);
      if (value !== undefined) table = withEntry(table, key, value);
    }
    if (table.entries.size > 0) result = withEntry(result, 'table', table);
  }
  const description = child(naming, 'sink_table_description') ?? child(naming, 'table_description');
  const labels = childMap(naming, 'labels');
  let options = childMap(sink, 'options') ?? emptyMap(sink.origin);
  if (isGiven(description) && !options.entries.has('table_description'))
    options = withEntry(options, 'table_description', named(description!));
  if (labels !== undefined && !options.entries.has('table_labels'))
    options = withEntry(options, 'table_labels', named(labels));
  return options.entries.size > 0 ? withEntry(result, 'options', options) : result;
}
