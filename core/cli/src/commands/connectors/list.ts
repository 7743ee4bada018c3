import { DponeCommand, formatFlag } from '../../dpone-command.js';

export default class ConnectorsList extends DponeCommand {
  static override summary = 'List what is installed to read from and write to.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];
  static override flags = { format: formatFlag() };

  async run(): Promise<void> {
    const { flags } = await this.parse(ConnectorsList);
    const [{ openSession }, { tableText }] = await Promise.all([
      import('../../session.js'),
      import('../../render/table.js'),
    ]);
    const { registry } = await openSession(this.config);
    const ids = [...new Set([...registry.ids('source'), ...registry.ids('sink')])].sort();
    const connectors = ids.map((id) => {
      const source = registry.owner('source', id);
      const sink = registry.owner('sink', id);
      const owner = (source ?? sink)!;
      return {
        id,
        source: source !== undefined,
        sink: sink !== undefined,
        plugin: owner.name,
        version: owner.version,
        installed: owner.type,
      };
    });
    this.print(flags.format, { connectors }, () =>
      tableText(
        [
          ['type', 'source', 'sink', 'plugin', 'version', 'installed'],
          ...connectors.map((c) => [
            c.id,
            c.source ? 'yes' : '-',
            c.sink ? 'yes' : '-',
            c.plugin,
            c.version,
            c.installed,
          ]),
        ],
        flags.format,
      ),
    );
  }
}
