import { access, constants, mkdir } from 'node:fs/promises';
import type { CheckResult } from '@dpone/sdk';
import type { Session } from './session.js';

const PLURALS = { source: 'sources', sink: 'sinks', strategy: 'strategies' } as const;

/** What every run stands on: Node.js, the plugins, and a folder for evidence that can be written. */
export async function checkInstallation(session: Session, dataDir: string): Promise<CheckResult[]> {
  const { registry, host } = session;
  const kinds = (['source', 'sink', 'strategy'] as const)
    .map((kind) => `${registry.ids(kind).length} ${PLURALS[kind]}`)
    .join(', ');
  return [
    { name: 'node', status: 'pass', message: process.version },
    registry.ids('strategy').length > 0 && registry.ids('source').length > 0
      ? { name: 'plugins', status: 'pass', message: `${registry.plugins.length} plugins: ${kinds}` }
      : {
          name: 'plugins',
          status: 'fail',
          message: `${kinds}: nothing can be loaded`,
          remedy: 'dpone plugins install @dpone/connector-files',
        },
    ...registry.problems.map((problem): CheckResult => ({
      name: problem.code,
      status: 'fail',
      message: problem.message,
      remedy: problem.remedy,
    })),
    await writable('project folder', host.workdir),
    await writable('plugin folder', dataDir),
  ];
}

async function writable(name: string, path: string): Promise<CheckResult> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
    return { name, status: 'pass', message: path };
  } catch {
    return {
      name,
      status: 'fail',
      message: `${path} cannot be written`,
      remedy: 'Change its permissions, or run dpone as another user.',
    };
  }
}
