import { Flags } from '@oclif/core';
import { DponeCommand, formatFlag } from '../dpone-command.js';
import { manifestArg, oneProcessFlags } from '../flags.js';

export default class History extends DponeCommand {
  static override summary = 'List the committed loads of a target, from its own receipts, the newest first.';
  static override examples = ['<%= config.bin %> <%= command.id %> manifests/orders.yml --limit 5'];
  static override args = manifestArg;
  static override flags = {
    ...oneProcessFlags,
    format: formatFlag(),
    limit: Flags.integer({ min: 1, max: 10_000, default: 20, description: 'How many loads at the most.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(History);
    const [{ openSession }, { selectProcesses }, { historyOf }, { tableText }, { count }] = await Promise.all([
      import('../session.js'),
      import('../processes.js'),
      import('@dpone/engine'),
      import('../render/table.js'),
      import('../render/units.js'),
    ]);
    const session = await openSession(this.config);
    const [spec] = await selectProcesses(session, args.manifest, flags);
    const loads = await historyOf(session.host, spec!, { limit: flags.limit, signal: session.interruption() });
    this.print(flags.format, { process: spec!.name, loads }, () => {
      if (loads.length === 0) return `${spec!.name}: no load was committed yet`;
      const header = ['committed (UTC)', 'strategy', 'inserted', 'updated', 'deleted', 'set aside', 'rows'];
      const rows = loads.map((load) => [
        load.committedAt.slice(0, 19).replace('T', ' '),
        load.strategy,
        ...[load.inserted, load.updated, load.deleted, load.rowsRejected].map(count),
        load.finalRows === null ? '-' : count(load.finalRows),
      ]);
      return tableText([header, ...rows], flags.format);
    });
  }
}
