import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import {
  aside,
  below,
  defineGate,
  folderInput,
  hashFile,
  isJsonObject,
  jsonInput,
  orderedJson,
  plainPath,
  stableJson,
  type GateReport,
} from '@dpone/sdk';
import { z } from 'zod';
import { contractPage, marketplacePage } from '../bundle-pages.js';

const jsonObject = z.custom<object>(isJsonObject, 'an object is expected');

/** Reports on their way to the files. */
const reports = aside<{ readonly contract: GateReport; readonly marketplace: GateReport }>();

const input = z.strictObject({
  run_id: z.string().describe('The run that the bundle is for.'),
  source: z.string().describe('The source of its certification case.'),
  sink: z.string().describe('The sink of its certification case.'),
  strategy: z.string().describe('The load strategy of its certification case.'),
  rows_json: jsonInput(z.array(jsonObject), 'Rows to hold against the contract: a list of objects.'),
  contract_json: jsonInput(jsonObject, 'The data contract, as contract-check takes it.'),
  row_count: z.int().optional().describe('Rows of the certification case; as certification-run has it by default.'),
  artifact_dir: folderInput('test_artifacts/ops/evidence/latest'),
});

/** The checksum that a report's file will have. */
const checksum = (report: GateReport): string =>
  createHash('sha256')
    .update(`${stableJson(report)}\n`)
    .digest('hex');

/** Certification, data contract and marketplace as one piece of evidence. */
export const evidenceBundle = defineGate({
  summary: 'Bundle a certification case, a data contract and the marketplace into one piece of evidence',
  description:
    'Runs certification-run, contract-check and marketplace, and records their files with checksums. Red when one of them is.',
  input,
  folder: 'artifact_dir',
  artifact: 'ops_evidence_bundle',
  example: {
    run_id: 'run_1',
    source: 'postgres',
    sink: 'mssql',
    strategy: 'full_refresh',
    rows_json: '[{"id":1}]',
    contract_json: '{"required_columns":["id"]}',
    row_count: 10,
  },
  evaluate: async (given, ctx) => {
    const host = await ctx.host();
    // What can be refused comes before what writes.
    const contract = await host.runGate('contract-check', {
      rows_json: orderedJson(given.rows_json, 0),
      contract_json: orderedJson(given.contract_json, 0),
    });
    const marketplace = await host.runGate('marketplace', {});
    const certification = await host.runGate('certification-run', {
      source: given.source,
      sink: given.sink,
      strategy: given.strategy,
      ...(given.row_count === undefined ? {} : { row_count: given.row_count }),
      artifact_dir: given.artifact_dir,
    });
    const folder = plainPath(given.artifact_dir);
    const item = (name: string, file: string, sha256: string, { passed }: GateReport) => ({
      name,
      path: below(folder, file),
      sha256,
      required: true,
      passed,
    });
    const { sha256 } = await hashFile(resolve(ctx.cwd, given.artifact_dir, 'certification_report.json'));
    const items = [
      item('certification', 'certification_report.json', sha256, certification),
      item('data_contract', 'data_contract_report.json', checksum(contract), contract),
      item('marketplace', 'connector_marketplace.json', checksum(marketplace), marketplace),
    ];
    const blockers = items.filter(({ passed }) => !passed).map(({ name }) => `${name}.not_passed`);
    const report = {
      schema_version: 'dpone.ops.evidence_bundle.v1',
      run_id: given.run_id,
      passed: blockers.length === 0,
      blockers,
      items,
      artifact_dir: folder,
    };
    return reports.keep(report, { contract, marketplace });
  },
  files: (report) => {
    const { contract, marketplace } = reports.of(report);
    return [
      { path: 'data_contract_report.json', json: contract },
      { path: 'data_contract_report.md', text: contractPage(contract) },
      { path: 'connector_marketplace.json', json: marketplace },
      { path: 'connector_marketplace.md', text: marketplacePage(marketplace) },
    ];
  },
  view: {
    title: 'ops evidence bundle',
    facts: ['run_id', 'passed'],
    tables: [
      {
        of: 'items',
        columns: { evidence: 'name', required: 'required', status: 'passed', sha256: 'sha256', artifact: 'path' },
      },
    ],
    runbook: [
      'Open the file of the red row; its own page says what to do.',
      'Mend the data, the contract or the load, and make the bundle again: its checksums hold for one making only.',
    ],
  },
});
