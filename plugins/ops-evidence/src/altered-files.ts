import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  CHAIN_INDEX,
  cellText,
  chainFiles,
  changedFiles,
  hashFile,
  isJsonObject,
  readArtifact,
  stableJson,
  type JsonObject,
} from '@dpone/sdk';

/**
 * Files that are not byte by byte what the chain was made of: its own, and the ones that the artifact index of the last
 * entry lists. Earlier entries list files that later releases may have written over.
 */
export async function alteredFiles(folder: string, cwd: string): Promise<string[]> {
  const index = await readArtifact(join(folder, CHAIN_INDEX));
  const entries = index.state === 'json' && isJsonObject(index.value) ? index.value['entries'] : undefined;
  const last: unknown = Array.isArray(entries) ? entries.at(-1) : undefined;
  const own = await rewrittenFiles(folder);
  return isJsonObject(last) ? [...own, ...(await changedSince(last, folder, cwd))] : [...own, CHAIN_INDEX];
}

/** The chain's JSON files have one way to be written: another spelling of the same value was not written by dpone. */
async function rewrittenFiles(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
  const found: string[] = [];
  for (const name of names) {
    const artifact = await readArtifact(join(folder, name));
    const written = artifact.state === 'json' ? `${stableJson(artifact.value)}\n` : undefined;
    if (written !== (await readFile(join(folder, name), 'utf8').catch(() => null))) found.push(name);
  }
  return found;
}

async function changedSince(entry: JsonObject, folder: string, cwd: string): Promise<string[]> {
  const { release, artifact_index_path: named, artifact_index_hash: hash } = entry;
  const path = typeof named === 'string' ? named : '';
  const now = await hashFile(resolve(cwd, path)).catch(() => undefined);
  const copy = await readArtifact(join(folder, chainFiles(cellText(release)).copy));
  const listed = copy.state === 'json' && isJsonObject(copy.value) ? await changedFiles(copy.value, cwd) : [];
  return [...(now?.sha256 === hash ? [] : [path]), ...listed];
}
