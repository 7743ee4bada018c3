import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A small checkout: this repository's .ci, one package with one file, an empty lockfile, and an npm of the test's own. */
export class Checkout {
  readonly root = mkdtempSync(join(tmpdir(), 'dpone-checkout-'));

  constructor() {
    cpSync(join(ROOT, '.ci'), this.file('.ci'), { recursive: true });
    this.write('package.json', '{"name":"checkout","private":true,"type":"module"}');
    this.write('package-lock.json', '{"name":"checkout","lockfileVersion":3,"packages":{"":{"name":"checkout"}}}');
    this.write(
      'tsconfig.json',
      '{"compilerOptions":{"target":"es2023","module":"nodenext","strict":true,"composite":true,"declaration":true,"types":[]},"files":[]}',
    );
    this.write(
      'core/one/tsconfig.json',
      '{"extends":"../../tsconfig.json","compilerOptions":{"rootDir":"src","outDir":"dist","tsBuildInfoFile":"dist/.tsbuildinfo"},"include":["src"]}',
    );
    this.write('core/one/package.json', '{"name":"one","type":"module"}');
    this.write('core/one/src/kept.ts', 'export const kept = 1;\n');
    this.npm('mkdir -p node_modules && ln -s "$COMPILER" node_modules/typescript && echo run >> npm.log');
  }

  file(path: string): string {
    return join(this.root, path);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.file(path)), { recursive: true });
    writeFileSync(this.file(path), text);
  }

  remove(path: string): void {
    rmSync(this.file(path), { recursive: true, force: true });
  }

  /** What `npm` does here: a shell script, run in the root. */
  npm(script: string): void {
    this.write('bin/npm', `#!/bin/sh\n${script}\n`);
    chmodSync(this.file('bin/npm'), 0o755);
  }

  run(...args: string[]): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, args, {
        cwd: this.root,
        env: {
          ...process.env,
          PATH: `${this.file('bin')}:${process.env['PATH']}`,
          COMPILER: join(ROOT, 'node_modules/typescript'),
        },
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
    });
  }

  delete(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
