import { errorJson, errorText } from './render/error.js';
import { asCommandError } from './render/usage-error.js';
import { widthOf } from './render/wrap.js';

/** Whether a command line asks for JSON, also one that cannot be parsed. */
export const wantsJson = (argv: readonly string[]): boolean => {
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  return own.some((arg, i) => arg === '--format=json' || (arg === '--format' && own[i + 1] === 'json'));
};

/** Says an error to people, and to programs where they asked for JSON; sets the exit code. `commands`: what there is. */
export function reportError(thrown: unknown, json: boolean, commands: readonly string[] = []): void {
  const exit = (thrown as { oclif?: { exit?: number } }).oclif?.exit;
  if (exit === 0) return; // --help and --version end this way.
  const error = asCommandError(thrown, commands);
  if (json) process.stdout.write(`${JSON.stringify({ passed: false, error: errorJson(error) }, null, 2)}\n`);
  process.stderr.write(
    `${errorText(error, widthOf(process.stderr), process.stderr.isTTY && process.stderr.hasColors())}\n`,
  );
  if (process.env['DPONE_DEBUG'] === '1') process.stderr.write(`${error.stack}\n`);
  process.exitCode = error.exit;
}
