import { DponeCommand, formatFlag } from '../../dpone-command.js';
import { manifestArg, oneProcessFlags } from '../../flags.js';

export default class BackfillPause extends DponeCommand {
  static override summary = 'Let the chunks in hand come to their end, and begin no other one.';
  static override examples = ['<%= config.bin %> <%= command.id %> manifests/orders.yml'];
  static override args = manifestArg;
  static override flags = { ...oneProcessFlags, format: formatFlag() };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BackfillPause);
    const [{ openSession }, { selectProcesses }, { backfillOperations }, { backfillChangeText }] = await Promise.all([
      import('../../session.js'),
      import('../../processes.js'),
      import('@dpone/engine'),
      import('../../render/backfill.js'),
    ]);
    const session = await openSession(this.config);
    const [spec] = await selectProcesses(session, args.manifest, flags);
    const report = await backfillOperations.pause(session.host, spec!, { signal: session.interruption() });
    this.print(flags.format, report, () =>
      backfillChangeText(report, 'paused', 'dpone backfill resume lets it go on.'),
    );
  }
}
