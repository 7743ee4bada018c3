import type { Receipt } from '@dpone/sdk';
import type { EngineHost } from './host.js';
import type { ProcessSpec } from './manifest/process-spec.js';
import type { RunOptions } from './options.js';
import { withSink } from './target-scope.js';

const DEFAULT_LIMIT = 20;

/** The committed loads of a process's target, the newest first, from the target's own receipts. */
export async function historyOf(
  host: EngineHost,
  spec: ProcessSpec,
  options: Pick<RunOptions, 'signal'> & { readonly limit?: number } = {},
): Promise<readonly Receipt[]> {
  return withSink(host, spec, options.signal, (sink) => sink.history(options.limit ?? DEFAULT_LIMIT));
}
