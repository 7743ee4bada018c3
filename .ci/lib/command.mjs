import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { fromRoot } from './root.mjs';

const BIN = fromRoot('node_modules/.bin');

/** Node 24 of the dev dependencies where it is installed; else the Node that runs this. */
export const nodePath = () => {
  const installed = fromRoot('node_modules/.bin/node');
  return existsSync(installed) ? installed : process.execPath;
};

/** Runs a command in the root; resolves with its exit code and, when `quiet`, with what it printed. */
export function runCommand(command, args, { quiet = false, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const path = process.env.PATH ?? '';
    const child = spawn(command, args, {
      cwd: fromRoot(),
      env: { ...process.env, PATH: path.startsWith(BIN) ? path : `${BIN}${delimiter}${path}`, ...env },
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? 1, signal, output }));
  });
}
