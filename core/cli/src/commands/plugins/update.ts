import { commands } from '@oclif/plugin-plugins';
import { DponeCommand } from '../../dpone-command.js';

export default class PluginsUpdate extends DponeCommand {
  static override summary = 'Update the installed plugins, all of them or none.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<void> {
    await this.parse(PluginsUpdate);
    const { guarded } = await import('../../plugins/guarded.js');
    await guarded(this.config, [], () => new commands['plugins:update']([], this.config).run());
  }
}
