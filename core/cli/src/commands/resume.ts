import { Args, Flags } from '@oclif/core';
import { DponeCommand, formatFlag } from '../dpone-command.js';
import { lockTimeoutFlag } from '../flags.js';

export default class Resume extends DponeCommand {
  static override summary = 'Go on with a run that failed or was killed: only what did not commit is run again.';
  static override description =
    'Goes by the record of the run in .dpone/runs, and asks the target of each process that was killed whether its load had committed. The others are run again under the same run id, each after those it depends on.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> 01JQZ7V7N3K9S5X2C8M4T6B0AD --plan',
    '<%= config.bin %> <%= command.id %> nightly-2026-01-05 --format json',
  ];
  static override args = { run: Args.string({ description: 'Id of the run.', required: true }) };
  static override flags = {
    format: formatFlag(),
    plan: Flags.boolean({ description: 'Only say what would be run again, by the records alone.' }),
    parallel: Flags.integer({ min: 1, description: 'Processes that run at once; as the run was begun by default.' }),
    'lock-timeout': lockTimeoutFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Resume);
    const [{ openSession }, { resumeRun }, { runObserver }, { resumeText }] = await Promise.all([
      import('../session.js'),
      import('@dpone/engine'),
      import('../render/run-observer.js'),
      import('../render/resume.js'),
    ]);
    const session = await openSession(this.config);
    const observer = runObserver(flags.format, process.stderr, process.env);
    const result = await resumeRun(session.host, args.run, {
      planOnly: flags.plan,
      parallel: flags.parallel,
      lockTimeoutMs: flags['lock-timeout'] === undefined ? undefined : flags['lock-timeout'] * 1000,
      signal: session.interruption(),
      onEvent: observer.onEvent,
    });
    observer.close();
    const { exit, ...json } = result;
    this.print(flags.format, json, () => resumeText(result, flags.format));
    process.exitCode = exit;
  }
}
