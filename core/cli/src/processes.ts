import type { ProcessSpec } from '@dpone/engine';
import type { Session } from './session.js';

interface Selection {
  readonly selector?: readonly string[] | undefined;
  readonly all?: boolean;
  readonly 'with-dependencies'?: boolean;
  readonly registry?: readonly string[] | undefined;
}

/** The processes of a manifest that the flags select, each after what it depends on. */
export async function selectProcesses(session: Session, path: string, flags: Selection): Promise<ProcessSpec[]> {
  const { loadManifest, select } = await import('@dpone/engine');
  const { workdir, env } = session.host;
  const manifest = await loadManifest(path, { workdir, env, registryPaths: flags.registry ?? [] });
  return select(manifest, flags.selector ?? [], {
    all: flags.all ?? false,
    withDependencies: flags['with-dependencies'] ?? false,
  });
}
