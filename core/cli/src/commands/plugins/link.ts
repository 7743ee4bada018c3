import { Args, Flags } from '@oclif/core';
import { commands } from '@oclif/plugin-plugins';
import { DponeCommand } from '../../dpone-command.js';

export default class PluginsLink extends DponeCommand {
  static override summary = 'Use a plugin from the folder where it is being written.';
  static override examples = ['<%= config.bin %> <%= command.id %> ./dpone-connector-x'];
  static override args = { path: Args.string({ description: 'The plugin’s folder.', default: '.' }) };
  static override flags = {
    install: Flags.boolean({ description: 'Install its dependencies first.', allowNo: true, default: false }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PluginsLink);
    const [{ guarded }, { localSpec }] = await Promise.all([
      import('../../plugins/guarded.js'),
      import('../../plugins/plugin-spec.js'),
    ]);
    const spec = localSpec(args.path, process.cwd());
    const path = spec.name.slice('file:'.length);
    const link = [path, flags.install ? '--install' : '--no-install'];
    await guarded(this.config, [spec], () => new commands['plugins:link'](link, this.config).run());
  }
}
