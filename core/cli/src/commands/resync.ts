import { Flags } from '@oclif/core';
import { DponeCommand, formatFlag } from '../dpone-command.js';
import { lockTimeoutFlag, manifestArg, oneProcessFlags } from '../flags.js';

export default class Resync extends DponeCommand {
  static override summary = 'Load a part of a table again: partitions, a range of keys, or a window.';
  static override description =
    'The rows of the target that are of the part become those that the source has now, in one effect; the state of the process stays as it is. Without --yes it only shows what would be done. A target that keeps history (scd2, cdc_apply, soft deletes) is refused.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> manifests/orders.yml --partition 2026-01-05 --column ordered_on',
    '<%= config.bin %> <%= command.id %> manifests/orders.yml --key-from 1000 --key-to 1999 --yes',
    '<%= config.bin %> <%= command.id %> manifests/orders.yml --window ordered_on=2026-01-01..2026-02-01 --yes',
  ];
  static override args = manifestArg;
  static override flags = {
    ...oneProcessFlags,
    format: formatFlag(),
    partition: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'VALUE',
      exclusive: ['key-from', 'key-to', 'window'],
      description: 'A value of the partition column; may be given more than once.',
    }),
    'key-from': Flags.string({
      helpValue: 'KEY',
      exclusive: ['window'],
      description: 'The first key of a range, which belongs to it.',
    }),
    'key-to': Flags.string({
      helpValue: 'KEY',
      exclusive: ['window'],
      description: 'The last key of a range, which belongs to it.',
    }),
    window: Flags.string({
      helpValue: 'COLUMN=FROM..TO',
      description: 'From a value on and before another one; either may be left out.',
    }),
    column: Flags.string({
      exclusive: ['window'],
      description:
        'The column of the partitions or the range; sink.strategy.partition.column or unique_key by default.',
    }),
    yes: Flags.boolean({ description: 'Do it.' }),
    'run-id': Flags.string({ description: 'Id of this run; a new ULID by default.' }),
    'lock-timeout': lockTimeoutFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Resync);
    const [{ openSession }, { selectProcesses }, { resync }, { runObserver }, { resyncText }, { resyncPart }] =
      await Promise.all([
        import('../session.js'),
        import('../processes.js'),
        import('@dpone/engine'),
        import('../render/run-observer.js'),
        import('../render/resync.js'),
        import('../resync-part.js'),
      ]);
    const part = resyncPart(flags);
    const session = await openSession(this.config);
    const [spec] = await selectProcesses(session, args.manifest, flags);
    const observer = runObserver(flags.format, process.stderr, process.env);
    const result = await resync(session.host, spec!, {
      part,
      yes: flags.yes,
      runId: flags['run-id'],
      registryPaths: flags.registry,
      lockTimeoutMs: flags['lock-timeout'] === undefined ? undefined : flags['lock-timeout'] * 1000,
      signal: session.interruption(),
      onEvent: observer.onEvent,
    });
    observer.close();
    const { exit, ...json } = result;
    this.print(flags.format, json, () => resyncText(result, flags.format));
    process.exitCode = exit;
  }
}
