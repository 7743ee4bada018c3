import { below, defineGate, folderInput, plainPath } from '@dpone/sdk';
import { z } from 'zod';
import { strategyMatrix } from '../strategy-matrix.js';

const ARTIFACT = 'strategy_certification_matrix';

const input = z.strictObject({ artifact_dir: folderInput('test_artifacts/strategies') });

/** Which strategies are certified how, between which systems. */
export const strategyCertificationArtifact = defineGate({
  summary: 'Write the matrix of sources, sinks and strategies with how each is certified',
  description: 'Made from the plugin registry and the systems that dpone is written for. Judges nothing.',
  input,
  folder: 'artifact_dir',
  artifact: ARTIFACT,
  format: 'text',
  example: { artifact_dir: 'test_artifacts/strategies' },
  evaluate: async ({ artifact_dir }, ctx) => {
    const folder = plainPath(artifact_dir);
    return {
      schema_version: 'dpone.strategy.certification_matrix.v1',
      passed: true,
      blockers: [],
      entries: strategyMatrix((await ctx.host()).plugins()),
      json_path: below(folder, `${ARTIFACT}.json`),
      markdown_path: below(folder, `${ARTIFACT}.md`),
    };
  },
  artifactJson: ({ schema_version, entries }) => ({ schema_version, entries }),
  stdout: ({ json_path, markdown_path }) => ({ json_path, markdown_path }),
  text: ({ json_path, markdown_path }) => `json_path: ${json_path}\nmarkdown_path: ${markdown_path}`,
  view: {
    title: 'strategy certification matrix',
    facts: [],
    tables: [
      {
        of: 'entries',
        columns: {
          source: 'source_type',
          sink: 'sink_type',
          strategy: 'strategy_mode',
          status: 'status',
          'fast path': 'native_fast_path',
          evidence: 'required_evidence',
        },
      },
    ],
  },
});
