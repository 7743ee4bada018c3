import { Flags } from '@oclif/core';
import { DponeCommand, formatFlag } from '../dpone-command.js';
import { manifestArg, oneProcessFlags } from '../flags.js';

export default class Preview extends DponeCommand {
  static override summary = 'Show the first rows of a source, with their types. Writes nothing.';
  static override examples = ['<%= config.bin %> <%= command.id %> manifests/orders.yml --rows 5'];
  static override args = manifestArg;
  static override flags = {
    ...oneProcessFlags,
    format: formatFlag(),
    rows: Flags.integer({ min: 0, max: 10_000, default: 10, description: 'How many rows at the most.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Preview);
    const [{ openSession }, { selectProcesses }, { previewProcess }, { typeName }, { tableText, cellText }] =
      await Promise.all([
        import('../session.js'),
        import('../processes.js'),
        import('@dpone/engine'),
        import('@dpone/sdk'),
        import('../render/table.js'),
      ]);
    const session = await openSession(this.config);
    const [spec] = await selectProcesses(session, args.manifest, flags);
    const preview = await previewProcess(session.host, spec!, { rows: flags.rows, signal: session.interruption() });
    const json = {
      process: preview.process,
      columns: preview.columns.map(({ name, type, nullable }) => ({ name, type: typeName(type), nullable })),
      rows: preview.rows.map((row) => row.map(jsonValue)),
      more: preview.more,
    };
    this.print(flags.format, json, () => {
      const names = preview.columns.map(({ name }) => name);
      const types = preview.columns.map(({ type }) => typeName(type));
      const header = flags.format === 'md' ? [names.map((name, i) => `${name} (${types[i]})`)] : [names, types];
      const rows = [...header, ...preview.rows.map((row) => row.map(cellText))];
      const width = process.stdout.columns ?? 80;
      const table = tableText(rows, flags.format, { width, headers: header.length });
      return preview.more ? `${table}\n… and more` : table;
    });
  }
}

/** Values of the rows lane that JSON has no form for, as text. */
function jsonValue(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(jsonValue);
  return value;
}
