import { Flags } from '@oclif/core';
import { DponeCommand } from '../../dpone-command.js';
import { manifestArg } from '../../flags.js';
import { dagFlags, openDag } from '../../open-dag.js';

export default class DagSubgraph extends DponeCommand {
  static override summary = 'Draw the graph of processes, or the part of it between two of them.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> manifests/shop.yml --format mermaid',
    '<%= config.bin %> <%= command.id %> manifests/shop.yml --from orders --format dot',
  ];
  static override args = manifestArg;
  static override flags = {
    ...dagFlags,
    from: Flags.string({ helpValue: 'NAME', description: 'Only what waits for this process.' }),
    to: Flags.string({ helpValue: 'NAME', description: 'Only what this process waits for.' }),
    format: Flags.option({
      options: ['text', 'json', 'dot', 'mermaid'] as const,
      default: 'text',
      description: 'How the graph is printed; Graphviz and Mermaid draw the last two.',
    })(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DagSubgraph);
    const [{ drawGraph, edgeList }, { edgesBetween, taskNamed }] = await Promise.all([
      import('../../render/dag.js'),
      import('@dpone/engine'),
    ]);
    const dag = await openDag(args.manifest, flags);
    const end = (name: string | undefined) => (name === undefined ? undefined : taskNamed(dag, name));
    const [from, to] = [end(flags.from), end(flags.to)];
    const edges = edgesBetween(dag, from, to);
    const named = [from, to].filter((task) => task !== undefined);
    const touched = new Set([...named, ...edges.flatMap(({ upstream, downstream }) => [upstream, downstream])]);
    const tasks = named.length === 0 ? dag.tasks : dag.tasks.filter((task) => touched.has(task));
    if (flags.format === 'json') {
      const shown = edgeList(edges, { reasons: true, files: true, groups: true });
      this.print('json', { root: dag.root, base_path: flags['base-path'], tasks, edges: shown }, () => '');
      return;
    }
    const format = flags.format;
    this.print('text', null, () => drawGraph(tasks, edges, format));
  }
}
