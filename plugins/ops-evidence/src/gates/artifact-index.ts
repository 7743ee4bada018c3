import { resolve } from 'node:path';
import { defineGate, fail, folderInput, longList, plainPath } from '@dpone/sdk';
import { z } from 'zod';
import { isFolder } from '../find-artifacts.js';
import { inspectAll } from '../inspect-all.js';
import type { IndexedArtifact } from '../inspect-artifact.js';

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
    const folders: string[] = [];
    for (const folder of roots) if (await isFolder(resolve(ctx.cwd, folder))) folders.push(folder);
    if (folders.length === 0)
      throw fail('DPONE_INPUT_INVALID', `None of these folders exists: ${roots.join(', ')}.`, { where: '--root' });
    const red: string[] = [];
    let totalBytes = 0;
    const inspected = async function* (): AsyncGenerator<IndexedArtifact, void, undefined> {
      for await (const item of inspectAll(ctx.cwd, folders, [`${ARTIFACT}.json`, `${ARTIFACT}.md`])) {
        totalBytes += item.size_bytes;
        if (item.passed === false) red.push(`${item.path}.not_passed`);
        yield item;
      }
    };
    const items = await longList(inspected());
    const blockers = items.length === 0 ? ['artifacts.missing'] : red;
    return {
      schema_version: 'dpone.ops.artifact_index.v1',
      release: release ?? null,
      total_artifacts: items.length,
      total_bytes: totalBytes,
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
