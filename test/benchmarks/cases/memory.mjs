import { runProcess } from '../measure.mjs';
import { dataFile, project } from '../workspace.mjs';

const LIMIT_MB = 400;
// About 5 GB of CSV.
const LARGE_ROWS = 48_000_000;

/** Peak memory of the whole process while a file of 5 GB is loaded. */
export const memoryCase = {
  name: 'memory',
  what: 'Peak memory of a full refresh, CSV of 5 GB to DuckDB',
  baseline: '-',
  target: `less than ${LIMIT_MB} MB`,
  large: true,
  async run() {
    const file = await dataFile('csv', LARGE_ROWS);
    const { folder, dpone, reset } = await project('memory', file.path);
    const { seconds, peakBytes } = await runProcess(dpone, { cwd: folder, memory: true });
    await reset();
    const peak = peakBytes / 1024 / 1024;
    return { rows: LARGE_ROWS, file_bytes: file.bytes, subject_seconds: seconds, peak_mb: peak, met: peak < LIMIT_MB };
  },
};
