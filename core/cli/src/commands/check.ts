import { Args, Flags } from '@oclif/core';
import { DponeCommand, formatFlag } from '../dpone-command.js';
import { selectFlags } from '../flags.js';

export default class Check extends DponeCommand {
  static override hiddenAliases = ['doctor'];
  static override summary = 'Try what a load would need: connections, privileges, options, plugins. Writes nothing.';
  static override description =
    'With a manifest, connects as its load would. Without one, looks at this installation. Also as `dpone doctor`.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> manifests/orders.yml',
  ];
  static override args = { manifest: Args.string({ description: 'Manifest whose connections are tried.' }) };
  static override flags = {
    ...selectFlags,
    format: formatFlag(),
    profile: Flags.option({
      options: ['local', 'ci', 'production'] as const,
      default: 'local',
      description: 'Where dpone is to run; in ci and production a warning is red.',
    })(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Check);
    const [{ openSession }, { checkInstallation }, { checkText }] = await Promise.all([
      import('../session.js'),
      import('../check-installation.js'),
      import('../render/check-report.js'),
    ]);
    const session = await openSession(this.config);
    const checks = [...(await checkInstallation(session, this.config.dataDir))];
    if (args.manifest !== undefined) {
      const [{ selectProcesses }, { checkProcess }] = await Promise.all([
        import('../processes.js'),
        import('@dpone/engine'),
      ]);
      const specs = await selectProcesses(session, args.manifest, flags);
      for (const spec of specs) {
        const report = await checkProcess(session.host, spec, { signal: session.interruption() });
        checks.push(
          ...report.checks.map((check) => ({ ...check, name: `${report.process}: ${check.side}: ${check.name}` })),
        );
      }
    }
    const red = checks.filter(
      (check) => check.status === 'fail' || (check.status === 'warn' && flags.profile !== 'local'),
    );
    const report = {
      passed: red.length === 0,
      profile: flags.profile,
      checks: checks.map(({ name, status, message }) => ({ name, status, message, required: true })),
      fixes: checks.flatMap(({ name, status, remedy }) =>
        status === 'pass' || remedy === undefined ? [] : [`${name}: ${remedy}`],
      ),
    };
    this.print(flags.format, report, () => checkText(report));
    process.exitCode = report.passed ? 0 : 1;
  }
}
