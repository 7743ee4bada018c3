import { below, defineGate, folderInput, isoTimestamp, plainPath } from '@dpone/sdk';
import { z } from 'zod';
import { datasetsInput } from '../datasets.js';
import { facet, runEvent, type EventType } from '@dpone/sdk/observability';
import { readRegistryEntry, textOr } from '../registry-entry.js';

const input = z.strictObject({
  run_registry_entry: z.string().describe('The entry that `dpone ops run-registry` wrote.'),
  namespace: z.string().default('dpone.local').describe('The namespace of the job.'),
  input: datasetsInput(
    'A dataset that was read, NAMESPACE=NAME; repeatable. What the entry says of the run by default.',
  ),
  output: datasetsInput(
    'A dataset that was written, NAMESPACE=NAME; repeatable. What the entry says of the run by default.',
  ),
  event_type: z
    .enum(['auto', 'START', 'COMPLETE', 'FAIL'])
    .default('auto')
    .describe('auto: COMPLETE where the run passed, else FAIL.'),
  output_dir: folderInput('.dpone/lineage/latest'),
});

/** One OpenLineage event of a run, from its registry entry. */
export const lineageExport = defineGate({
  summary: 'Write an OpenLineage event for a run',
  description: 'Red when the entry is missing, broken or red; the event is written all the same and says FAIL.',
  input,
  example: {
    run_registry_entry: '.dpone/run-registry/run_01__run_registry.json',
    namespace: 'prod',
    input: ['postgres=public.orders'],
    output: ['mssql=landing.orders'],
  },
  evaluate: async (given, ctx) => {
    const entry = await readRegistryEntry(ctx.cwd, given.run_registry_entry);
    const { value, runId } = entry;
    const type: EventType = given.event_type === 'auto' ? (entry.passed ? 'COMPLETE' : 'FAIL') : given.event_type;
    const folder = plainPath(given.output_dir);
    const inputs = given.input.length > 0 ? given.input : entry.datasets.inputs;
    const outputs = given.output.length > 0 ? given.output : entry.datasets.outputs;
    const event = runEvent({
      type,
      time: isoTimestamp(ctx.clock.now()),
      runId,
      runFacets: {
        dpone_run: facet('RunFacet', {
          status: textOr(value['status'], 'unknown'),
          passed: entry.passed,
          manifest: textOr(value['manifest'], 'unknown'),
          run_result_sha256: textOr(value['run_result_sha256'], 'unknown'),
          run_registry_entry_sha256: entry.sha256,
        }),
        dpone_artifacts: facet('RunFacet', { artifacts: Array.isArray(value['artifacts']) ? value['artifacts'] : [] }),
      },
      job: {
        namespace: given.namespace,
        name: entry.process,
        facets: {
          sourceCodeLocation: facet('JobFacet', {
            type: 'git',
            url: `file:${encodeURI(textOr(value['manifest'], 'unknown'))}`,
          }),
        },
      },
      inputs,
      outputs,
    });
    const file = `${runId}__openlineage`;
    return {
      schema_version: 'dpone.ops.lineage_export.v1',
      run_id: runId,
      job_name: entry.process,
      event_type: type,
      passed: entry.passed,
      blockers: entry.blockers,
      dataset_count: inputs.length + outputs.length,
      event_path: below(folder, `${file}.json`),
      markdown_path: below(folder, `${file}.md`),
      output_dir: folder,
      event,
    };
  },
  artifactName: ({ run_id }) => `${run_id}__openlineage`,
  artifactJson: ({ event }) => event,
  stdout: ({ event: _event, ...report }) => report,
  view: {
    title: 'OpenLineage export',
    facts: ['run_id', 'job_name', 'event_type', 'passed', 'dataset_count', 'event_path'],
    sections: ({ event }) => [
      {
        heading: 'Datasets',
        head: ['direction', 'namespace', 'name'],
        rows: [
          ...event.inputs.map(({ namespace, name }) => ['input', namespace, name]),
          ...event.outputs.map(({ namespace, name }) => ['output', namespace, name]),
        ],
      },
    ],
    runbook: [
      'run_registry.missing or run_registry.invalid_json: write the entry again with dpone ops run-registry.',
      'run_registry.not_passed: mend the run first; an event that says COMPLETE for a failed run misleads every reader of the catalog.',
      'Name what was read and written with --input and --output where the catalog shows no datasets.',
      'Keep the JSON file: it can be sent to a collector later, as often as needed.',
    ],
  },
});
