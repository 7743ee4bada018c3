import { Flags } from '@oclif/core';
import { DponeCommand, formatFlag } from '../../dpone-command.js';
import { manifestArg } from '../../flags.js';
import { dagFlags, openDag } from '../../open-dag.js';

export default class DagListEdges extends DponeCommand {
  static override summary = 'List which process waits for which.';
  static override examples = ['<%= config.bin %> <%= command.id %> manifests/shop.yml --with-reasons'];
  static override args = manifestArg;
  static override flags = {
    ...dagFlags,
    format: formatFlag(),
    task: Flags.string({ description: 'Only the edges of this process.' }),
    group: Flags.string({ description: 'Only the edges of processes of this task group.' }),
    'with-reasons': Flags.boolean({ description: 'Also what kind of depends_on makes each edge.' }),
    'with-files': Flags.boolean({ description: 'Also the manifest of each process.' }),
    'with-groups': Flags.boolean({ description: 'Also the task group of each process.' }),
    max: Flags.integer({ min: 1, description: 'How many edges at the most.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DagListEdges);
    const [{ edgeList, edgesText }, { taskNamed }] = await Promise.all([
      import('../../render/dag.js'),
      import('@dpone/engine'),
    ]);
    const dag = await openDag(args.manifest, flags);
    const task = flags.task === undefined ? undefined : taskNamed(dag, flags.task);
    const chosen = dag.edges.filter(
      ({ upstream, downstream }) =>
        (task === undefined || upstream === task || downstream === task) &&
        (flags.group === undefined || [upstream, downstream].some(({ task_group }) => task_group === flags.group)),
    );
    const shown = chosen.slice(0, flags.max);
    const json = {
      root: dag.root,
      base_path: flags['base-path'],
      task_count: dag.tasks.length,
      edge_count: dag.edges.length,
      filtered_count: chosen.length,
      truncated: shown.length < chosen.length,
      edges: edgeList(shown, {
        reasons: flags['with-reasons'],
        files: flags['with-files'],
        groups: flags['with-groups'],
      }),
    };
    this.print(flags.format, json, () => edgesText(shown, flags.format));
  }
}
