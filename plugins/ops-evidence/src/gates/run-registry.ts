import { resolve } from 'node:path';
import {
  artifactsInput,
  below,
  blockerOf,
  collectEvidence,
  defineGate,
  fail,
  folderInput,
  isJsonObject,
  isoTimestamp,
  plainPath,
  policyBlockers,
  policyInput,
  readArtifact,
  readPolicy,
  silentNames,
  stableJson,
  summaryOf,
  type JsonObject,
} from '@dpone/sdk';
import { z } from 'zod';
import { readRunResult, type RunResultFile } from '../run-result/read-run-result.js';
import { runFacts, UNKNOWN_RUN } from '../run-result/run-facts.js';

const INDEX = 'run_registry_index.json';
const SUMMARY = ['status', 'blockers', 'violations', 'findings', 'results', 'checks', 'items'];

const input = z.strictObject({
  run_result: z
    .string()
    .describe(
      'What dpone run --format json has printed; also the folder .dpone/runs/RUN_ID, a load package, or dpone history --format json.',
    ),
  artifact: artifactsInput('Evidence that belongs to the run, NAME=PATH; repeatable.'),
  policy: policyInput,
  output_dir: folderInput('.dpone/run-registry', 'Where the registry is kept.'),
});

/** A run with its evidence as an entry that stays, and the index of all of them. */
export const runRegistry = defineGate({
  summary: 'Record a run with its evidence in the registry',
  description:
    'An entry is written once: recording the same run with the same evidence again changes nothing, with other evidence it is refused. Red when the run or a piece of its evidence is.',
  input,
  serial: true,
  example: { run_result: 'run_result.json', artifact: { quality: 'quality.json' } },
  evaluate: async (given, ctx) => {
    const policy = await readPolicy(given.policy, ctx.cwd);
    const run = await readRunResult(ctx.cwd, given.run_result);
    const facts = runFacts(run.value);
    const evidence = await collectEvidence(ctx.cwd, given.artifact, []);
    const blockers = [
      ...runBlockers(run, facts.passed),
      ...evidence.flatMap((item) => (item.passed ? [] : [`artifact.${blockerOf(item)}`])),
      ...(await policyBlockers(policy, evidence, [], ctx.cwd)),
    ];
    const folder = plainPath(given.output_dir);
    const names = fileNames(facts.runId, given.run_result);
    const report = {
      schema_version: 'dpone.ops.run_registry.v1',
      run_id: facts.runId,
      process: facts.process,
      manifest: facts.manifest,
      status: run.state === 'json' ? facts.status : 'missing',
      passed: blockers.length === 0,
      blockers,
      warnings: [...(run.silent ? ['run_result.no_verdict'] : []), ...silentNames(evidence)],
      recorded_at: isoTimestamp(ctx.clock.now()),
      run_result_path: run.path,
      run_result_sha256: run.sha256,
      processes: facts.processes,
      datasets: facts.datasets,
      artifact_count: evidence.length,
      artifacts: evidence.map((item) => ({
        name: item.name,
        path: item.path,
        sha256: item.sha256,
        passed: item.passed,
        summary: summaryOf(item, SUMMARY),
      })),
      output_dir: folder,
      entry_path: below(folder, names.entry),
      markdown_path: below(folder, names.page),
      index_path: below(folder, INDEX),
    };
    const first = await firstRecorded(resolve(ctx.cwd, given.output_dir, names.entry), report);
    return { ...report, recorded_at: first ?? report.recorded_at };
  },
  artifactName: ({ run_id }) => `${run_id}__run_registry`,
  files: async (report, { output_dir }, _page, ctx) => {
    const earlier = await earlierRuns(resolve(ctx.cwd, output_dir, INDEX), report.run_id);
    const runs = [...earlier, report];
    return [{ path: INDEX, json: { generated_at: report.recorded_at, run_count: runs.length, runs } }];
  },
  view: {
    title: 'run registry',
    facts: ['run_id', 'process', 'manifest', 'status', 'passed', 'recorded_at', 'run_result_sha256'],
    sections: (report) => [
      {
        head: ['artifact', 'status', 'sha256', 'summary', 'path'],
        rows: [
          ['run_result', report.passed, report.run_result_sha256, report.status, report.run_result_path],
          ...report.artifacts.map((item) => [item.name, item.passed, item.sha256, item.summary, item.path]),
        ],
      },
    ],
    runbook: [
      'A missing or unreadable run result: run again with --format json, and record what that prints.',
      'A red run: read its errors, mend the cause and run again; the new run gets an entry of its own.',
      'A red piece of evidence: open it; what it says has its own way out.',
      'Refused because the entry says something else: find out which of the two files was changed after the run.',
    ],
  },
});

function runBlockers(run: RunResultFile, passed: boolean): string[] {
  if (run.state === 'missing') return ['run_result.missing'];
  if (run.state === 'invalid') return ['run_result.invalid_json'];
  return run.red || !passed ? ['run_result.not_passed'] : [];
}

/** Names of the entry's files. The id is theirs as it is: one that leads elsewhere is refused. */
function fileNames(runId: string, where: string): { readonly entry: string; readonly page: string } {
  const leadsElsewhere = /[/\\]/.test(runId) || /\p{Cc}/u.test(runId) || runId.startsWith('.');
  if (leadsElsewhere || runId.length > 200)
    throw fail('DPONE_INPUT_INVALID', 'The run_id of this run cannot be a file name.', { where });
  return { entry: `${runId}__run_registry.json`, page: `${runId}__run_registry.md` };
}

/** What makes two entries the same: the same run with the same evidence and the same verdict. */
const identity = (entry: JsonObject): string =>
  stableJson([
    entry['run_result_sha256'],
    entry['passed'],
    entry['blockers'],
    Array.isArray(entry['artifacts'])
      ? (entry['artifacts'] as unknown[]).filter(isJsonObject).map(({ name, sha256 }) => [name, sha256])
      : null,
  ]);

/** When the run was first recorded; undefined where it was not. Refuses to replace an entry by another. */
async function firstRecorded(path: string, report: { readonly run_id: string }): Promise<string | undefined> {
  const artifact = await readArtifact(path);
  // Runs without an id have nothing that an entry could be kept under.
  if (artifact.state === 'missing' || report.run_id === UNKNOWN_RUN) return undefined;
  const entry = artifact.state === 'json' && isJsonObject(artifact.value) ? artifact.value : undefined;
  const { recorded_at: when } = entry ?? {};
  if (entry !== undefined && identity(entry) === identity(report) && typeof when === 'string') return when;
  throw fail('DPONE_FILE_EXISTS', `Run ${report.run_id} is recorded already, with other evidence.`, {
    where: path,
    remedy: 'Record a run of several processes as a whole (.dpone/runs/RUN_ID), or use another --output-dir.',
  });
}

/** Other runs of the index, in their order. */
async function earlierRuns(path: string, runId: string): Promise<readonly JsonObject[]> {
  const index = await readArtifact(path);
  if (index.state === 'missing') return [];
  const runs = index.state === 'json' && isJsonObject(index.value) ? index.value['runs'] : undefined;
  if (!Array.isArray(runs) || !(runs as unknown[]).every(isJsonObject))
    throw fail('DPONE_INPUT_INVALID', 'The index of the registry cannot be read; nothing is added to it.', {
      where: path,
    });
  return (runs as JsonObject[]).filter((run) => run['run_id'] !== runId);
}
