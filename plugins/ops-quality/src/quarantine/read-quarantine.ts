import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import {
  below,
  byName,
  fail,
  isJsonObject,
  parseExactJson,
  plainPath,
  type ExactJson,
  type JsonObject,
} from '@dpone/sdk';

/** One row in quarantine, with the keys of its line in their order. */
export interface QuarantineEntry {
  readonly quarantine_id: string;
  readonly run_id: string;
  readonly load_id: string;
  readonly row: JsonObject;
  readonly reason: string;
  readonly diagnostics: JsonObject;
  readonly created_at: string;
}

const KEYS = ['quarantine_id', 'run_id', 'load_id', 'row', 'reason', 'diagnostics', 'created_at'] as const;
const OBJECTS: readonly string[] = ['row', 'diagnostics'];

export interface Quarantine {
  readonly entries: readonly QuarantineEntry[];
  /** Relative to where dpone runs. */
  readonly files: readonly string[];
  /** Entries that say that they are of another run. */
  readonly foreign: number;
}

/** Reads everything that is in quarantine for a run; none where there is nothing. */
export async function readQuarantine(cwd: string, dir: string, runId: string): Promise<Quarantine> {
  const names = await readdir(resolve(cwd, dir)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw fail('DPONE_INPUT_INVALID', `The quarantine cannot be read (${error.code}).`, { where: dir });
  });
  const entries: QuarantineEntry[] = [];
  const files: string[] = [];
  let foreign = 0;
  for (const { name, exact } of filesOf(runId, names)) {
    const found = await readLines(join(resolve(cwd, dir), name), below(plainPath(dir), name));
    const own = found.filter((entry) => entry.run_id === runId);
    // Only the file that bears the run's own name may hold what other tools have filed there under another id.
    const taken = exact ? found : own;
    if (taken.length === 0) continue;
    foreign += taken.length - (exact ? own.length : taken.length);
    files.push(below(plainPath(dir), name));
    entries.push(...taken);
  }
  return { entries, files, foreign };
}

/** Characters that other tools keep in a file's name; the rest becomes `_`, so that two runs may share a file. */
const keptName = (runId: string): string => runId.replaceAll(/[^\p{L}\p{N}\-_.]/gu, '_');

/** The files of a run: its own, one of each further load, and the one in which other tools put it. */
function filesOf(runId: string, names: readonly string[]): { readonly name: string; readonly exact: boolean }[] {
  const encoded = encodeURIComponent(runId);
  const kept = keptName(runId);
  return names
    .filter((name) => name.endsWith('.jsonl'))
    .filter((name) => name === `${encoded}.jsonl` || name === `${kept}.jsonl` || name.startsWith(`${encoded}.`))
    .sort(byName)
    .map((name) => ({ name, exact: name === `${encoded}.jsonl` || (kept === runId && name === `${kept}.jsonl`) }));
}

async function readLines(path: string, shown: string): Promise<QuarantineEntry[]> {
  const entries: QuarantineEntry[] = [];
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity });
  let number = 0;
  try {
    for await (const line of lines) {
      number += 1;
      if (line.trim() !== '') entries.push(entryOf(line, `${shown}:${number}`));
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code?.startsWith('DPONE_') === true) throw error;
    throw fail('DPONE_INPUT_INVALID', `The quarantine cannot be read (${code}).`, { where: shown, cause: error });
  }
  return entries;
}

function entryOf(line: string, where: string): QuarantineEntry {
  const value = parsedLine(line, where);
  if (!isJsonObject(value)) throw fail('DPONE_INPUT_INVALID', 'This line is no object.', { where });
  const missing = KEYS.find((key) => !(key in value));
  const extra = Object.keys(value).find((key) => !KEYS.includes(key as never));
  if (missing !== undefined) throw fail('DPONE_INPUT_INVALID', `This line lacks ${missing}.`, { where });
  if (extra !== undefined)
    throw fail('DPONE_INPUT_INVALID', `This line has ${extra}, which is no key of it.`, { where });
  for (const key of KEYS)
    if (OBJECTS.includes(key) ? !isJsonObject(value[key]) : typeof value[key] !== 'string')
      throw fail('DPONE_INPUT_INVALID', `${key} is no ${OBJECTS.includes(key) ? 'object' : 'text'}.`, { where });
  return Object.fromEntries(KEYS.map((key) => [key, value[key]])) as unknown as QuarantineEntry;
}

function parsedLine(line: string, where: string): ExactJson {
  try {
    return parseExactJson(line);
  } catch {
    throw fail('DPONE_INPUT_INVALID', 'This line is no JSON.', { where });
  }
}
