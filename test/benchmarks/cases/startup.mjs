import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compare, runProcess } from '../measure.mjs';
import { DPONE, WORK } from '../workspace.mjs';

/** Time of a command that does next to nothing, against Node doing nothing. */
export const startupCase = (name, args) => ({
  name,
  what: `dpone ${args.join(' ')}`,
  baseline: 'node -e 0',
  target: 'less than 4 x the time of the baseline',
  async run({ startRounds }) {
    const folder = join(WORK, 'startup');
    await mkdir(join(folder, 'artifacts'), { recursive: true });
    await writeFile(join(folder, 'artifacts/report.json'), '{"passed":true}\n');
    const measured = await compare({
      rounds: startRounds,
      baseline: () => runProcess([process.execPath, '-e', '0'], { cwd: folder }),
      subject: () => runProcess([process.execPath, DPONE, ...args], { cwd: folder }),
    });
    return { ...measured, met: measured.times_baseline < 4 };
  },
});
