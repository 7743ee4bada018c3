import { execFile, type ExecFileOptions } from 'node:child_process';
import { promisify } from 'node:util';

/** Who a server runs as. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

const run = promisify(execFile);

/** The user for servers that refuse to run as root: `nobody` where this process is root, else nothing to change. */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'nobody'])).stdout)),
  );
  if (uid === undefined || gid === undefined || !(uid > 0))
    throw new Error('there is no user `nobody` to run servers as');
  return { uid, gid };
}

/** Runs a program to its end as that user. Returns its output; an exit code other than 0 throws with both outputs. */
export async function runAs(
  user: ServerUser | undefined,
  program: string,
  args: readonly string[],
  options: Pick<ExecFileOptions, 'cwd' | 'env'> = {},
): Promise<string> {
  try {
    const { stdout } = await run(program, [...args], { ...options, ...user, encoding: 'utf8' });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${message}\n${stdout}${stderr}`.trim(), { cause: error });
  }
}
