import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';

/** The repository's root folder. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export const fromRoot = (...parts) => join(ROOT, ...parts);
