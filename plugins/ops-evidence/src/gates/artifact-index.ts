import { byName, defineGate, fail, folderInput, plainPath } from '@dpone/sdk';
import { z } from 'zod';
import { findArtifacts } from '../find-artifacts.js';
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
    let found = 0;
    for (const folder of roots) {
      const files = await findArtifacts(ctx.cwd, folder, [`${ARTIFACT}.json`, `${ARTIFACT}.md`]);
      if (files === null) continue;
      found += 1;
      for (const file of files) items.push(await inspectArtifact(ctx.cwd, folder, file));
    }
    if (found === 0)
      throw fail('DPONE_INPUT_INVALID', `None of these folders exists: ${roots.join(', ')}.`, { where: '--root' });
    items.sort((a, b) => byName(a.path, b.path));
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
