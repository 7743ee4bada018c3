import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './markdown.js';

export interface ShellResult {
  readonly code: number;
  readonly output: string;
}

/** An empty folder as a new user has it, with `dpone` on the PATH and nothing installed for the user. */
export class TempProject {
  readonly root = mkdtempSync(join(tmpdir(), 'dpone-docs-'));
  readonly folder = join(this.root, 'project');
  readonly #bin = join(this.root, 'bin');

  constructor() {
    mkdirSync(this.folder);
    mkdirSync(this.#bin);
    const shim = join(this.#bin, 'dpone');
    writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'core/cli/bin/dpone.js')}" "$@"\n`);
    chmodSync(shim, 0o755);
  }

  file(path: string): string {
    return join(this.folder, path);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** Runs a script as a user's shell would, stopping at the first command that fails. */
  run(script: string, env: Readonly<Record<string, string>> = {}): Promise<ShellResult> {
    const path = [this.#bin, dirname(process.execPath), join(ROOT, 'node_modules/.bin'), process.env['PATH']].join(':');
    return new Promise((resolve, reject) => {
      const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
        cwd: this.folder,
        env: {
          PATH: path,
          HOME: join(this.root, 'home'),
          DPONE_DATA_DIR: join(this.root, 'data'),
          DPONE_CACHE_DIR: join(this.root, 'cache'),
          DPONE_CONFIG_DIR: join(this.root, 'config'),
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code: code ?? 1, output }));
    });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
