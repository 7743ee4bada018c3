import type { Sink } from '@dpone/sdk';
import type { EngineHost } from './host.js';
import type { ProcessSpec } from './manifest/process-spec.js';
import { openProcess, type OpenProcess } from './plan/open-process.js';

/** Opens a process's sink for an operation that is no load, and closes it after. */
export async function withSink<T>(
  host: EngineHost,
  spec: ProcessSpec,
  signal: AbortSignal | undefined,
  what: (sink: Sink, open: OpenProcess) => Promise<T>,
): Promise<T> {
  const scope = host.openScope(`target of ${spec.name}`);
  try {
    const open = await openProcess(host, spec, scope, { signal: signal ?? new AbortController().signal });
    return await what(await open.openSink(), open);
  } finally {
    await scope.dispose();
  }
}
