import { resolve } from 'node:path';
import { Flags } from '@oclif/core';
import type { Dag } from '@dpone/engine';
import { selectFlags } from './flags.js';

/** Flags of every command that looks at the graph of processes. */
export const dagFlags = {
  'base-path': Flags.string({ default: '.', description: 'The project’s folder: paths of manifests start here.' }),
  registry: selectFlags.registry,
};

/** The graph of a manifest; reads manifests and reaches no system. */
export async function openDag(
  manifest: string,
  flags: { readonly 'base-path': string; readonly registry?: readonly string[] | undefined },
): Promise<Dag> {
  const { dagOf, loadManifest } = await import('@dpone/engine');
  const workdir = resolve(flags['base-path']);
  return dagOf(await loadManifest(manifest, { workdir, env: process.env, registryPaths: flags.registry ?? [] }));
}
