import { stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { hashFile, judge, readArtifact } from '@dpone/sdk';
import { artifactType } from './artifact-type.js';
import { below } from './plain-path.js';

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
const NO_FILE = '0'.repeat(64);

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
    modified_at: timestamp(facts?.mtimeNs ?? 0n),
  };
  const silent = { ...item, release: null, run_id: null };
  if (hash === undefined) return { ...silent, passed: false };
  if (extname(relative).toLowerCase() !== '.json') return { ...silent, passed: null };
  if (hash.bytes > MOST_JSON_BYTES) return { ...silent, passed: false };
  const artifact = await readArtifact(file);
  if (artifact.state !== 'json') return { ...silent, passed: false };
  const { value } = artifact;
  // A list or an empty object claims nothing: an inventory lists it, a gate that needs a verdict refuses it.
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length === 0)
    return { ...silent, passed: null };
  const object = value as Readonly<Record<string, unknown>>;
  const { verdict } = judge(object);
  return {
    ...item,
    release: textOf(object['release']),
    run_id: textOf(object['run_id'] ?? object['incident_id'] ?? object['load_id']),
    passed: verdict === 'red' ? false : object['passed'] === true ? true : null,
  };
}

const textOf = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value);

/** UTC with microseconds, which are left out where there are none. */
function timestamp(nanoseconds: bigint): string {
  const micros = nanoseconds / 1000n;
  const seconds = new Date(Number(micros / 1000n)).toISOString().slice(0, 19);
  const fraction = micros % 1_000_000n;
  return `${seconds}${fraction === 0n ? '' : `.${String(fraction).padStart(6, '0')}`}+00:00`;
}
