import { Command, Flags } from '@oclif/core';

export type Format = 'text' | 'json' | 'md';

/** `--format`; every command has it. */
export const formatFlag = Flags.option({
  options: ['text', 'json', 'md'] as const,
  default: 'text',
  description: 'How the result is printed.',
});

/** The base of dpone's own commands: results on stdout, everything else on stderr, one error form, no stack trace. */
export abstract class DponeCommand extends Command {
  /** Prints a result: JSON as it is, else the text that `text` makes. */
  protected print(format: Format, json: unknown, text: () => string): void {
    process.stdout.write(`${format === 'json' ? JSON.stringify(json, null, 2) : text()}\n`);
  }

  protected override async catch(thrown: Error & { exitCode?: number }): Promise<void> {
    const { reportError, wantsJson } = await import('./report-error.js');
    reportError(thrown, wantsJson(this.argv));
  }
}
