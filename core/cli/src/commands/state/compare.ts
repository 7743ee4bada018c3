import { Args, Flags } from '@oclif/core';
import { DponeCommand, formatFlag } from '../../dpone-command.js';
import { manifestArg, oneProcessFlags } from '../../flags.js';

export default class StateCompare extends DponeCommand {
  static override summary = 'Compare the states of two processes, or a state with the receipt of its target.';
  static override description =
    'With a second manifest, or --other-selector, the states of the two processes; else the stored state and what the newest receipt of the target says that it is. Exit code 1 where they differ.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> manifests/orders.yml',
    '<%= config.bin %> <%= command.id %> manifests/orders.yml manifests/orders-new.yml --format json',
  ];
  static override args = {
    ...manifestArg,
    other: Args.string({ description: 'Manifest of the process to compare with; the same one by default.' }),
  };
  static override flags = {
    ...oneProcessFlags,
    'other-selector': Flags.string({ helpValue: 'NAME', description: 'The process to compare with.' }),
    format: formatFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StateCompare);
    const [{ openSession }, { selectProcesses }, { stateOperations }, { stateCompareText }] = await Promise.all([
      import('../../session.js'),
      import('../../processes.js'),
      import('@dpone/engine'),
      import('../../render/state.js'),
    ]);
    const session = await openSession(this.config);
    const [spec] = await selectProcesses(session, args.manifest, flags);
    const options = { signal: session.interruption() };
    const other = flags['other-selector'];
    const comparison =
      args.other === undefined && other === undefined
        ? await stateOperations.compareWithReceipt(session.host, spec!, options)
        : await stateOperations.compare(
            session.host,
            spec!,
            (
              await selectProcesses(session, args.other ?? args.manifest, {
                selector: other === undefined ? undefined : [other],
                registry: flags.registry,
              })
            )[0]!,
            options,
          );
    this.print(flags.format, comparison, () => stateCompareText(comparison));
    process.exitCode = comparison.equal ? 0 : 1;
  }
}
