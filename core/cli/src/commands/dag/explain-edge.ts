import { Flags } from '@oclif/core';
import { DponeCommand, formatFlag } from '../../dpone-command.js';
import { manifestArg } from '../../flags.js';
import { dagFlags, openDag } from '../../open-dag.js';

export default class DagExplainEdge extends DponeCommand {
  static override summary = 'Say why one process waits for another, directly or by others between.';
  static override description = 'Exit code 1 where it does not wait for it directly.';
  static override examples = ['<%= config.bin %> <%= command.id %> manifests/shop.yml --from orders --to order_lines'];
  static override args = manifestArg;
  static override flags = {
    ...dagFlags,
    format: formatFlag(),
    from: Flags.string({ required: true, helpValue: 'NAME', description: 'The process that runs before.' }),
    to: Flags.string({ required: true, helpValue: 'NAME', description: 'The process that waits.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DagExplainEdge);
    const [{ edgeText, explainEdge }, { shortestPath, taskNamed }] = await Promise.all([
      import('../../render/dag.js'),
      import('@dpone/engine'),
    ]);
    const dag = await openDag(args.manifest, flags);
    const [from, to] = [taskNamed(dag, flags.from), taskNamed(dag, flags.to)];
    const direct = dag.edges.find((edge) => edge.upstream === from && edge.downstream === to);
    const path = shortestPath(dag, from, to);
    const json = explainEdge({ dag, from, to, direct, path, basePath: flags['base-path'] });
    this.print(flags.format, json, () => edgeText(from, to, direct, path));
    process.exitCode = direct === undefined ? 1 : 0;
  }
}
