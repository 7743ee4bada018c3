import { stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { below, hashFile, isJsonObject, isoTimestamp, judge, NO_FILE, readArtifact } from '@dpone/sdk';
import { artifactType } from './artifact-type.js';

/** One line of the index; keys are those of the artifact. */
export interface IndexedArtifact {
  readonly name: string;
  readonly path: string;
  readonly relative_path: string;
  readonly artifact_type: string;
  readonly sha256: string;
  readonly size_bytes: number;
  readonly modified_at: string;
  readonly release: string | null;
  readonly run_id: string | null;
  /** null where the file says nothing about itself. */
  readonly passed: boolean | null;
}

/** A report is not larger; a larger file is not read into memory, and what is not read is not green. */
const MOST_JSON_BYTES = 64 * 1024 * 1024;

/** Hashes a file by streaming, and reads verdict, release and run of a JSON file. A file that cannot be read is red. */
export async function inspectArtifact(cwd: string, root: string, relative: string): Promise<IndexedArtifact> {
  const file = join(resolve(cwd, root), relative);
  const facts = await stat(file, { bigint: true }).catch(() => undefined);
  const hash = await hashFile(file).catch(() => undefined);
  const item = {
    name: basename(relative),
    path: below(root, relative),
    relative_path: relative,
    artifact_type: artifactType(basename(relative)),
    sha256: hash?.sha256 ?? NO_FILE,
    size_bytes: hash?.bytes ?? 0,
    modified_at: isoTimestamp(facts?.mtimeNs ?? 0n),
  };
  const silent = { ...item, release: null, run_id: null };
  if (hash === undefined) return { ...silent, passed: false };
  if (extname(relative).toLowerCase() !== '.json') return { ...silent, passed: null };
  if (hash.bytes > MOST_JSON_BYTES) return { ...silent, passed: false };
  const artifact = await readArtifact(file);
  if (artifact.state !== 'json') return { ...silent, passed: false };
  const { value } = artifact;
  // A list or an empty object claims nothing: an inventory lists it, a gate that needs a verdict refuses it.
  if (!isJsonObject(value) || Object.keys(value).length === 0) return { ...silent, passed: null };
  const { verdict } = judge(value);
  return {
    ...item,
    release: textOf(value['release']),
    run_id: textOf(value['run_id'] ?? value['incident_id'] ?? value['load_id']),
    passed: verdict === 'red' ? false : value['passed'] === true ? true : null,
  };
}

const textOf = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value);
