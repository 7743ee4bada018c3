import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';

const CLI = fileURLToPath(new URL('../../core/cli/bin/dpone.js', import.meta.url));

const style = (format, text) => styleText(format, text, { stream: process.stdout });

export const say = (text) => process.stdout.write(`${text}\n`);

export const heading = (text) => say(`\n${style('bold', `== ${text}`)}\n`);

/** Prints a command as a user types it, then runs it on this terminal. Throws where it fails. */
export async function dpone(args, cwd) {
  say(style('cyan', `$ dpone ${args.join(' ')}`));
  const code = await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args], { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('close', (exit, signal) => resolve(exit ?? signal));
  });
  if (code !== 0) throw new Error(`dpone ${args.join(' ')} ended with ${code}`);
  say('');
}
