import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface Ended {
  readonly code: number;
  readonly stdout: string;
}

export interface ShellOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Where its output goes: to this process's own, or nowhere but into what is given back. */
  readonly quiet?: boolean;
  /** What it prints is only given back; what it says on standard error is passed on. */
  readonly held?: boolean;
}

/** Commands find `dpone`, `mocha` and Node as they do under `npm run`, whatever shell called this. */
const PATH = [join(ROOT, 'node_modules/.bin'), process.env['PATH']].join(delimiter);

/** Runs a command by its words, to its end. What it says on standard error is passed on. */
export const execute = (words: readonly string[], options: ShellOptions = {}): Promise<Ended> =>
  ended(words[0]!, words.slice(1), false, options);

/** Runs a line as a shell does. */
export const shell = (line: string, options: ShellOptions = {}): Promise<Ended> => ended(line, [], true, options);

function ended(
  command: string,
  args: readonly string[],
  isLine: boolean,
  { cwd = ROOT, env = {}, quiet = false, held = quiet }: ShellOptions,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      cwd,
      shell: isLine,
      env: { ...process.env, PATH, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', quiet ? 'ignore' : 'inherit'],
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (!held) process.stderr.write(text);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, stdout }));
  });
}

/** Runs the built program and gives what it printed as JSON. */
export async function dponeJson(
  args: readonly string[],
  options: ShellOptions = {},
): Promise<{ readonly code: number; readonly report: Readonly<Record<string, unknown>> }> {
  const { code, stdout } = await execute(
    [process.execPath, join(ROOT, 'core/cli/bin/dpone.js'), ...args, '--format', 'json'],
    { quiet: true, ...options },
  );
  return { code, report: JSON.parse(stdout) as Record<string, unknown> };
}
