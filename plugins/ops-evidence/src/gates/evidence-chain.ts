import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createHash } from 'node:crypto';
import {
  aside,
  below,
  cellText,
  CHAIN_INDEX,
  chainEntries,
  chainFiles,
  chainHash,
  defineGate,
  fail,
  folderInput,
  isJsonObject,
  isoTimestamp,
  plainPath,
  readArtifact,
  readEvidence,
  verifyChain,
  type ChainEntry,
  type JsonObject,
  type OutputFile,
} from '@dpone/sdk';
import { z } from 'zod';

/** The chain as it will be; no entries where it stays as it is. */
const chains = aside<{
  readonly bytes: Uint8Array;
  readonly entry: JsonObject;
  readonly entries: readonly JsonObject[] | undefined;
}>();

const input = z.strictObject({
  release: z.string().min(1).describe('The release that the entry is for.'),
  artifact_index: z.string().describe('The artifact index of the release, or another file that the entry vouches for.'),
  previous_entry: z.string().optional().describe('The entry that must be the last one so far.'),
  chain_dir: folderInput('.dpone/evidence-chain', 'Where the chain is kept.'),
});

type Input = z.output<typeof input>;

/** One more link: a release, the checksum of its artifact index, and the link before it. */
export const evidenceChain = defineGate({
  summary: 'Append a release to the evidence chain',
  description:
    'Every link holds the hash of the one before it. The file that it vouches for is copied beside it, so that the next release may write over the original. The same release with the same file is already there and stays as it is; with another file it is refused. Judges nothing: what is wrong with the file or the chain is a warning.',
  input,
  folder: 'chain_dir',
  serial: true,
  example: { release: 'v1.0.0', artifact_index: '.dpone/artifact-index/artifact_index.json' },
  evaluate: async (given, ctx) => {
    const folder = resolve(ctx.cwd, given.chain_dir);
    const bytes = await readVouched(ctx.cwd, given.artifact_index);
    const hash = createHash('sha256').update(bytes).digest('hex');
    const known = await chainEntries(folder);
    const warnings = await warningsOf(given, known.length, ctx.cwd);
    const same = known.find(({ release }) => release === given.release);
    const last = known.at(-1);
    if (same === undefined) {
      refuseSameNames(given.release, known, folder);
      await refuseFork(given.previous_entry, last, ctx.cwd);
    }
    const begun = same ?? (await unfinished(folder, given.release, hash, last));
    const entry = begun ?? newEntry(given, hash, last, ctx.clock);
    if (entry['artifact_index_hash'] !== hash) throw isThere(given.release, folder);
    const report = {
      ...(entry as unknown as ChainEntry),
      schema_version: 'dpone.ops.evidence_chain.v1',
      passed: true,
      blockers: [],
      warnings,
    };
    return chains.keep(report, { bytes, entry, entries: same === undefined ? [...known, entry] : undefined });
  },
  files: (report, _given, page): OutputFile[] => {
    const { bytes, entry, entries } = chains.of(report);
    if (entries === undefined) return [];
    const names = chainFiles(report.release);
    const index = { entry_count: entries.length, latest_chain_hash: report.chain_hash, entries };
    // The index comes last: a chain whose index lists the entry has all of it.
    return [
      { path: names.copy, bytes, exclusive: true },
      { path: names.entry, json: entry, exclusive: true },
      { path: names.markdown, text: page },
      { path: CHAIN_INDEX, json: index },
    ];
  },
  view: {
    title: 'evidence chain',
    facts: ['release', 'artifact_index_path', 'artifact_index_hash', 'chain_hash', 'created_at'],
    sections: ({ previous_chain_hash }) => [{ list: [`previous: ${previous_chain_hash ?? 'genesis'}`] }],
    runbook: [
      'Keep the hash of the last link where the writers of the chain cannot write: in the release notes, in a ticket.',
      'Verify with evidence-chain-verify --expect-head and that hash; only so a chain that was rewritten as a whole is seen.',
      'When a link does not verify, compare the copy of its artifact index with a backup before anything is built anew.',
    ],
  },
});

async function readVouched(cwd: string, path: string): Promise<Buffer> {
  return readFile(resolve(cwd, path)).catch((error: NodeJS.ErrnoException) => {
    const missing = error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EISDIR';
    throw fail(
      missing ? 'DPONE_FILE_NOT_FOUND' : 'DPONE_FILE_UNREADABLE',
      `The artifact index cannot be read (${error.code}).`,
      { where: path },
    );
  });
}

function newEntry(given: Input, hash: string, last: JsonObject | undefined, clock: { now(): Date }): JsonObject {
  const folder = plainPath(given.chain_dir);
  const names = chainFiles(given.release);
  const linked = {
    release: given.release,
    artifact_index_hash: hash,
    previous_chain_hash: last?.['chain_hash'] ?? null,
    created_at: isoTimestamp(clock.now()),
  };
  return {
    ...linked,
    artifact_index_path: plainPath(given.artifact_index),
    chain_hash: chainHash(linked),
    entry_path: below(folder, names.entry),
    markdown_path: below(folder, names.markdown),
    verified: true,
  };
}

/** An entry that was written by a run that was killed before it wrote the index: it is taken as it is. */
async function unfinished(
  folder: string,
  release: string,
  hash: string,
  last: JsonObject | undefined,
): Promise<JsonObject | undefined> {
  const file = await readArtifact(join(folder, chainFiles(release).entry));
  if (file.state === 'missing') return undefined;
  const entry = file.state === 'json' && isJsonObject(file.value) ? file.value : {};
  const fits =
    entry['release'] === release &&
    entry['artifact_index_hash'] === hash &&
    entry['previous_chain_hash'] === (last?.['chain_hash'] ?? null) &&
    entry['chain_hash'] === chainHash(entry as never);
  if (fits) return entry;
  throw isThere(release, folder);
}

const isThere = (release: string, folder: string): Error =>
  fail('DPONE_FILE_EXISTS', `The chain has an entry for ${release} already, and it vouches for something else.`, {
    where: folder,
    remedy: 'Use another release name; an entry is never replaced.',
  });

function refuseSameNames(release: string, known: readonly JsonObject[], folder: string): void {
  const { entry } = chainFiles(release);
  const clash = known.find((one) => chainFiles(cellText(one['release'])).entry === entry);
  if (clash === undefined) return;
  throw fail('DPONE_INPUT_INVALID', `The files of ${release} would have the names of another release's.`, {
    where: folder,
    remedy: 'Use a release name that differs in letters or digits.',
  });
}

/** A link after any but the last would make two chains of one. */
async function refuseFork(path: string | undefined, last: JsonObject | undefined, cwd: string): Promise<void> {
  if (path === undefined) return;
  const where = `--previous-entry ${path}`;
  const { state, value } = await readEvidence(cwd, 'previous_entry', path);
  if (state === 'missing') throw fail('DPONE_FILE_NOT_FOUND', 'This entry is not there.', { where });
  const hash = value['chain_hash'];
  if (typeof hash !== 'string' || hash !== last?.['chain_hash'])
    throw fail('DPONE_INPUT_INVALID', 'This is not the last entry of the chain.', {
      where,
      remedy: 'Leave the flag out: the last entry is found without it.',
    });
}

async function warningsOf(given: Input, known: number, cwd: string): Promise<string[]> {
  const index = await readEvidence(cwd, 'artifact_index', given.artifact_index);
  const chain = known === 0 ? undefined : await verifyChain(resolve(cwd, given.chain_dir), cwd);
  return [
    ...(index.passed ? [] : ['artifact_index.not_passed']),
    ...(chain?.verified === false ? chain.broken_entries.map((name) => `${name}.not_verified`) : []),
  ];
}
