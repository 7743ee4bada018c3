import { Flags } from '@oclif/core';
import { DponeCommand, formatFlag } from '../../dpone-command.js';
import { lockTimeoutFlag, retryFlags, selectFlags, workflowFlags } from '../../flags.js';

export default class OrchestrateRun extends DponeCommand {
  static override summary = 'Run a manifest as a job of a scheduler: one at a time, gone on with after a kill.';
  static override description = [
    'Takes a lock by the concurrency key, which has an owner, a heartbeat and a number that rises; the lock of an owner that died is taken over. Keeps the state of the job, and writes orchestrated_run.json and .md whatever the end.',
    'A run that was killed is gone on with by the next one: only what did not commit is run again. A run id of the scheduler’s own is carried out once: asked for again, it is done already.',
    'Exit codes: 0 done, also where nothing was new or the run id had been carried out; 1 blocked by a run at work, --resume-policy fail with a run to go on with, or a red quality rule; 2 wrong usage or invalid input; 3 the run failed.',
  ].join('\n\n');
  static override examples = [
    '<%= config.bin %> <%= command.id %> --manifest manifests/orders.yml',
    '<%= config.bin %> <%= command.id %> --manifest manifests/shop.yml --all --retry-attempts 3 --retry-backoff-seconds 10 --format json',
  ];
  static override flags = {
    manifest: Flags.string({ required: true, description: 'Manifest: YAML, JSON, or a TypeScript module.' }),
    ...selectFlags,
    format: formatFlag(),
    'run-id': Flags.string({ description: 'Id of this run, carried out once; a new ULID by default.' }),
    'concurrency-key': Flags.string({
      description: 'Runs of one key go one at a time; the process by default, of several the manifest.',
    }),
    'lock-dir': Flags.string({
      default: '.dpone/locks',
      description: 'Where locks are, shared by all who run the job.',
    }),
    'state-dir': Flags.string({ default: '.dpone/orchestration-state', description: 'Where states of jobs are.' }),
    'output-dir': Flags.string({ default: '.dpone/orchestration/latest', description: 'Where the report is written.' }),
    'lock-ttl-seconds': Flags.integer({
      min: 5,
      default: 60,
      description:
        'How long an owner on another machine may give no sign of life before its lock is taken over. An owner on this one is known to live or not.',
    }),
    'resume-policy': Flags.option({
      options: ['fail', 'resume', 'restart'] as const,
      default: 'resume',
      description: 'What to do with a run that was killed, or one of this run id that failed.',
    })(),
    parallel: Flags.integer({ min: 1, description: 'Processes that run at once, one by default.' }),
    'lock-timeout': lockTimeoutFlag,
    ...retryFlags,
    ...workflowFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(OrchestrateRun);
    const [{ openSession }, { selectProcesses }, { orchestrate }, { runObserver }, render] = await Promise.all([
      import('../../session.js'),
      import('../../processes.js'),
      import('@dpone/engine'),
      import('../../render/run-observer.js'),
      import('../../render/orchestrate.js'),
    ]);
    const session = await openSession(this.config);
    const specs = await selectProcesses(session, flags.manifest, flags);
    const observer = runObserver(flags.format, process.stderr, process.env);
    const report = await orchestrate(
      session.host,
      specs,
      {
        manifest: flags.manifest,
        selector: flags.selector ?? [],
        concurrencyKey: flags['concurrency-key'],
        lockDir: flags['lock-dir'],
        stateDir: flags['state-dir'],
        outputDir: flags['output-dir'],
        lockTtlSeconds: flags['lock-ttl-seconds'],
        resumePolicy: flags['resume-policy'],
        words: render.commandWords(flags),
        runId: flags['run-id'],
        parallel: flags.parallel,
        lockTimeoutMs: flags['lock-timeout'] === undefined ? undefined : flags['lock-timeout'] * 1000,
        retryAttempts: flags['retry-attempts'],
        retryBackoffSeconds: flags['retry-backoff-seconds'],
        registryPaths: flags.registry,
        dagId: flags['dag-id'],
        executionDate: flags['execution-date'],
        signal: session.interruption(),
        onEvent: observer.onEvent,
      },
      render.orchestrateMarkdown,
    );
    observer.close();
    const { exit, ...json } = report;
    this.print(flags.format, json, () =>
      flags.format === 'md' ? render.orchestrateMarkdown(report) : render.orchestrateText(report),
    );
    process.exitCode = exit;
  }
}
