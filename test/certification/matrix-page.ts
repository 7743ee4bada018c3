import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { atomicWrite, isJsonObject } from '@dpone/sdk';
import { flagsOf } from './arguments.js';
import { ROOT } from './shell.js';

interface Case {
  readonly source: string;
  readonly sink: string;
  readonly strategy: string;
  readonly passed: boolean;
}

/**
 * `npm run certify:page`: keeps what a run of the matrix came to for the pages of the connectors (`npm run generate`).
 * Refuses a run that loaded nothing for real.
 */
const { run } = flagsOf({ run: 'test_artifacts/live_certification/matrix/matrix_run.json' });
const record: unknown = JSON.parse(readFileSync(run, 'utf8'));
const REAL: readonly unknown[] = ['real_local', 'vendor_live'];
if (!isJsonObject(record) || !REAL.includes(record['run_mode'])) {
  process.stderr.write(`${run} is no record of real loads; run: npm run certify\n`);
  process.exit(2);
}
const cases = (record['cases'] as unknown as readonly Case[]).map(({ source, sink, strategy, passed }) => ({
  source,
  sink,
  strategy,
  passed,
}));
const kept = {
  generated: 'npm run certify:page, from a real run of the matrix',
  run_mode: record['run_mode'],
  configured_row_count: record['configured_row_count'],
  cases,
};
await atomicWrite(join(ROOT, 'docs/certification/matrix.json'), `${JSON.stringify(kept, null, 2)}\n`);
