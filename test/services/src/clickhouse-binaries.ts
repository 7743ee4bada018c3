import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The engine as a library, from npm; about 540 MB, so it is fetched once a machine and not with `npm ci`. */
const CHDB = '3.4.0';

const INSTALL_SECONDS = 600;

export const cacheFolder = (): string =>
  process.env['DPONE_TEST_CACHE'] || join(homedir(), '.cache', 'dpone-test-services');

/** Why the engine cannot run here; undefined where it can. */
export function clickhouseUnavailable(): string | undefined {
  const { platform, arch } = process;
  const fits = (platform === 'linux' || platform === 'darwin') && (arch === 'x64' || arch === 'arm64');
  return fits ? undefined : `chdb has no build for ${platform}-${arch}`;
}

/** The folder whose `node_modules` holds chdb; installed by npm where it is not there yet. */
export async function clickhouseBinaries(): Promise<string> {
  const folder = join(cacheFolder(), `chdb-${CHDB}`);
  if (existsSync(folder)) return folder;
  await mkdir(cacheFolder(), { recursive: true });
  return locked(`${folder}.lock`, async () => {
    if (existsSync(folder)) return folder;
    const made = await mkdtemp(`${folder}-`);
    try {
      await writeFile(join(made, 'package.json'), '{ "private": true }\n');
      await npmInstall(made);
      // One rename: a folder of this name is whole.
      await rename(made, folder);
    } catch (error) {
      await rm(made, { recursive: true, force: true });
      throw error;
    }
    return folder;
  });
}

function npmInstall(folder: string): Promise<void> {
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', `chdb@${CHDB}`];
  return new Promise((resolve, reject) => {
    const npm = spawn('npm', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], timeout: INSTALL_SECONDS * 1000 });
    let said = '';
    for (const stream of [npm.stdout, npm.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    npm.once('error', reject);
    npm.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`chdb ${CHDB} could not be installed: ${said.slice(-2000)}`)),
    );
  });
}

/** Runs `work` while no other process of this machine does; a lock whose process is gone is taken over. */
async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const file = await open(path, 'wx').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return undefined;
    });
    if (file !== undefined) {
      try {
        await file.writeFile(`${process.pid}`);
        return await work();
      } finally {
        await file.close();
        await rm(path, { force: true });
      }
    }
    const pid = Number(await readFile(path, 'utf8').catch(() => ''));
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    if ((pid > 0 && !alive(pid)) || age > INSTALL_SECONDS * 1000) await rm(path, { force: true });
    else await sleep(200);
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
