import { DponeCommand, formatFlag } from '../../dpone-command.js';
import { manifestArg, oneProcessFlags } from '../../flags.js';

export default class StateInspect extends DponeCommand {
  static override summary = 'Show what the next run of a process will start from.';
  static override examples = ['<%= config.bin %> <%= command.id %> manifests/orders.yml'];
  static override args = manifestArg;
  static override flags = { ...oneProcessFlags, format: formatFlag() };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StateInspect);
    const [{ openSession }, { selectProcesses }, { stateOperations }, { stateInspectText }] = await Promise.all([
      import('../../session.js'),
      import('../../processes.js'),
      import('@dpone/engine'),
      import('../../render/state.js'),
    ]);
    const session = await openSession(this.config);
    const [spec] = await selectProcesses(session, args.manifest, flags);
    const report = await stateOperations.inspect(session.host, spec!, { signal: session.interruption() });
    this.print(flags.format, report, () => stateInspectText(report));
  }
}
