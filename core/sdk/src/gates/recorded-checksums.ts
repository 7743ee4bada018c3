import { resolve } from 'node:path';
import { hashFile, isJsonObject, NO_FILE, type JsonObject } from './artifacts.js';

/** A file that a piece of evidence names together with its checksum. */
export interface RecordedFile {
  readonly path: string;
  readonly sha256: string;
}

const HEX = /^[0-9a-f]{64}$/;

const recorded = (path: unknown, sha256: unknown): RecordedFile[] =>
  typeof path === 'string' && typeof sha256 === 'string' && HEX.test(sha256) && sha256 !== NO_FILE
    ? [{ path, sha256 }]
    : [];

/**
 * The files that evidence vouches for: rows of its lists with `path` and `sha256`, and pairs of keys like
 * `change_request_path` and `change_request_sha256`. A checksum of zeros says that there was no file.
 */
export function recordedFiles(value: JsonObject): RecordedFile[] {
  const rows = Object.values(value).flatMap((list) =>
    Array.isArray(list)
      ? (list as unknown[]).filter(isJsonObject).flatMap((row) => recorded(row['path'], row['sha256']))
      : [],
  );
  const pairs = Object.keys(value)
    .filter((key) => key.endsWith('_path'))
    .flatMap((key) => recorded(value[key], value[`${key.slice(0, -'_path'.length)}_sha256`]));
  return [...rows, ...pairs];
}

/** Paths of recorded files that are not what they were, or are gone. */
export async function changedFiles(value: JsonObject, cwd: string): Promise<string[]> {
  const changed: string[] = [];
  for (const { path, sha256 } of recordedFiles(value)) {
    const now = await hashFile(resolve(cwd, path)).catch(() => undefined);
    if (now?.sha256 !== sha256) changed.push(path);
  }
  return changed;
}
