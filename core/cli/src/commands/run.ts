import { Flags } from '@oclif/core';
import { DponeCommand, formatFlag } from '../dpone-command.js';
import { milliseconds } from '../duration.js';
import { lockTimeoutFlag, manifestArg, retryFlags, selectFlags, workflowFlags } from '../flags.js';

export default class Run extends DponeCommand {
  static override summary = 'Load: read the source, check, and change the target exactly once.';
  static override description =
    'Runs one process, or several in the order of their dependencies. The target changes in one effect at the end, or not at all; a run that was interrupted is finished or undone by the next one.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> manifests/orders.yml',
    '<%= config.bin %> <%= command.id %> manifests/shop.yml --all --parallel 2 --format json',
    '<%= config.bin %> <%= command.id %> manifests/clicks.yml --follow --commit-interval 5s --commit-rows 100000',
  ];
  static override args = manifestArg;
  static override flags = {
    ...selectFlags,
    format: formatFlag(),
    'run-id': Flags.string({ description: 'Id of this run; a new ULID by default.' }),
    parallel: Flags.integer({
      min: 1,
      description:
        'One process: partitions that are read and staged at once, as many as there are cores by default. Several: processes that run at once, one by default.',
    }),
    'lock-timeout': lockTimeoutFlag,
    ...retryFlags,
    follow: Flags.boolean({
      description:
        'Load what is new again and again, each time as a load of its own, until SIGINT or SIGTERM: the load in hand is then ended (a second one undoes it). For one process whose strategy reads what is new.',
    }),
    'commit-interval': Flags.custom<number>({ parse: async (text) => milliseconds(text) })({
      helpValue: 'DURATION',
      dependsOn: ['follow'],
      description: 'With --follow: from one load to the next at least, as 500ms, 5s, 2m or 1h; 5s by default.',
    }),
    'commit-rows': Flags.integer({
      min: 1,
      dependsOn: ['follow'],
      description:
        'With --follow: begin a load at once where so many rows wait, and take no more; the interval alone by default. For sources that know how much is new without a read.',
    }),
    ...workflowFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Run);
    const [{ openSession }, { selectProcesses }, { runProcesses }, { runObserver }, { runJson, runText }] =
      await Promise.all([
        import('../session.js'),
        import('../processes.js'),
        import('@dpone/engine'),
        import('../render/run-observer.js'),
        import('../render/run-result.js'),
      ]);
    const session = await openSession(this.config);
    const specs = await selectProcesses(session, args.manifest, flags);
    const common = {
      runId: flags['run-id'],
      lockTimeoutMs: flags['lock-timeout'] === undefined ? undefined : flags['lock-timeout'] * 1000,
      retryAttempts: flags['retry-attempts'],
      retryBackoffSeconds: flags['retry-backoff-seconds'],
      registryPaths: flags.registry,
      dagId: flags['dag-id'],
      executionDate: flags['execution-date'],
    };
    if (flags.follow) {
      const { followRun } = await import('../follow-run.js');
      process.exitCode = await followRun(session, specs, flags.format, {
        ...common,
        streams: flags.parallel,
        commitIntervalMs: flags['commit-interval'],
        commitRows: flags['commit-rows'],
      });
      return;
    }
    const observer = runObserver(flags.format, process.stderr, process.env);
    const result = await runProcesses(session.host, specs, {
      signal: session.interruption(),
      onEvent: observer.onEvent,
      ...common,
      ...(specs.length === 1 ? { streams: flags.parallel } : { parallel: flags.parallel }),
    });
    observer.close();
    this.print(flags.format, runJson(result), () => runText(result, flags.format));
    process.exitCode = result.exit;
  }
}
