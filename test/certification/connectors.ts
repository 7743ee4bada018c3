import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { flagsOf, writeEvidence } from './arguments.js';
import { ROOT } from './shell.js';
import { runTests } from './tests.js';

/**
 * `npm run certify:connectors`: holds every connector of this repository against the kit, and writes
 * `<connector>.json` of each and `connector_certification.json` of all. A connector whose server is not here is left
 * out of the report, unless --connectors names it.
 */
const { 'output-dir': folder, connectors } = flagsOf({ 'output-dir': 'test_artifacts/connectors', connectors: '' });
const named = connectors.split(',').flatMap((name) => name.trim() || []);

const known = new Map(
  readdirSync(join(ROOT, 'plugins'))
    .filter((name) => name.startsWith('connector-'))
    .map((name) => [name.slice('connector-'.length), conformanceOf(name)] as const),
);
const stray = named.find((name) => !known.has(name));
if (stray !== undefined) {
  process.stderr.write(`There is no connector ${stray}; there are: ${[...known.keys()].join(', ')}.\n`);
  process.exit(2);
}
const chosen = [...known].filter(([name]) => named.length === 0 || named.includes(name));
const { counts } = await runTests(chosen.flatMap(([, files]) => files));
const results = chosen.map(([name, files]) => {
  const total = (key: 'passed' | 'failed' | 'skipped'): number =>
    files.reduce((sum, file) => sum + counts.get(file)![key], 0);
  const tests = { passed: total('passed'), failed: total('failed'), skipped: total('skipped') };
  return { connector: name, case_id: name, passed: tests.failed === 0 && tests.passed > 0, tests };
});
const isAbsent = ({ connector, tests }: (typeof results)[number]): boolean =>
  tests.passed + tests.failed === 0 && !named.includes(connector);
const judged = results.filter((one) => !isAbsent(one));
for (const one of judged)
  await writeEvidence(folder, `${one.connector}.json`, {
    schema_version: 'dpone.connector_evidence.v1',
    ...one,
    blockers: one.passed ? [] : [`${one.connector}.not_passed`],
    summary: `${one.tests.passed} behaviours of the kit passed, ${one.tests.failed} failed`,
  });
const blockers = judged.filter(({ passed }) => !passed).map(({ connector }) => `${connector}.not_passed`);
await writeEvidence(folder, 'connector_certification.json', {
  schema_version: 'dpone.connector_certification.v1',
  passed: judged.length > 0 && blockers.length === 0,
  blockers: judged.length === 0 ? ['connectors.empty'] : blockers,
  summary: `${judged.length} connectors, ${blockers.length} of them red`,
  connectors: Object.fromEntries(judged.map((one) => [one.connector, one])),
  results: judged,
  left_out: results.filter(isAbsent).map(({ connector }) => connector),
});

/** The compiled tests that hold a connector against the kit. */
function conformanceOf(plugin: string): string[] {
  const tests = join(ROOT, 'plugins', plugin, '.test-dist');
  const names = existsSync(tests) ? readdirSync(tests, { recursive: true, encoding: 'utf8' }) : [];
  return names
    .filter((name) => /(^|\/)conformance[\w-]*\.test\.js$/.test(name))
    .sort()
    .map((name) => `plugins/${plugin}/.test-dist/${name}`);
}
