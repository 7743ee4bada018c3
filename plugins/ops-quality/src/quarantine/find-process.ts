import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject, readArtifact, type ProcessRef } from '@dpone/sdk';

/** Where a run of dpone records its processes, relative to the project. */
const RUNS = '.dpone/runs';

/** The process whose load set a row aside, by the record of its run; undefined where nothing is recorded. */
export async function findProcess(cwd: string, runId: string, loadId: string): Promise<ProcessRef | undefined> {
  const folder = join(cwd, RUNS, encodeURIComponent(runId));
  for (const name of await readdir(folder).catch(() => [])) {
    const record = await readArtifact(join(folder, name));
    if (record.state !== 'json' || !isJsonObject(record.value) || record.value['load_id'] !== loadId) continue;
    const { manifest, selector } = record.value;
    if (typeof manifest !== 'string') continue;
    return { manifest, ...(typeof selector === 'string' ? { selector } : {}) };
  }
  return undefined;
}
