import { Args, Flags } from '@oclif/core';
import { DponeCommand, formatFlag } from '../dpone-command.js';
import type { Kind } from './generate-package.js';

/** What `generate connector`, `generate strategy` and `generate gate` share. */
export abstract class GenerateCommand extends DponeCommand {
  static override args = {
    name: Args.string({ required: true, description: 'Its type id: lower-case letters, digits, dashes.' }),
  };
  static override flags = {
    out: Flags.string({ helpValue: 'DIR', description: 'The new folder; one named like the package by default.' }),
    package: Flags.string({ helpValue: 'NAME', description: 'The npm name, such as @acme/connector-shop.' }),
    format: formatFlag(),
  };

  protected abstract readonly kind: Kind;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(GenerateCommand.parts());
    const { generatePackage } = await import('./generate-package.js');
    const made = await generatePackage(this.config.root, {
      kind: this.kind,
      name: args.name,
      packageName: flags.package,
      out: flags.out,
    });
    this.print(flags.format, made, () =>
      [
        `${made.package}: a ${made.kind} that works, ${made.files.length} files in ${made.folder}`,
        '',
        `  cd ${made.folder}`,
        '  npm install',
        '  npm test            # compiles, then runs the conformance kit',
        '  npm pack',
        `  dpone plugins install file:$PWD/${made.package.replace('@', '').replace('/', '-')}-0.1.0.tgz`,
      ].join('\n'),
    );
  }

  private static parts(): { args: typeof GenerateCommand.args; flags: typeof GenerateCommand.flags } {
    return { args: GenerateCommand.args, flags: GenerateCommand.flags };
  }
}
