import { defineGate, folderInput, isoTimestamp } from '@dpone/sdk';
import { z } from 'zod';
import { PACKAGES, packageFile } from '../packages/load-package.js';
import { nameInput } from '../safe-input.js';

const input = z.strictObject({
  dir: folderInput(PACKAGES, 'The folder of the load packages.'),
  run_id: nameInput('The run that the load belongs to.'),
  target: nameInput('The table that is loaded.'),
  chunk_id: nameInput('The part of the data, where a run loads several.').optional(),
});

/** Opens a load package: the id under which a load outside of dpone is recorded. */
export const packageStart = defineGate({
  summary: 'Open a load package and print its load id',
  description:
    'Writes `<load id>.json` with status `started`. State may be taken from a package only once it is committed.',
  input,
  folder: 'dir',
  example: { run_id: '01J00000000000000000000000', target: 'landing.orders', chunk_id: 'business_date=2026-06-01' },
  evaluate: ({ run_id, target, chunk_id }, ctx) => {
    const now = isoTimestamp(ctx.clock.now());
    return {
      run_id,
      load_id: ctx.newId(),
      target,
      chunk_id: chunk_id ?? null,
      status: 'started',
      started_at: now,
      updated_at: now,
      rows_staged: 0,
      rows_loaded: 0,
      artifact_uri: null,
      state_after: {},
      error: null,
      schema_version: 'dpone.ops.load_package.v1',
      passed: true,
      blockers: [],
    };
  },
  files: (report) => [{ path: `${report.load_id}.json`, exclusive: true, json: packageFile(report) }],
  view: {
    title: 'load package',
    facts: ['run_id', 'load_id', 'target', 'chunk_id', 'status', 'started_at'],
    runbook: [
      'Load the data under this load id.',
      'Check what was loaded, then close the package: dpone ops package-commit --load-id <load id> --rows-loaded <rows>.',
      'Where the load failed, leave the package: dpone ops recovery-plan names it until somebody has dealt with it.',
    ],
  },
});
