import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isJsonObject, readArtifact, type JsonObject } from '@dpone/sdk';

const BEHAVIOUR = '__behavior.json';
const NOT_CASES = new Set(['junit.json', 'certification_report.json']);

export interface MatrixFiles {
  readonly cases: ReadonlyMap<string, JsonObject>;
  readonly behaviours: ReadonlyMap<string, JsonObject>;
}

/** The case files and behaviour files directly in a folder, by the id of their case; null where it is no folder. */
export async function readMatrix(cwd: string, folder: string): Promise<MatrixFiles | null> {
  const root = resolve(cwd, folder);
  const names = await readdir(root).catch(() => null);
  if (names === null) return null;
  const cases = new Map<string, JsonObject>();
  const behaviours = new Map<string, JsonObject>();
  for (const name of names.filter((one) => one.endsWith('.json') && !NOT_CASES.has(one)).sort()) {
    const isBehaviour = name.endsWith(BEHAVIOUR);
    const value = await readCase(join(root, name));
    const id = value['case_id'];
    const files = isBehaviour ? behaviours : cases;
    const stem = name.slice(0, -(isBehaviour ? BEHAVIOUR : '.json').length);
    const key = typeof id === 'string' && id !== '' ? id : stem;
    // A second file for a case could hide a first one that is red.
    files.set(key, files.has(key) ? { passed: false, blockers: ['artifact.duplicate'] } : value);
  }
  return { cases, behaviours };
}

/** What cannot be read is a case that failed. */
async function readCase(path: string): Promise<JsonObject> {
  const artifact = await readArtifact(path);
  if (artifact.state !== 'json') return { passed: false, blockers: ['artifact.invalid_json'] };
  return isJsonObject(artifact.value) ? artifact.value : { passed: false, blockers: ['artifact.non_object'] };
}
