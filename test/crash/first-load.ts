import type { Plugin } from '@dpone/sdk';
import { expect } from 'chai';
import { loadFile } from '../support/engine-host.js';
import type { TempProject } from '../support/temp-project.js';

/**
 * The load before the one that is killed. It is only what that one finds, so the engine runs it in this process; the one
 * that is killed and the one after it are processes of the CLI.
 */
export async function firstLoad(project: TempProject, ...plugins: readonly Plugin[]): Promise<void> {
  const done = await loadFile(project, 'orders.yml', plugins);
  expect(done.passed, JSON.stringify(done.result)).to.equal(true);
}
