import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** What the last finished step left in its stamp file; null where there is none or it cannot be read. */
export function readStamp(path) {
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/** Written beside and renamed, so that a killed set-up leaves the old stamp or the new one. */
export function writeStamp(path, value) {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(value)}\n`);
  renameSync(temporary, path);
}
