import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chainHash, type GateDefinition } from '@dpone/sdk';
import { conformance } from '@dpone/testkit';
import * as gates from '@dpone/ops-certification';
import { hosted } from '../support/workspace.js';

const GREEN = '{"passed": true, "results": [{"case_id": "postgres_to_mssql__cdc", "passed": true}]}';
const LINK = {
  release: 'v1',
  artifact_index_hash: 'a'.repeat(64),
  previous_chain_hash: null,
  created_at: '2026-01-01T00:00:00+00:00',
};
const ENTRY = { ...LINK, chain_hash: chainHash(LINK), artifact_index_path: 'gone.json', verified: true };
const CHAIN = { entry_count: 1, latest_chain_hash: ENTRY.chain_hash, entries: [ENTRY] };
const NO_EVIDENCE = ['gate.broken-evidence-is-never-green', 'gate.survives-any-json'];

interface Scenario {
  readonly gate: unknown;
  readonly files?: Readonly<Record<string, string>>;
  readonly input: Readonly<Record<string, unknown>>;
  /** Why it reads no evidence. */
  readonly reads?: string;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'certification-suite': {
    gate: gates.certificationSuite,
    files: { 'c.json': GREEN, 'b.json': GREEN },
    input: { suite_id: 's', certification_report: 'c.json', benchmark_baseline: 'b.json' },
  },
  'certification-pack': {
    gate: gates.certificationPack,
    files: { 'c.json': GREEN, 'b.json': GREEN },
    input: { pack_id: 'p', artifact: { certification_report: 'c.json', b: 'b.json' } },
  },
  'certification-history': {
    gate: gates.certificationHistory,
    files: { 'c.json': GREEN, 'b.json': GREEN },
    input: { release: 'v1', current_report: 'c.json', previous_report: 'b.json' },
  },
  'connector-badges': {
    gate: gates.connectorBadges,
    files: { 'h.json': '{"releases": [{"release": "v1", "status": "passing", "passed": true}]}' },
    input: { history_index: 'h.json' },
  },
  'integration-matrix-report': {
    gate: gates.integrationMatrixReport,
    files: { 'a__behavior.json': '{"case_id": "a", "passed": true}' },
    input: { artifact_dir: '.', output_dir: 'out' },
  },
  'strategy-certification-bundle': {
    gate: gates.strategyCertificationBundle,
    files: { 'm.json': GREEN, 'r.json': '{"passed": true, "status": "executed"}' },
    input: { bundle_id: 'b', matrix_artifact: ['m.json'], replay_evidence: ['r.json'] },
  },
  'release-summary': {
    gate: gates.releaseSummary,
    files: {
      'm.json': GREEN,
      'c.json': GREEN,
      'chain/evidence_chain_index.json': JSON.stringify(CHAIN),
      'chain/v1__evidence_chain.json': JSON.stringify(ENTRY),
    },
    input: {
      release_id: 'v1',
      matrix_suite: 'm.json',
      connector_suite: 'c.json',
      replay_chain_dir: 'chain',
      matrix_chain_dir: 'chain',
      connector_chain_dir: 'chain',
    },
  },
  certify: {
    gate: gates.certify,
    files: { 'p.json': GREEN },
    input: { connector: ['postgres'], artifact: { postgres: 'p.json' } },
  },
  'certification-run': {
    gate: gates.certificationRun,
    input: { source: 'api', sink: 'kafka', strategy: 'replace', row_count: 3 },
    reads: 'It works out what has to be; what is measured is held against it in its own tests.',
  },
  marketplace: { gate: gates.marketplace, input: {}, reads: 'It shows the plugin registry.' },
  'strategy-certification-artifact': {
    gate: gates.strategyCertificationArtifact,
    input: {},
    reads: 'It shows the plugin registry.',
  },
  'certification-automation-plan': {
    gate: gates.certificationAutomationPlan,
    input: {},
    reads: 'A plan reads nothing.',
  },
  'live-certification-plan': { gate: gates.liveCertificationPlan, input: {}, reads: 'A plan reads nothing.' },
};

for (const [id, { gate, files = {}, input, reads }] of Object.entries(SCENARIOS))
  describe(`${id}, as every gate`, () => {
    for (const c of conformance({
      kind: 'gate',
      id,
      definition: hosted(gate as GateDefinition),
      green: async ({ workdir }) => {
        for (const [path, text] of Object.entries(files)) {
          await mkdir(join(workdir, dirname(path)), { recursive: true });
          await writeFile(join(workdir, path), text);
        }
        return { input, evidence: Object.keys(files) };
      },
      waivers: reads === undefined ? [] : NO_EVIDENCE.map((behaviour) => ({ behaviour, reason: reads })),
    }))
      it(c.name, c.run);
  });
