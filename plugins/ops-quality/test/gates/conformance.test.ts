import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { GateDefinition } from '@dpone/sdk';
import { conformance, type Waiver } from '@dpone/testkit';
import * as quality from '@dpone/ops-quality';
import { json } from '../support/gate.js';

interface Scenario {
  readonly definition: unknown;
  readonly input: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly evidence?: readonly string[];
  readonly waivers?: readonly Waiver[];
}

const flagsOnly: Waiver[] = ['gate.broken-evidence-is-never-green', 'gate.survives-any-json'].map((behaviour) => ({
  behaviour,
  reason: 'What it judges is given by flags; it reads no file of evidence.',
}));

const quarantined: Pick<Scenario, 'files' | 'evidence' | 'input' | 'waivers'> = {
  files: {
    'q/r1.jsonl': `${json({ quarantine_id: '1', run_id: 'r1', load_id: 'l1', row: { id: 1 }, reason: 'x', diagnostics: {}, created_at: '2026-01-01T00:00:00+00:00' })}\n`,
  },
  evidence: ['q/r1.jsonl'],
  input: { dir: 'q', run_id: 'r1' },
  waivers: [
    {
      behaviour: 'gate.broken-evidence-is-never-green',
      reason:
        'A run that set nothing aside has no file: no rows are no fault. What is there and is no entry is refused.',
    },
  ],
};

const metrics = { metrics_json: json({ a: 1 }) };
const rows = json([{ id: 1, v: 2 }]);

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'contract-check': {
    definition: quality.contractCheck,
    input: { rows_json: rows, contract: 'contract.json' },
    files: { 'contract.json': json({ unique: ['id'] }) },
    evidence: ['contract.json'],
    waivers: [
      {
        behaviour: 'gate.broken-evidence-is-never-green',
        reason: 'A contract is asked of rows, it proves nothing: an empty one asks for nothing and is said to.',
      },
    ],
  },
  'quarantine-export': { definition: quality.quarantineExport, ...quarantined },
  'quarantine-replay': { definition: quality.quarantineReplay, ...quarantined },
  diff: {
    definition: quality.diff,
    input: { source_rows_json: rows, target_rows_json: rows, key: 'id' },
    waivers: flagsOnly,
  },
  reconcile: {
    definition: quality.reconcile,
    input: { source_rows_json: rows, target_rows_json: rows, key: 'id' },
    waivers: flagsOnly,
  },
  'slo-evaluate': {
    definition: quality.sloEvaluate,
    input: { ...metrics, objectives_json: json({ a: { max: 1 } }) },
    waivers: flagsOnly,
  },
  'benchmark-baseline': {
    definition: quality.benchmarkBaseline,
    input: { ...metrics, baseline_json: json({ a: 1 }) },
    waivers: flagsOnly,
  },
  'benchmark-slo-gate': {
    definition: quality.benchmarkSloGate,
    input: { ...metrics, baseline_json: json({ a: 1 }), objectives_json: json({ a: 1 }) },
    waivers: flagsOnly,
  },
  'performance-certification': {
    definition: quality.performanceCertification,
    input: { ...metrics, minimum_json: json({ a: 1 }) },
    waivers: flagsOnly,
  },
  'live-state-reconciliation': {
    definition: quality.liveStateReconciliation,
    input: { artifact: { state: 's.json', reconciliation: 'r.json' } },
    files: {
      's.json': json({ passed: true, state_backend: 'target' }),
      'r.json': json({ passed: true, delete_reconciliation: { passed: true } }),
    },
    evidence: ['s.json', 'r.json'],
  },
};

for (const [id, { definition, input, files = {}, evidence = [], waivers = [] }] of Object.entries(SCENARIOS))
  describe(`${id}, held against the kit`, () => {
    for (const c of conformance({
      kind: 'gate',
      id,
      definition: definition as GateDefinition,
      green: async ({ workdir }) => {
        for (const [path, text] of Object.entries(files)) {
          await mkdir(dirname(join(workdir, path)), { recursive: true });
          await writeFile(join(workdir, path), text);
        }
        return { input, evidence };
      },
      waivers,
    }))
      it(c.name, c.run);
  });
