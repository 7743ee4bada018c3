import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { flagsOf } from './arguments.js';
import { execute, ROOT } from './shell.js';
import { runTests } from './tests.js';

/** What each check stands on: the tests of this repository that are about it. */
const TESTS: Readonly<Record<string, readonly string[]>> = {
  cli_commands: ['core/cli/.test-dist/host.test.js', 'plugins/ops-release/.test-dist/command-line.test.js'],
  run_cli: ['core/cli/.test-dist/commands.test.js'],
  // The reference system's name for the interface that programs call.
  run_python_api: ['core/cli/.test-dist/api.test.js'],
  hierarchical_lineage: ['test/.test-dist/integration/hierarchical-lineage.test.js'],
  contracts_guardrails: [
    'plugins/ops-quality/.test-dist/contract/contract-check.test.js',
    'core/engine/.test-dist/load/quality.test.js',
  ],
  documentation: ['links', 'errors', 'specs'].map((name) => `test/.test-dist/docs/${name}.test.js`),
  package: ['test/.test-dist/packages/published.test.js', 'test/.test-dist/install/published-install.test.js'],
};

/**
 * `npm run certify:checklist`: runs the tests that each check of a release stands on, and hands what they came to to
 * `dpone ops pre-release-checklist`. The check of the matrix is the verdict of its report. Ends as that command does.
 */
const {
  'output-dir': folder,
  release,
  'release-type': type,
  matrix,
} = flagsOf({
  'output-dir': 'test_artifacts/live_certification/pre-release',
  release: 'live',
  'release-type': 'minor',
  matrix: 'test_artifacts/live_certification/matrix/certification_report.json',
});
// Tests that take a minute each run where they are asked for.
process.env['DPONE_RUN_INTEGRATION'] = '1';
const { counts } = await runTests(Object.values(TESTS).flat());
const isGreen = (file: string): boolean => counts.get(file)!.passed > 0 && counts.get(file)!.failed === 0;
const verdicts: Record<string, boolean> = {
  ...Object.fromEntries(Object.entries(TESTS).map(([check, files]) => [check, files.every(isGreen)])),
  source_sink_matrix: isPassed(matrix),
};
const { code } = await execute([
  process.execPath,
  join(ROOT, 'core/cli/bin/dpone.js'),
  'ops',
  'pre-release-checklist',
  `--release=${release}`,
  `--release-type=${type}`,
  `--output-dir=${folder}`,
  ...Object.entries(verdicts).flatMap(([check, passed]) => ['--check', `${check}=${passed}`]),
]);
process.exitCode = code;

function isPassed(path: string): boolean {
  if (!existsSync(path)) return false;
  return (JSON.parse(readFileSync(path, 'utf8')) as { passed?: unknown }).passed === true;
}
