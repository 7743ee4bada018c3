import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { TempProject } from '../support/temp-project.js';

const ENDED = ['committed', 'failed', 'cancelled'];

/** Throws where a load package of the process is still open: the load that passed had to settle it. */
export function expectNothingOpen(project: TempProject, process: string): void {
  const folder = project.file('.dpone/load-packages');
  const packages = (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.endsWith('.json'))
    .map(
      (name) =>
        JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as { load_id: string; process: string; status: string },
    );
  const open = packages.filter((one) => one.process === process && !ENDED.includes(one.status));
  if (open.length > 0) throw new Error(`packages are left open: ${open.map((one) => one.load_id).join(', ')}`);
}
