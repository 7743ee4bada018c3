import { flagsOf, writeEvidence } from './arguments.js';
import { runTests } from './tests.js';

/** What the evidence of each domain stands on: tests of this repository that are about it. */
const DOMAINS: Readonly<Record<string, readonly string[]>> = {
  cdc: ['plugins/connector-postgres/.test-dist/cdc.test.js', 'plugins/connector-postgres/.test-dist/cdc-run.test.js'],
  correctness: ['test/.test-dist/matrix/cases.test.js', 'test/.test-dist/fidelity/refusals.test.js'],
  reliability: ['test/.test-dist/crash/two-runs-at-once.test.js', 'core/engine/.test-dist/load/protocol.test.js'],
  schema_evolution: ['core/engine/.test-dist/plan/evolve.test.js', 'core/engine/.test-dist/plan/columns.test.js'],
  ux: ['core/cli/.test-dist/commands.test.js', 'core/cli/.test-dist/terminal.test.js'],
  governance: [
    'plugins/ops-quality/.test-dist/contract/contract-check.test.js',
    'plugins/ops-release/.test-dist/gates/records.test.js',
  ],
  security: [
    'plugins/ops-release/.test-dist/gates/security-audit.test.js',
    'core/engine/.test-dist/manifest/secrets.test.js',
    'test/.test-dist/install/refused-install.test.js',
  ],
  docs: ['links', 'errors', 'specs'].map((name) => `test/.test-dist/docs/${name}.test.js`),
};

/** `npm run certify:domains`: runs the tests of the domains that are named, and writes `<domain>.json` of each. */
const { 'output-dir': folder, domains } = flagsOf({
  'output-dir': 'test_artifacts/domains',
  domains: Object.keys(DOMAINS).join(','),
});
const named = domains.split(',').flatMap((name) => name.trim() || []);
const stray = named.find((name) => !(name in DOMAINS));
if (stray !== undefined || named.length === 0) {
  process.stderr.write(`There is no domain ${stray ?? ''}; there are: ${Object.keys(DOMAINS).join(', ')}.\n`);
  process.exit(2);
}
const { counts } = await runTests(named.flatMap((name) => DOMAINS[name]!));
for (const name of named) {
  const tests = DOMAINS[name]!.map((file) => ({ file, ...counts.get(file)! }));
  const total = (key: 'passed' | 'failed' | 'skipped'): number => tests.reduce((sum, one) => sum + one[key], 0);
  // A file whose tests were all left out proved nothing.
  const empty = tests.filter(({ passed }) => passed === 0).map(({ file }) => `no_test_passed:${file}`);
  const blockers = [...(total('failed') > 0 ? [`${name}.not_passed`] : []), ...empty];
  await writeEvidence(folder, `${name}.json`, {
    schema_version: 'dpone.domain_evidence.v1',
    domain: name,
    passed: blockers.length === 0,
    blockers,
    summary: `${total('passed')} tests passed, ${total('failed')} failed, ${total('skipped')} left out`,
    tests,
  });
}
