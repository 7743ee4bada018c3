import { Flags } from '@oclif/core';
import { DponeCommand, formatFlag } from '../../dpone-command.js';
import { lockTimeoutFlag, manifestArg, oneProcessFlags } from '../../flags.js';

export default class StateReplayFrom extends DponeCommand {
  static override summary = 'Set the cursor of a process back, so that its next run reads again from there.';
  static override description = [
    'Without --yes it only shows what would be changed. The position is one of the cursor: a value of the cursor column, a taken file, an xmin, an offset for all partitions or one for each that is named. One that is not behind the present one is refused, for what lies between would never be loaded; so is one from which the source can no longer read.',
    'A state in the target is set as a load without rows, with a receipt that the history shows.',
  ].join('\n\n');
  static override examples = [
    '<%= config.bin %> <%= command.id %> manifests/orders.yml --offset 2026-01-01',
    '<%= config.bin %> <%= command.id %> manifests/clicks.yml --offset 0=1500,3=20 --yes',
  ];
  static override args = manifestArg;
  static override flags = {
    ...oneProcessFlags,
    format: formatFlag(),
    offset: Flags.string({ required: true, helpValue: 'POSITION', description: 'Where to set the cursor back to.' }),
    yes: Flags.boolean({ description: 'Do it.' }),
    'lock-timeout': lockTimeoutFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StateReplayFrom);
    const [{ openSession }, { selectProcesses }, { stateOperations }, { stateReplayText }] = await Promise.all([
      import('../../session.js'),
      import('../../processes.js'),
      import('@dpone/engine'),
      import('../../render/state.js'),
    ]);
    const session = await openSession(this.config);
    const [spec] = await selectProcesses(session, args.manifest, flags);
    const report = await stateOperations.replayFrom(session.host, spec!, {
      offset: flags.offset,
      yes: flags.yes,
      lockTimeoutMs: flags['lock-timeout'] === undefined ? undefined : flags['lock-timeout'] * 1000,
      signal: session.interruption(),
    });
    this.print(flags.format, report, () => stateReplayText(report));
  }
}
