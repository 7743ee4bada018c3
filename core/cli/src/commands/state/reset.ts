import { Flags } from '@oclif/core';
import { DponeCommand, formatFlag } from '../../dpone-command.js';
import { manifestArg, oneProcessFlags } from '../../flags.js';

export default class StateReset extends DponeCommand {
  static override summary = 'Forget what a process has loaded, so that its next run begins anew.';
  static override description = 'Without --yes it only shows what would be forgotten.';
  static override examples = ['<%= config.bin %> <%= command.id %> manifests/orders.yml --yes'];
  static override args = manifestArg;
  static override flags = { ...oneProcessFlags, format: formatFlag(), yes: Flags.boolean({ description: 'Do it.' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StateReset);
    const [{ openSession }, { selectProcesses }, { stateOperations }, { stateResetText }] = await Promise.all([
      import('../../session.js'),
      import('../../processes.js'),
      import('@dpone/engine'),
      import('../../render/state.js'),
    ]);
    const session = await openSession(this.config);
    const [spec] = await selectProcesses(session, args.manifest, flags);
    const report = await stateOperations.reset(session.host, spec!, { signal: session.interruption(), yes: flags.yes });
    this.print(flags.format, report, () => stateResetText(report));
  }
}
