import { below, byName } from '@dpone/sdk';
import { findArtifacts } from './find-artifacts.js';
import { inspectArtifact, type IndexedArtifact } from './inspect-artifact.js';

/** Files that are read at once. */
const BATCH = 16;

/** The artifacts below some folders in the order of their paths. Holds one folder's names and one batch at a time. */
export async function* inspectAll(
  cwd: string,
  folders: readonly string[],
  exclude: readonly string[],
): AsyncGenerator<IndexedArtifact, void, undefined> {
  let batch: Promise<IndexedArtifact>[] = [];
  for await (const { folder, relative } of inOrder(cwd, folders, exclude)) {
    batch.push(inspectArtifact(cwd, folder, relative));
    if (batch.length < BATCH) continue;
    yield* await Promise.all(batch);
    batch = [];
  }
  yield* await Promise.all(batch);
}

interface Found {
  readonly folder: string;
  readonly relative: string;
  readonly path: string;
}

/** Each folder comes in order by itself; the next file is the first of those that are next in their folder. */
async function* inOrder(
  cwd: string,
  folders: readonly string[],
  exclude: readonly string[],
): AsyncGenerator<Found, void, undefined> {
  const walks = folders.map((folder) => ({ folder, files: findArtifacts(cwd, folder, exclude) }));
  const next = async ({ folder, files }: (typeof walks)[number]): Promise<Found | undefined> => {
    const { value } = await files.next();
    return typeof value === 'string' ? { folder, relative: value, path: below(folder, value) } : undefined;
  };
  const heads = await Promise.all(walks.map(next));
  for (;;) {
    let first = -1;
    for (const [i, head] of heads.entries())
      if (head !== undefined && (first === -1 || byName(head.path, heads[first]!.path) < 0)) first = i;
    const found = heads[first];
    if (found === undefined) return;
    yield found;
    heads[first] = await next(walks[first]!);
  }
}
