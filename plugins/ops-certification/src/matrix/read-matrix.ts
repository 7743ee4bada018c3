import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isJsonObject, readArtifact, type JsonObject } from '@dpone/sdk';

const BEHAVIOUR = '__behavior.json';
/** What a runner writes about the run as a whole: which cases it is about, and which it left out. */
export const RUN_RECORD = 'matrix_run.json';
const NOT_CASES = new Set(['junit.json', 'certification_report.json', RUN_RECORD]);

export interface MatrixFiles {
  readonly cases: ReadonlyMap<string, JsonObject>;
  readonly behaviours: ReadonlyMap<string, JsonObject>;
  /** Undefined where no runner left one. */
  readonly run: JsonObject | undefined;
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
  const run = names.includes(RUN_RECORD) ? await readCase(join(root, RUN_RECORD)) : undefined;
  // A case that the run is about and that left nothing behind did not end.
  for (const one of listOf(run?.['cases'])) {
    const id = one['case_id'];
    if (typeof id === 'string' && !cases.has(id)) cases.set(id, { case_id: id });
  }
  return { cases, behaviours, run };
}

/** What cannot be read is a case that failed. */
async function readCase(path: string): Promise<JsonObject> {
  const artifact = await readArtifact(path);
  if (artifact.state !== 'json') return { passed: false, blockers: ['artifact.invalid_json'] };
  return isJsonObject(artifact.value) ? artifact.value : { passed: false, blockers: ['artifact.non_object'] };
}

const listOf = (value: unknown): JsonObject[] =>
  Array.isArray(value) ? (value as unknown[]).filter((one) => isJsonObject(one)) : [];

/** Ids of the cases that the run left out, because a system was not there. */
export const leftOut = (run: JsonObject | undefined): string[] =>
  listOf(run?.['skipped']).flatMap(({ case_id: id }) => (typeof id === 'string' ? [id] : []));
