import { Args } from '@oclif/core';
import { commands } from '@oclif/plugin-plugins';
import { DponeCommand } from '../../dpone-command.js';

export default class PluginsUninstall extends DponeCommand {
  static override aliases = ['plugins:unlink', 'plugins:remove'];
  static override summary = 'Remove an installed or linked plugin.';
  static override examples = ['<%= config.bin %> <%= command.id %> clickhouse'];
  static override strict = false;
  static override args = { plugin: Args.string({ description: 'Name or package; several at once.', required: true }) };

  async run(): Promise<void> {
    const { argv } = await this.parse(PluginsUninstall);
    const { guarded } = await import('../../plugins/guarded.js');
    const installed = new Set(this.config.getPluginsList().map(({ name }) => name));
    const names = (argv as string[]).map((name) =>
      installed.has(`@dpone/connector-${name}`) ? `@dpone/connector-${name}` : name,
    );
    await guarded(this.config, null, () => new commands['plugins:uninstall'](names, this.config).run());
  }
}
