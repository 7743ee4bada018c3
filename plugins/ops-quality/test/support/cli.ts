import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../../../core/cli/bin/dpone.js', import.meta.url));

export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built program in a folder. */
export const dpone = (cwd: string, ...args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { cwd, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ exit: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr });
    });
  });

/** The report that a gate's command prints, and its exit code. */
export async function gate(cwd: string, ...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { exit, stdout, stderr } = await dpone(cwd, 'ops', ...args, '--format', 'json');
  if (exit > 1) throw new Error(`exit ${exit}: ${stderr}`);
  return { exit, ...(JSON.parse(stdout) as object) };
}
