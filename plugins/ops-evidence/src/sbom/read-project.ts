import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fail } from '@dpone/sdk';
import { nodeProject } from './node-project.js';
import type { Project } from './project.js';
import { pythonProject } from './python-project.js';

const KINDS = [
  { manifest: 'pyproject.toml', locks: ['uv.lock', 'poetry.lock'], read: pythonProject },
  { manifest: 'package.json', locks: ['package-lock.json', 'npm-shrinkwrap.json'], read: nodeProject },
] as const;

/** The project of a folder, from its manifest and its lock file. */
export async function readProject(cwd: string, root: string): Promise<Project> {
  const folder = resolve(cwd, root);
  for (const { manifest, locks, read } of KINDS) {
    const text = await textOf(join(folder, manifest));
    if (text === undefined) continue;
    const locked = await Promise.all(locks.map((lock) => textOf(join(folder, lock))));
    const project = parsed(() =>
      read(
        text,
        locked.find((lock) => lock !== undefined),
      ),
    );
    if (project !== undefined) return project;
    throw fail('DPONE_INPUT_INVALID', `${manifest} or its lock file cannot be read, or names no project.`, {
      where: join(root, manifest),
    });
  }
  throw fail('DPONE_FILE_NOT_FOUND', 'The project has no pyproject.toml and no package.json.', {
    where: `--project-root ${root}`,
  });
}

const textOf = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw fail('DPONE_FILE_UNREADABLE', `The file cannot be read (${error.code}).`, { where: path });
  });

function parsed(read: () => Project | undefined): Project | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
