import { kafkaMissing, clickhouseMissing, mssqlMissing, registryMissing, s3Missing } from '@dpone/test-services';
import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { flagsOf, writeEvidence } from './arguments.js';
import { runTests } from './tests.js';

/** A service, why it is not here, and the tests that use it for real: by its own client, by its connector. */
interface Marker {
  readonly missing: () => string | undefined | Promise<string | undefined>;
  readonly tests: readonly string[];
}

const conformance = (connector: string, file: string): string =>
  `plugins/connector-${connector}/.test-dist/${file}.test.js`;

const MARKERS: Readonly<Record<string, Marker>> = {
  postgres: { missing: () => undefined, tests: [conformance('postgres', 'conformance-source')] },
  mssql: { missing: mssqlMissing, tests: [conformance('mssql', 'conformance-source')] },
  clickhouse: { missing: clickhouseMissing, tests: [conformance('clickhouse', 'conformance-source')] },
  kafka: { missing: kafkaMissing, tests: [conformance('kafka', 'conformance-source')] },
  'schema-registry': { missing: registryMissing, tests: [conformance('kafka', 'registry')] },
  minio: { missing: s3Missing, tests: [conformance('s3', 'conformance')] },
};

/**
 * `npm run certify:markers`: runs the tests of every service that is here, and says of each what they came to. A service
 * that is named by --require must be here; without it, what is not here is left out, and said.
 */
const { 'output-dir': folder, require } = flagsOf({ 'output-dir': 'test_artifacts/live_certification', require: '' });
const required = require.split(',').flatMap((name) => name.trim() || []);
const stray = required.find((name) => !(name in MARKERS));
if (stray !== undefined) {
  process.stderr.write(`There is no service ${stray}; there are: ${Object.keys(MARKERS).join(', ')}.\n`);
  process.exit(2);
}
const missing = new Map<string, string>();
for (const [name, marker] of Object.entries(MARKERS)) {
  const why = await marker.missing();
  if (why !== undefined) missing.set(name, why);
}
const here = Object.entries(MARKERS).filter(([name]) => !missing.has(name));
const { counts, junit } = await runTests(here.flatMap(([, { tests }]) => tests));
await mkdir(folder, { recursive: true });
writeFileSync(join(folder, 'local_service_markers_junit.xml'), junit);
const services = here.map(([name, { tests }]) => {
  const [passed, failed, skipped] = (['passed', 'failed', 'skipped'] as const).map((key) =>
    tests.reduce((sum, test) => sum + counts.get(test)![key], 0),
  );
  return { service: name, passed: failed === 0 && passed! > 0, tests: { passed, failed, skipped } };
});
const blockers = [
  ...services.filter(({ passed }) => !passed).map(({ service }) => `${service}.not_passed`),
  ...required.filter((name) => missing.has(name)).map((name) => `${name}.missing`),
];
const total = services.reduce((sum, { tests }) => sum + (tests.passed ?? 0), 0);
await writeEvidence(folder, 'service_markers.json', {
  schema_version: 'dpone.service_markers.v1',
  passed: blockers.length === 0 && services.length > 0,
  blockers,
  summary: `${total} tests of ${services.length} services passed; ${missing.size} services are not here`,
  services,
  left_out: [...missing].map(([service, reason]) => ({ service, reason })),
});
