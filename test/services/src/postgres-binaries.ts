import { chown, cp, readdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PostgresMajor } from './postgres-server.js';
import { runAs, type ServerUser } from './server-user.js';

/** The package with this platform's binaries of a major version: an alias in this package's package.json. */
function packageFolder(major: PostgresMajor): string {
  const name = `postgres-${major}-${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  } catch (error) {
    throw new Error(
      `Postgres ${major} is not installed: no package ${name}. ` +
        'Run `npm ci` with optional dependencies, or name a server of that version by DPONE_TEST_POSTGRES_URL.',
      { cause: error },
    );
  }
}

/** Links of shared libraries, which a package cannot hold; its install script makes them where npm runs scripts. */
async function makeLinks(folder: string): Promise<void> {
  const links = JSON.parse(await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8')) as {
    readonly source: string;
    readonly target: string;
  }[];
  for (const { source, target } of links)
    await symlink(source.slice(source.lastIndexOf('/') + 1), join(folder, target)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
}

async function giveTo(user: ServerUser, folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) await chown(join(folder, name), user.uid, user.gid);
}

/**
 * The folder of `initdb` and `postgres`, such that `user` can run them: that of the installed package, or, where the
 * user may not look into it (a clone in a folder of root) or links cannot be made in it, a copy in `scratch`.
 */
export async function postgresBinaries(
  major: PostgresMajor,
  user: ServerUser | undefined,
  scratch: string,
): Promise<string> {
  const installed = packageFolder(major);
  try {
    await makeLinks(installed);
    await runAs(user, join(installed, 'native/bin/postgres'), ['--version'], { cwd: scratch });
    return join(installed, 'native/bin');
  } catch {
    const filter = (path: string): boolean => !path.endsWith('.a');
    // Links as they are: by default `cp` makes them point into the installed package.
    await cp(join(installed, 'native'), join(scratch, 'native'), { recursive: true, verbatimSymlinks: true, filter });
    await makeLinks(scratch);
    if (user !== undefined) await giveTo(user, scratch);
    return join(scratch, 'native/bin');
  }
}
