import type { GateContext, LoadedRows, LoadRowsOptions, ProcessRef } from '@dpone/sdk';
import type { Registry } from '../host/registry.js';

/** The engine is loaded here alone: most gates need none. */
export async function loadRows(
  registry: Registry,
  ctx: GateContext,
  process: ProcessRef,
  path: string,
  options: LoadRowsOptions,
): Promise<LoadedRows> {
  const [{ openRoot }, { loadManifest, loadRows: load, select }] = await Promise.all([
    import('../containers/root.js'),
    import('@dpone/engine'),
  ]);
  const { cwd, env, log } = ctx;
  const host = openRoot(registry, log, { env, workdir: cwd });
  const manifest = await loadManifest(process.manifest, { workdir: cwd, env, registryPaths: [] });
  const [spec] = await select(manifest, process.selector === undefined ? [] : [process.selector]);
  return load(host, spec!, path, options);
}
