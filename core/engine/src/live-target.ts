import type { LiveTarget } from '@dpone/sdk';
import type { EngineHost } from './host.js';
import type { ProcessSpec } from './manifest/process-spec.js';
import type { RunOptions } from './options.js';
import { targetName } from './plan/program.js';
import { rollbackLoad } from './rollback/rollback-load.js';
import { withSink } from './target-scope.js';

/** Opens a process's target for operations that are no loads, and closes it when `use` ends. */
export async function withTarget<T>(
  host: EngineHost,
  spec: ProcessSpec,
  use: (target: LiveTarget) => Promise<T>,
  options: Pick<RunOptions, 'signal'> = {},
): Promise<T> {
  return withSink(host, spec, options.signal, (sink, open) =>
    use({
      process: spec.name,
      system: spec.sink.type,
      table: targetName(spec.sink.table),
      receipt: (loadId) => sink.receipt(loadId),
      history: (limit) => sink.history(limit),
      openLoads: () => sink.openLoads(),
      rollback: (loadId, { yes }) => rollbackLoad({ host, spec, sink, open }, loadId, { ...options, yes }),
    }),
  );
}
