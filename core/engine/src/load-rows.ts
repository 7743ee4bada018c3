import { fail, type LoadedRows, type LoadRowsOptions } from '@dpone/sdk';
import type { EngineHost } from './host.js';
import type { ProcessSpec } from './manifest/process-spec.js';
import type { RunOptions } from './options.js';
import { whereOf } from './plan/where.js';
import { runProcesses } from './run.js';
import { withSink } from './target-scope.js';

/**
 * Loads a file of rows (JSON Lines) into a process's target through the whole load protocol, as a process of its own:
 * the process's state does not move, and a file that was loaded once is not loaded again.
 */
export async function loadRows(
  host: EngineHost,
  spec: ProcessSpec,
  path: string,
  { existing }: LoadRowsOptions,
  options: Pick<RunOptions, 'signal'> = {},
): Promise<LoadedRows> {
  const { uniqueKey } = spec.sink.strategy;
  if (existing === 'replace' && uniqueKey.length === 0)
    throw fail(
      'DPONE_OPTION_CONFLICT',
      `${spec.name} has no unique_key by which rows of the target could be replaced`,
      {
        where: whereOf(spec, 'sink.strategy'),
        remedy: 'Set sink.strategy.unique_key, or keep what is there.',
      },
    );
  const strategy =
    existing === 'replace'
      ? { mode: 'incremental_merge', uniqueKey, options: {} }
      : { mode: 'incremental_append', uniqueKey, options: uniqueKey.length === 0 ? {} : { only_new_rows: true } };
  const { columns } = spec.source;
  const replay: ProcessSpec = {
    ...spec,
    name: `${spec.name}.replay`,
    source: {
      type: 'files',
      connection: null,
      options: { path, format: 'jsonl', sample_rows: -1 },
      cursor: { kind: 'new_files' },
      excludeColumns: [],
      ...(columns === undefined ? {} : { columns }),
    },
    sink: { ...spec.sink, strategy },
    dependsOn: [],
  };
  await refuseBytes(host, spec, options.signal);
  const { processes } = await runProcesses(host, [replay], options);
  const { run_id, load_id, passed, result, artifacts } = processes[0]!;
  return {
    process: spec.name,
    run_id,
    load_id,
    passed,
    rows_read: result.extracted_rows,
    rows_loaded: result.inserted_rows + result.updated_rows,
    rows_rejected: result.rejected_rows,
    quarantine: artifacts.quarantine,
    error: result.errors[0] === undefined ? null : `${result.errors[0].code}: ${result.errors[0].message}`,
  };
}

/** JSON has no bytes: what stands for them in a file of rows would be loaded as text, and nobody would see it. */
async function refuseBytes(host: EngineHost, spec: ProcessSpec, signal: AbortSignal | undefined): Promise<void> {
  const target = await withSink(host, spec, signal, (sink) => sink.inspect());
  const column = target.schema?.columns.find(({ type }) => type.kind === 'bytes');
  if (column !== undefined)
    throw fail('DPONE_CAPABILITY', `${column.name} of the target holds bytes, which a file of rows cannot carry`, {
      where: spec.manifest,
      remedy: 'Load these rows again from their source.',
    });
}
