import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Why npm refuses: its code (E404, ETARGET, ECONNREFUSED, ERESOLVE ...) and its one line on it. */
export interface NpmReason {
  readonly code: string;
  readonly summary: string;
}

/**
 * Asks npm why it would not install something: oclif starts npm silently and keeps nothing of what it says. Nothing is
 * written. Returns null where npm sees nothing wrong.
 */
export function npmReason(requests: readonly string[], cwd: string, registry?: string): Promise<NpmReason | null> {
  const plugins = import.meta.resolve('@oclif/plugin-plugins');
  const npm = join(createRequire(plugins).resolve('npm/package.json'), '../bin/npm-cli.js');
  const flags = ['--dry-run', '--json', '--ignore-scripts', '--no-audit', '--no-fund'];
  const from = registry === undefined ? [] : [`--registry=${registry}`];
  return new Promise((resolve) => {
    execFile(process.execPath, [npm, 'install', ...requests, ...flags, ...from], { cwd }, (_error, stdout) =>
      resolve(reasonIn(stdout)),
    );
  });
}

function reasonIn(printed: string): NpmReason | null {
  try {
    const { error } = JSON.parse(printed) as { error?: Partial<NpmReason> };
    if (error === undefined) return null;
    return { code: error.code ?? '', summary: (error.summary ?? '').split('\n')[0] ?? '' };
  } catch {
    return null; // npm printed no JSON: it has no reason to give.
  }
}
