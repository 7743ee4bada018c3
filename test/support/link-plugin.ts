import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TempProject } from './temp-project.js';

const PLUGINS = fileURLToPath(new URL('../../../plugins', import.meta.url));

/** Makes plugins of this workspace those of a project, as its package.json and `npm ci` would. */
export function linkPlugins(project: Pick<TempProject, 'file' | 'write'>, ...folders: readonly string[]): void {
  const dependencies = Object.fromEntries(folders.map((folder) => [`@dpone/${folder}`, '0.1.0']));
  project.write('package.json', JSON.stringify({ name: 'project', private: true, dependencies }));
  for (const folder of folders) {
    const link = project.file(join('node_modules', '@dpone', folder));
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(PLUGINS, folder), link, 'dir');
  }
}
