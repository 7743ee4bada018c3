import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../bin/dpone.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project with one small file and a manifest that loads it, and dpone in it. */
export interface Project {
  readonly path: string;
  dpone(...args: string[]): Promise<Ended>;
  start(
    file: string,
    args: readonly string[],
    env?: Record<string, string>,
    onStart?: (c: ChildProcess) => void,
  ): Promise<Ended>;
  write(name: string, text: string): void;
  remove(): void;
}

export function project(): Project {
  const path = mkdtempSync(join(tmpdir(), 'dpone-cli-'));
  const write = (name: string, text: string): void => writeFileSync(join(path, name), text);
  write('orders.csv', 'id,name\n1,Ada\n2,Grace\n');
  write(
    'orders.yml',
    'name: orders\nsource: {type: files, options: {path: orders.csv}}\n' +
      'sink: {type: duckdb, connection: shop.duckdb, table: orders, strategy: {mode: full_refresh}}\n',
  );
  const start: Project['start'] = (file, args, env = {}, onStart) =>
    new Promise((resolve, reject) => {
      const folders = Object.fromEntries(
        ['DATA', 'CONFIG', 'CACHE'].map((kind) => [`DPONE_${kind}_DIR`, join(path, '.home', kind)]),
      );
      const child = spawn(file, args, { cwd: path, env: { ...process.env, NO_COLOR: '1', ...folders, ...env } });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }));
      onStart?.(child);
    });
  return {
    path,
    write,
    start,
    dpone: (...args) => start(process.execPath, [BIN, ...args]),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
