import { Flags } from '@oclif/core';
import { DponeCommand, formatFlag } from '../../dpone-command.js';
import { manifestArg, oneProcessFlags } from '../../flags.js';

export default class BackfillReset extends DponeCommand {
  static override summary = 'Forget which chunks of a backfill are done, so that the next run begins anew.';
  static override description =
    'What is committed stays in the target. Without --yes it only shows what would be forgotten.';
  static override examples = ['<%= config.bin %> <%= command.id %> manifests/orders.yml --yes'];
  static override args = manifestArg;
  static override flags = { ...oneProcessFlags, format: formatFlag(), yes: Flags.boolean({ description: 'Do it.' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BackfillReset);
    const [{ openSession }, { selectProcesses }, { backfillOperations }, { backfillChangeText }] = await Promise.all([
      import('../../session.js'),
      import('../../processes.js'),
      import('@dpone/engine'),
      import('../../render/backfill.js'),
    ]);
    const session = await openSession(this.config);
    const [spec] = await selectProcesses(session, args.manifest, flags);
    const report = await backfillOperations.reset(session.host, spec!, {
      signal: session.interruption(),
      yes: flags.yes,
    });
    this.print(flags.format, report, () => backfillChangeText(report, 'forgotten', 'dpone run begins anew.'));
  }
}
