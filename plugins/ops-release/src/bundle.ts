import { resolve } from 'node:path';
import { fail, hashFile, isJsonObject, NO_FILE, readEvidence, type Evidence, type JsonObject } from '@dpone/sdk';

/** One piece of a bundle of evidence. */
export interface BundleItem {
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
  readonly required: boolean;
  readonly passed: boolean;
  /** Whether the file is what it was when the bundle was made. `unknown`: the bundle has no checksum of it. */
  readonly file: 'same' | 'changed' | 'missing' | 'unknown';
}

export interface Bundle {
  readonly evidence: Evidence;
  readonly passed: boolean;
  readonly items: readonly BundleItem[];
}

/** Reads a bundle of evidence, and looks at the files that it names. What is no bundle is refused. */
export async function readBundle(cwd: string, path: string): Promise<Bundle> {
  const evidence = await readEvidence(cwd, 'bundle', path);
  if (evidence.state === 'missing') throw fail('DPONE_FILE_NOT_FOUND', 'The bundle is not there.', { where: path });
  const { value } = evidence;
  const rows: unknown = value['items'] ?? [];
  if (evidence.state !== 'json' || !('run_id' in value) || !('passed' in value) || !Array.isArray(rows))
    throw invalid('This is no bundle of evidence: a JSON object with run_id, passed and items.', path);
  const items = await Promise.all((rows as unknown[]).map((row, i) => itemOf(cwd, row, `${path}: items[${i}]`)));
  // That the bundle is red does not make the verdict of an item another one.
  return { evidence, passed: value['passed'] === true, items };
}

const invalid = (what: string, where: string): Error => fail('DPONE_INPUT_INVALID', what, { where });

async function itemOf(cwd: string, row: unknown, where: string): Promise<BundleItem> {
  if (!isJsonObject(row)) throw invalid('An item of the bundle is no object.', where);
  const missing = ['name', 'path', 'sha256', 'required', 'passed'].filter((key) => !(key in row));
  if (missing.length > 0) throw invalid(`An item of the bundle has no ${missing.join(', ')}.`, where);
  const { name, path, sha256 } = texts(row, where);
  return {
    name,
    path,
    sha256,
    // What is neither yes nor no is not optional, and is not passed.
    required: row['required'] !== false,
    passed: row['passed'] === true,
    file: await fileState(resolve(cwd, path), sha256),
  };
}

function texts({ name, path, sha256 }: JsonObject, where: string) {
  if (typeof name !== 'string' || typeof path !== 'string' || typeof sha256 !== 'string')
    throw invalid('name, path and sha256 of an item of the bundle are texts.', where);
  return { name, path, sha256: sha256.toLowerCase() };
}

async function fileState(path: string, sha256: string): Promise<BundleItem['file']> {
  const now = await hashFile(path).catch(() => undefined);
  if (now === undefined) return 'missing';
  if (sha256 === NO_FILE) return 'unknown';
  return now.sha256 === sha256 ? 'same' : 'changed';
}

/** Names that stand for more than one item: which of them is meant cannot be told. */
export const ambiguousNames = (items: readonly BundleItem[]): string[] => {
  const seen = new Set<string>();
  return [...new Set(items.filter(({ name }) => seen.size === seen.add(name).size).map(({ name }) => name))];
};
