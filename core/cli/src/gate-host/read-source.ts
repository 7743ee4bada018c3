import type { GateContext, LiveSource, LiveSourceOptions, SourceBlock } from '@dpone/sdk';
import type { Registry } from '../host/registry.js';

/** The engine is loaded here alone: most gates need none. */
export async function readSource<T>(
  registry: Registry,
  ctx: GateContext,
  block: SourceBlock,
  options: LiveSourceOptions,
  use: (source: LiveSource) => Promise<T>,
): Promise<T> {
  const [{ openRoot }, { readSource: open }] = await Promise.all([
    import('../containers/root.js'),
    import('@dpone/engine'),
  ]);
  return open(openRoot(registry, ctx.log, { env: ctx.env, workdir: ctx.cwd }), block, options, use);
}
