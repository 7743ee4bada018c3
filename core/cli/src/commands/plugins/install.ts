import { Args, Flags } from '@oclif/core';
import { commands } from '@oclif/plugin-plugins';
import { DponeCommand } from '../../dpone-command.js';

export default class PluginsInstall extends DponeCommand {
  static override aliases = ['plugins:add'];
  static override summary = 'Install a plugin: a connector, strategies, gates.';
  static override description =
    'A short name means dpone’s own connector. What may be installed is decided by plugins.json in the config folder and by DPONE_PLUGIN_ALLOW; install scripts do not run unless that policy names the package. What was installed before stays as it is if anything fails.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> clickhouse',
    '<%= config.bin %> <%= command.id %> @dpone/connector-postgres@1.2.3',
    '<%= config.bin %> <%= command.id %> ./my-connector.tgz',
  ];
  static override strict = false;
  static override args = {
    plugin: Args.string({ description: 'Name, package, npm:NAME, path or URL; several at once.', required: true }),
  };
  static override flags = {
    force: Flags.boolean({ char: 'f', description: 'Fetch again what is in the cache.' }),
    verbose: Flags.boolean({ char: 'v', description: 'Show what npm prints.' }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(PluginsInstall);
    const [{ guarded }, { pluginSpec }] = await Promise.all([
      import('../../plugins/guarded.js'),
      import('../../plugins/plugin-spec.js'),
    ]);
    const specs = (argv as string[]).map((asked) => pluginSpec(asked, process.cwd()));
    const install = [
      ...specs.map(({ request }) => request),
      ...(flags.force ? ['--force'] : []),
      flags.verbose ? '--verbose' : '--silent',
    ];
    await guarded(this.config, specs, () => new commands['plugins:install'](install, this.config).run());
  }
}
