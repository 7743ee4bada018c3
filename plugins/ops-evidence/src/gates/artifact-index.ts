import { resolve } from 'node:path';
import { byName, defineGate, fail, folderInput, plainPath } from '@dpone/sdk';
import { z } from 'zod';
import { findArtifacts, isFolder } from '../find-artifacts.js';
import { inspectArtifact, type IndexedArtifact } from '../inspect-artifact.js';

const input = z.strictObject({
  root: z
    .array(z.string())
    .default(['.dpone', 'test_artifacts'])
    .describe('A folder to list, with everything below it; repeatable.'),
  output_dir: folderInput('.dpone/artifact-index', 'Where the index is written.'),
  release: z.string().optional().describe('The release that the index is for.'),
});

const ARTIFACT = 'artifact_index';

/** The inventory of artifact files with checksums, from which releases and chains of evidence are built. */
export const artifactIndex = defineGate({
  summary: 'List artifact files with checksums and verdicts',
  description:
    'Red when an artifact says that it is red, when a .json file is no JSON, or when there is nothing to list. Files: .json, .md, .txt, .log.',
  input,
  artifact: ARTIFACT,
  example: { root: ['.dpone'], output_dir: '.dpone/artifact-index', release: 'v1.0.0' },
  evaluate: async ({ root, output_dir, release }, ctx) => {
    const roots = root.map(plainPath);
    const items: IndexedArtifact[] = [];
    const folders: string[] = [];
    for (const root of roots) if (await isFolder(resolve(ctx.cwd, root))) folders.push(root);
    if (folders.length === 0)
      throw fail('DPONE_INPUT_INVALID', `None of these folders exists: ${roots.join(', ')}.`, { where: '--root' });
    for (const folder of folders)
      for await (const batch of batches(findArtifacts(ctx.cwd, folder, [`${ARTIFACT}.json`, `${ARTIFACT}.md`])))
        items.push(...(await Promise.all(batch.map((file) => inspectArtifact(ctx.cwd, folder, file)))));
    // One folder's files come in order.
    if (folders.length > 1) items.sort((a, b) => byName(a.path, b.path));
    const blockers = [
      ...(items.length === 0 ? ['artifacts.missing'] : []),
      ...items.filter((item) => item.passed === false).map((item) => `${item.path}.not_passed`),
    ];
    return {
      schema_version: 'dpone.ops.artifact_index.v1',
      release: release ?? null,
      total_artifacts: items.length,
      total_bytes: items.reduce((sum, item) => sum + item.size_bytes, 0),
      passed: blockers.length === 0,
      blockers,
      roots,
      output_dir: plainPath(output_dir),
      items,
    };
  },
  view: {
    title: 'artifact index',
    facts: ['release', 'total_artifacts', 'total_bytes', 'passed'],
    tables: [
      {
        of: 'items',
        columns: {
          type: 'artifact_type',
          artifact: 'name',
          passed: 'passed',
          release: 'release',
          run: 'run_id',
          sha256: 'sha256',
          path: 'relative_path',
        },
      },
    ],
  },
});

/** Files that are read at once. */
const BATCH = 16;

async function* batches<T>(items: AsyncIterable<T>): AsyncGenerator<T[], void, undefined> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
