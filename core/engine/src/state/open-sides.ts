import type { Sink } from '@dpone/sdk';
import type { EngineHost } from '../host.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import type { OpenProcess } from '../plan/open-process.js';
import { stateAccess, type StateAccess } from '../plan/state-access.js';
import { withSink } from '../target-scope.js';

/** A process whose target and state are open. */
export interface OpenSides {
  readonly host: EngineHost;
  readonly spec: ProcessSpec;
  readonly sink: Sink;
  readonly open: OpenProcess;
  readonly access: StateAccess;
}

export async function withState<T>(
  host: EngineHost,
  spec: ProcessSpec,
  signal: AbortSignal | undefined,
  use: (sides: OpenSides) => Promise<T>,
): Promise<T> {
  return withSink(host, spec, signal, async (sink, open) =>
    use({ host, spec, sink, open, access: await stateAccess(open, sink) }),
  );
}
