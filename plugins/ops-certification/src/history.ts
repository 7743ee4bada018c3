import { resolve } from 'node:path';
import { byName, fail, isJsonObject, readArtifact, type JsonObject } from '@dpone/sdk';

/** Reads a JSON object that a command cannot do without. */
export async function readRequired(cwd: string, path: string, flag: string): Promise<JsonObject> {
  const artifact = await readArtifact(resolve(cwd, path));
  const where = `${flag} ${path}`;
  if (artifact.state === 'missing') throw fail('DPONE_FILE_NOT_FOUND', 'This file is not there.', { where });
  if (artifact.state !== 'json' || !isJsonObject(artifact.value))
    throw fail('DPONE_INPUT_INVALID', 'This is no JSON object.', { where });
  return artifact.value;
}

/** The verdict of each case of a certification report. A case that is listed twice is green only when both are. */
export function verdictsOf(report: JsonObject, where: string): ReadonlyMap<string, boolean> {
  const { results = [] } = report;
  if (!Array.isArray(results)) throw fail('DPONE_INPUT_INVALID', 'The results of this report are no list.', { where });
  const verdicts = new Map<string, boolean>();
  for (const row of results as unknown[]) {
    const id = isJsonObject(row) ? row['case_id'] : undefined;
    if (typeof id !== 'string' || id === '')
      throw fail('DPONE_INPUT_INVALID', 'A result of this report names no case.', { where });
    verdicts.set(id, (row as JsonObject)['passed'] === true && verdicts.get(id) !== false);
  }
  return verdicts;
}

/** What changed between two reports. */
export function compareVerdicts(current: ReadonlyMap<string, boolean>, previous: ReadonlyMap<string, boolean>) {
  const red = [...current.keys()].filter((id) => current.get(id) === false).sort(byName);
  const green = [...current.keys()].filter((id) => current.get(id) === true).sort(byName);
  return {
    new_failures: red.filter((id) => previous.get(id) !== false),
    fixed_failures: green.filter((id) => previous.get(id) === false),
    unchanged_failures: red.filter((id) => previous.get(id) === false),
  };
}
