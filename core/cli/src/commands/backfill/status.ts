import { DponeCommand, formatFlag } from '../../dpone-command.js';
import { manifestArg, oneProcessFlags } from '../../flags.js';

export default class BackfillStatus extends DponeCommand {
  static override summary = 'Show how a backfill stands, chunk by chunk.';
  static override examples = ['<%= config.bin %> <%= command.id %> manifests/orders.yml'];
  static override args = manifestArg;
  static override flags = { ...oneProcessFlags, format: formatFlag() };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BackfillStatus);
    const [{ openSession }, { selectProcesses }, { backfillOperations }, { backfillText }] = await Promise.all([
      import('../../session.js'),
      import('../../processes.js'),
      import('@dpone/engine'),
      import('../../render/backfill.js'),
    ]);
    const session = await openSession(this.config);
    const [spec] = await selectProcesses(session, args.manifest, flags);
    const report = await backfillOperations.status(session.host, spec!, { signal: session.interruption() });
    this.print(flags.format, report, () => backfillText(report, flags.format));
  }
}
