import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import {
  below,
  hashFile,
  isJsonObject,
  isoTimestamp,
  judge,
  NO_FILE,
  orderedJson,
  parseExactJson,
  type ExactJson,
} from '@dpone/sdk';
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
/** Larger files are hashed piece by piece. */
const MOST_BYTES_AT_ONCE = 1024 * 1024;

/** Reads a file once: what is hashed and what is judged are the same bytes. A file that cannot be read is red. */
export async function inspectArtifact(cwd: string, root: string, relative: string): Promise<IndexedArtifact> {
  const file = join(resolve(cwd, root), relative);
  const facts = await stat(file, { bigint: true }).catch(() => undefined);
  const isJson = extname(relative).toLowerCase() === '.json';
  const read = facts === undefined ? undefined : await contentOf(file, facts.size, isJson).catch(() => undefined);
  const item = {
    name: basename(relative),
    path: below(root, relative),
    relative_path: relative,
    artifact_type: artifactType(basename(relative)),
    sha256: read?.sha256 ?? NO_FILE,
    size_bytes: read?.bytes ?? 0,
    modified_at: isoTimestamp(facts?.mtimeNs ?? 0n),
  };
  const silent = { ...item, release: null, run_id: null };
  if (read === undefined) return { ...silent, passed: false };
  if (!isJson) return { ...silent, passed: null };
  const { value } = read;
  if (value === undefined) return { ...silent, passed: false };
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

interface Content {
  readonly sha256: string;
  readonly bytes: number;
  /** Of a JSON file; undefined where it is none, or too large to be read. */
  readonly value?: ExactJson | undefined;
}

async function contentOf(file: string, size: bigint, isJson: boolean): Promise<Content> {
  if (size > (isJson ? MOST_JSON_BYTES : MOST_BYTES_AT_ONCE)) return hashFile(file);
  const bytes = await readFile(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { sha256, bytes: bytes.length, value: isJson ? jsonOf(bytes) : undefined };
}

function jsonOf(bytes: Uint8Array): ExactJson | undefined {
  try {
    return parseExactJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : orderedJson(value, 0);
