import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { byName, plainPath, readArtifact, readEvidence, isJsonObject, type JsonObject } from '@dpone/sdk';

/** The result of a run as it lies on disk. */
export interface RunResultFile {
  readonly path: string;
  readonly sha256: string;
  readonly state: 'missing' | 'invalid' | 'json';
  readonly value: JsonObject;
  /** Whether the file says of itself that it is red. */
  readonly red: boolean;
  readonly silent: boolean;
}

/**
 * Reads what `dpone run --format json` has printed, what `dpone history --format json` prints, a load package, or the
 * folder `.dpone/runs/<run id>` with a result a process.
 */
export async function readRunResult(cwd: string, path: string): Promise<RunResultFile> {
  const folder = await readRunFolder(resolve(cwd, path));
  if (folder !== undefined) return { path: plainPath(path), ...folder, state: 'json', red: false, silent: false };
  const evidence = await readEvidence(cwd, 'run_result', path);
  const { sha256, value, verdict } = evidence;
  const empty = Object.keys(value).length === 0;
  return {
    path: plainPath(path),
    sha256,
    state: evidence.state === 'missing' ? 'missing' : evidence.state === 'unreadable' || empty ? 'invalid' : 'json',
    value,
    red: verdict === 'red',
    silent: verdict === 'silent',
  };
}

/** The results of a run's processes, where the folder holds nothing else; undefined where it is no such folder. */
async function readRunFolder(folder: string): Promise<{ value: JsonObject; sha256: string } | undefined> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort(byName);
  if (names.length === 0) return undefined;
  const processes: JsonObject[] = [];
  const hash = createHash('sha256');
  const run = await readArtifact(`${folder}.json`);
  if (run.state === 'json') hash.update(`${run.sha256}  ${basename(folder)}.json\n`);
  for (const name of names) {
    const artifact = await readArtifact(join(folder, name));
    if (artifact.state !== 'json' || !isProcessResult(artifact.value)) return undefined;
    processes.push(artifact.value);
    hash.update(`${artifact.sha256}  ${name}\n`);
  }
  processes.push(...(run.state === 'json' ? withoutRecord(run.value, processes) : []));
  const passed = processes.every((one) => one['passed'] === true);
  return { value: { passed, processes }, sha256: hash.digest('hex') };
}

/** Processes that the run was to carry out and that left no result: they were skipped, or it ended before them. */
function withoutRecord(run: unknown, recorded: readonly JsonObject[]): JsonObject[] {
  const members = isJsonObject(run) && Array.isArray(run['processes']) ? (run['processes'] as unknown[]) : [];
  return members
    .filter(isJsonObject)
    .filter(({ process }) => !recorded.some((one) => one['process'] === process))
    .map((member) => ({ ...member, run_id: (run as JsonObject)['run_id'] ?? null, passed: false }));
}

const isProcessResult = (value: unknown): value is JsonObject =>
  isJsonObject(value) && ['run_id', 'load_id', 'process', 'passed'].every((key) => key in value);
