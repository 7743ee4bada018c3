import { Args } from '@oclif/core';
import { DponeCommand, formatFlag } from '../../dpone-command.js';

export default class ConnectorsDescribe extends DponeCommand {
  static override summary = 'Say what a connector can do, its options, and show a block that works.';
  static override examples = ['<%= config.bin %> <%= command.id %> duckdb'];
  static override args = { type: Args.string({ description: 'The type, as a manifest names it.', required: true }) };
  static override flags = { format: formatFlag() };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ConnectorsDescribe);
    const [{ openSession }, { describeConnector, connectorText }] = await Promise.all([
      import('../../session.js'),
      import('../../render/connector.js'),
    ]);
    const session = await openSession(this.config);
    const description = await describeConnector(session, args.type);
    this.print(flags.format, description, () => connectorText(description));
  }
}
