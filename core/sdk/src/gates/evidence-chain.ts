import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fail } from '../errors/error.js';
import { safeName } from '../util/safe-name.js';
import { stableJson } from '../util/stable-json.js';
import { hashFile, isJsonObject, readArtifact, type JsonObject } from './artifacts.js';

export const CHAIN_INDEX = 'evidence_chain_index.json';
const ENTRY = '__evidence_chain.json';

/** One link: what was there (an artifact index by its hash), and the link before it. */
export interface ChainEntry {
  readonly release: string;
  readonly artifact_index_path: string;
  readonly artifact_index_hash: string;
  readonly previous_chain_hash: string | null;
  readonly chain_hash: string;
  readonly created_at: string;
  readonly entry_path: string;
  readonly markdown_path: string;
  readonly verified: true;
}

/** File names of a release's link, and of its own copy of the artifact index. */
export const chainFiles = (release: string) => {
  const safe = safeName(release, 'release');
  return {
    entry: `${safe}${ENTRY}`,
    markdown: `${safe}__evidence_chain.md`,
    copy: `${safe}__artifact_index.copy`,
  };
};

/** The hash of a link: SHA-256 of the compact JSON of these four keys, sorted. The same in every implementation. */
export const chainHash = (entry: {
  readonly artifact_index_hash: unknown;
  readonly created_at: unknown;
  readonly previous_chain_hash: unknown;
  readonly release: unknown;
}): string => {
  const { artifact_index_hash, created_at, previous_chain_hash, release } = entry;
  return createHash('sha256')
    .update(stableJson({ artifact_index_hash, created_at, previous_chain_hash, release }, 0))
    .digest('hex');
};

export interface ChainVerdict {
  readonly verified: boolean;
  readonly entry_count: number;
  /** Releases, or `chain.*` for what is wrong with the chain as a whole. */
  readonly broken_entries: readonly string[];
  /** Releases whose artifact index is no longer there, so that only its hash is vouched for. */
  readonly unchecked_entries: readonly string[];
  readonly head: string | null;
}

/**
 * Verifies a chain of evidence: every link's hash, the hash of what it vouches for, that the links follow each other,
 * and that index and entry files say the same. Where there is no index, the links themselves give the order.
 * @param expectHead the hash that the last link must have; without it, a chain that was cut or rewritten as a whole
 * together with its index cannot be told from an honest one.
 */
export async function verifyChain(folder: string, cwd: string, expectHead?: string): Promise<ChainVerdict> {
  const broken = new Set<string>();
  const unchecked: string[] = [];
  const files = await entryFiles(folder);
  const index = await readArtifact(join(folder, CHAIN_INDEX));
  for (const { name, entry } of files) if (entry === undefined) broken.add(name.slice(0, -ENTRY.length));
  const entries = files.flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
  const ordered = index.state === 'missing' ? byLinks(entries) : byIndex(index, entries, broken);
  let previous: unknown = null;
  for (const entry of ordered) {
    const release = releaseOf(entry);
    if (entry['chain_hash'] !== chainHash(entry as never) || (entry['previous_chain_hash'] ?? null) !== previous)
      broken.add(release);
    const intact = await vouched(entry, folder, cwd);
    if (intact === undefined) unchecked.push(release);
    else if (!intact) broken.add(release);
    previous = entry['chain_hash'];
  }
  if (files.length === 0) broken.add('chain.empty');
  const head = typeof previous === 'string' ? previous : null;
  if (expectHead !== undefined && head !== expectHead) broken.add('chain.head');
  return {
    verified: broken.size === 0,
    entry_count: files.length,
    broken_entries: [...broken],
    unchecked_entries: unchecked,
    head,
  };
}

/**
 * The links that a chain has so far, in their order: as its index lists them; where there is none, as they follow each
 * other. Throws where the index or an entry cannot be read: what is added to such a chain would hide that.
 */
export async function chainEntries(folder: string): Promise<readonly JsonObject[]> {
  const unreadable = (name: string): Error =>
    fail('DPONE_INPUT_INVALID', 'This part of the evidence chain cannot be read; nothing is added to it.', {
      where: join(folder, name),
    });
  const index = await readArtifact(join(folder, CHAIN_INDEX));
  if (index.state !== 'missing') {
    const rows = index.state === 'json' && isJsonObject(index.value) ? (index.value['entries'] ?? []) : undefined;
    if (!Array.isArray(rows) || !(rows as unknown[]).every(isJsonObject)) throw unreadable(CHAIN_INDEX);
    if (rows.length > 0) return rows as JsonObject[];
  }
  const files = await entryFiles(folder);
  const broken = files.find(({ entry }) => entry === undefined);
  if (broken !== undefined) throw unreadable(broken.name);
  return byLinks(files.map(({ entry }) => entry!));
}

const releaseOf = ({ release }: JsonObject): string => (typeof release === 'string' ? release : 'chain.index');

async function entryFiles(folder: string): Promise<{ name: string; entry: JsonObject | undefined }[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(ENTRY)).sort();
  return Promise.all(
    names.map(async (name) => {
      const artifact = await readArtifact(join(folder, name));
      const entry = artifact.state === 'json' && isJsonObject(artifact.value) ? artifact.value : undefined;
      return { name, entry: typeof entry?.['release'] === 'string' ? entry : undefined };
    }),
  );
}

/** The entry files in the order of the index, which must list them all, as they are, and nothing else. */
function byIndex(
  index: Awaited<ReturnType<typeof readArtifact>>,
  entries: readonly JsonObject[],
  broken: Set<string>,
): readonly JsonObject[] {
  const listed = index.state === 'json' && isJsonObject(index.value) ? index.value : undefined;
  const rows = listed?.['entries'];
  if (!Array.isArray(rows)) {
    broken.add('chain.index');
    return byLinks(entries);
  }
  const files = new Map<string, JsonObject>();
  for (const entry of entries) {
    // Of two files for one release only one could be looked at.
    if (files.has(releaseOf(entry))) broken.add(releaseOf(entry));
    files.set(releaseOf(entry), entry);
  }
  const ordered = (rows as unknown[]).flatMap((row) => {
    const release = isJsonObject(row) ? releaseOf(row) : 'chain.index';
    const entry = files.get(release);
    files.delete(release);
    if (entry === undefined || stableJson(entry) !== stableJson(row)) broken.add(release);
    return entry === undefined ? [] : [entry];
  });
  for (const release of files.keys()) broken.add(release);
  const counted = Number(listed!['entry_count']) === rows.length;
  if (!counted || listed!['latest_chain_hash'] !== (ordered.at(-1)?.['chain_hash'] ?? null)) broken.add('chain.index');
  return [...ordered, ...files.values()];
}

/** Each entry after the one whose hash it names; what nothing leads to stands at the end, in the order of file names. */
function byLinks(entries: readonly JsonObject[]): readonly JsonObject[] {
  const left = new Set(entries);
  const ordered: JsonObject[] = [];
  for (let previous: unknown = null; ;) {
    const next = [...left].find((entry) => (entry['previous_chain_hash'] ?? null) === previous);
    if (next === undefined) return [...ordered, ...left];
    left.delete(next);
    ordered.push(next);
    previous = next['chain_hash'];
  }
}

/** Whether what a link vouches for is unchanged: its own copy where it has one, else the file it names; undefined where neither is there. */
async function vouched(entry: JsonObject, folder: string, cwd: string): Promise<boolean | undefined> {
  const named = entry['artifact_index_path'];
  const places = [
    join(folder, chainFiles(releaseOf(entry)).copy),
    ...(typeof named === 'string' ? [resolve(cwd, named)] : []),
  ];
  for (const place of places) {
    const hash = await hashFile(place).catch((error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' || error.code === 'ENOTDIR' ? undefined : null,
    );
    if (hash !== undefined) return hash?.sha256 === entry['artifact_index_hash'];
  }
  return undefined;
}
