import { commands } from '@oclif/plugin-plugins';
import { DponeCommand } from '../../dpone-command.js';

export default class PluginsUpdate extends DponeCommand {
  static override summary = 'Update the installed plugins, all of them or none.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<void> {
    await this.parse(PluginsUpdate);
    const [{ guarded }, { installedSpecs }] = await Promise.all([
      import('../../plugins/guarded.js'),
      import('../../plugins/plugin-spec.js'),
    ]);
    await guarded(this.config, await installedSpecs(this.config.dataDir), () =>
      new commands['plugins:update']([], this.config).run(),
    );
  }
}
