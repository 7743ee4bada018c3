import type { GateContext, LiveTarget, ProcessRef } from '@dpone/sdk';
import type { Registry } from '../host/registry.js';

/** The engine is loaded here alone: most gates need none. */
export async function withTarget<T>(
  registry: Registry,
  ctx: GateContext,
  process: ProcessRef,
  use: (target: LiveTarget) => Promise<T>,
): Promise<T> {
  const [{ openRoot }, { loadManifest, select, withTarget: open }] = await Promise.all([
    import('../containers/root.js'),
    import('@dpone/engine'),
  ]);
  const { cwd, env, log } = ctx;
  const host = openRoot(registry, log, { env, workdir: cwd });
  const manifest = await loadManifest(process.manifest, { workdir: cwd, env, registryPaths: [] });
  const [spec] = await select(manifest, process.selector === undefined ? [] : [process.selector]);
  return open(host, spec!, use);
}
