import { Flags } from '@oclif/core';
import { DponeCommand, formatFlag } from '../../dpone-command.js';
import { manifestArg, oneProcessFlags } from '../../flags.js';

export default class BackfillRetry extends DponeCommand {
  static override summary = 'Have the next run try the chunks again that were set aside.';
  static override examples = ['<%= config.bin %> <%= command.id %> manifests/orders.yml --chunk 7'];
  static override args = manifestArg;
  static override flags = {
    ...oneProcessFlags,
    format: formatFlag(),
    chunk: Flags.integer({ min: 1, description: 'This chunk alone; all that are set aside by default.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BackfillRetry);
    const [{ openSession }, { selectProcesses }, { backfillOperations }, { backfillChangeText }] = await Promise.all([
      import('../../session.js'),
      import('../../processes.js'),
      import('@dpone/engine'),
      import('../../render/backfill.js'),
    ]);
    const session = await openSession(this.config);
    const [spec] = await selectProcesses(session, args.manifest, flags);
    const report = await backfillOperations.retry(session.host, spec!, {
      signal: session.interruption(),
      chunk: flags.chunk,
    });
    this.print(flags.format, report, () => backfillChangeText(report, 'to be tried again', 'dpone run loads them.'));
  }
}
