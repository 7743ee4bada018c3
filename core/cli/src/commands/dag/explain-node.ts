import { Args } from '@oclif/core';
import { DponeCommand, formatFlag } from '../../dpone-command.js';
import { manifestArg } from '../../flags.js';
import { dagFlags, openDag } from '../../open-dag.js';

export default class DagExplainNode extends DponeCommand {
  static override summary = 'Say what a process waits for and what waits for it.';
  static override examples = ['<%= config.bin %> <%= command.id %> manifests/shop.yml orders'];
  static override args = { ...manifestArg, task: Args.string({ description: 'The process.', required: true }) };
  static override flags = { ...dagFlags, format: formatFlag() };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DagExplainNode);
    const [{ explainNode, nodeText }, { taskNamed }] = await Promise.all([
      import('../../render/dag.js'),
      import('@dpone/engine'),
    ]);
    const dag = await openDag(args.manifest, flags);
    const task = taskNamed(dag, args.task);
    this.print(flags.format, explainNode(dag, task, flags['base-path']), () => nodeText(dag, task, flags.format));
  }
}
