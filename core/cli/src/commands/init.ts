import { Flags } from '@oclif/core';
import { DponeCommand, formatFlag } from '../dpone-command.js';

const text = (description: string, helpValue?: string) =>
  Flags.string({ description, ...(helpValue === undefined ? {} : { helpValue }) });

export default class Init extends DponeCommand {
  static override summary = 'Write a manifest that runs. Asks for what the flags leave open, on a terminal.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --source-type files --source-connection data/orders.csv --sink-type duckdb --sink-connection shop.duckdb --target-table orders --out orders.yml',
  ];
  static override flags = {
    'source-type': text('Where rows come from: an installed source.', 'TYPE'),
    'sink-type': text('Where rows go: an installed sink.', 'TYPE'),
    'source-connection': text('A URI, a path, or the id of a connection whose values are environment variables.'),
    'sink-connection': text('The same for the sink.'),
    'source-schema': text('Schema of the source table.'),
    'source-table': text('Source table.'),
    'target-schema': text('Schema of the target table.'),
    'target-table': text('Target table.'),
    'source-option': Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'KEY=VALUE',
      description: 'An option of the source, as path=data/*.csv.',
    }),
    'sink-option': Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'KEY=VALUE',
      description: 'An option of the sink.',
    }),
    strategy: text('Load strategy; full_refresh by default.', 'MODE'),
    'unique-key': Flags.string({
      delimiter: ',',
      multiple: true,
      description: 'Columns that identify a row, separated by commas.',
    }),
    'cursor-column': text('The column that only grows, for an incremental read.'),
    name: text('Name of the process.'),
    out: text('The manifest to write.', 'FILE'),
    force: Flags.boolean({ description: 'Overwrite the manifest if it is there.' }),
    format: formatFlag(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Init);
    const [{ openSession }, { completeAnswers }, { writeManifest }] = await Promise.all([
      import('../session.js'),
      import('../init/answers.js'),
      import('../init/write-manifest.js'),
    ]);
    const session = await openSession(this.config);
    const answers = await completeAnswers(session, flags);
    const written = await writeManifest(session, answers);
    this.print(flags.format, written, () =>
      [
        `Wrote ${written.manifest_path}`,
        ...(written.env_example_path === null ? [] : [`Wrote ${written.env_example_path}: the variables to set first`]),
        `Try it:  ${written.smoke_command}`,
        `Run it:  dpone run ${written.manifest_path}`,
      ].join('\n'),
    );
  }
}
