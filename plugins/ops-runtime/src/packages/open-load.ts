import { access, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Where a load notes that it is under way, a file each: `<load id>.<its target>`. */
const openFolder = (cwd: string, folder: string): string => join(resolve(cwd, folder), '.open');

/** Loads that began and whose end nobody has noted. */
export async function openLoads(cwd: string, folder: string): Promise<string[]> {
  const names = await readdir(openFolder(cwd, folder)).catch(() => []);
  return names.map((name) => name.replace(/\.[^.]*$/, '')).sort();
}

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
