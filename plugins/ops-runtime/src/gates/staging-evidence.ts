import { resolve } from 'node:path';
import { below, defineGate, folderInput, NO_FILE, plainPath, readArtifact } from '@dpone/sdk';
import { z } from 'zod';
import { tableInput } from '../safe-input.js';
import { loadHint, STAGING_SINKS } from '../staging/load-hint.js';
import { judgeStaging } from '../staging/staging-manifest.js';

const input = z.strictObject({
  manifest: z.string().describe('The staging manifest: JSON with the staged objects, their checksums and sizes.'),
  sink: z.enum(STAGING_SINKS).describe('The system that will load them.'),
  target_table: tableInput('The table that they are for.'),
  output_dir: folderInput('.dpone/staging-evidence/latest', 'Where the evidence is written.'),
});

const ARTIFACT = 'staging_evidence';

/** Whether what is staged in object storage is whole, and how the target would load it. */
export const stagingEvidence = defineGate({
  summary: 'Check a staging manifest and show how the target would load it',
  description:
    'Red when the manifest is missing or unreadable, names no objects, has an object without address, checksum or size, or declares figures that its objects do not add up to. Reads the manifest alone, not the objects.',
  input,
  artifact: ARTIFACT,
  example: { manifest: 'staging/manifest.json', sink: 'clickhouse', target_table: 'landing.orders' },
  evaluate: async ({ manifest, sink, target_table, output_dir }, { cwd }) => {
    const artifact = await readArtifact(resolve(cwd, manifest));
    const staged = judgeStaging(artifact.state === 'json' ? artifact.value : undefined);
    const output = plainPath(output_dir);
    return {
      schema_version: 'dpone.ops.staging_evidence.v1',
      passed: staged.blockers.length === 0,
      sink,
      target_table,
      object_count: staged.objectCount,
      total_size_bytes: staged.totalBytes,
      native_load_hint: loadHint(sink, { table: target_table, uris: staged.uris, format: staged.format }),
      blockers: staged.blockers,
      manifest_path: plainPath(manifest),
      manifest_sha256: artifact.state === 'missing' ? NO_FILE : (artifact.sha256 ?? NO_FILE),
      file_format: staged.format,
      json_path: below(output, `${ARTIFACT}.json`),
      markdown_path: below(output, `${ARTIFACT}.md`),
      output_dir: output,
    };
  },
  view: {
    title: 'staging evidence',
    facts: ['passed', 'sink', 'target_table', 'object_count', 'total_size_bytes', 'file_format', 'manifest_sha256'],
    sections: ({ native_load_hint }) => [{ heading: 'Loading by hand', code: native_load_hint }],
    runbook: [
      'manifest.invalid_or_missing, manifest.objects.empty: the export did not end. Stage again.',
      'manifest.objects[n]: this object is not fully described. Have the exporter write its address, SHA-256 and size.',
      'manifest.object_count.mismatch, manifest.total_size_bytes.mismatch: objects are missing from the list, or too many are in it. Do not load before both agree.',
      'Compare checksums with the objects in the bucket before you load by hand; check the rows of the target afterwards.',
    ],
  },
});
