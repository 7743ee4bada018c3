import { fileURLToPath } from 'node:url';
import { compare, runProcess } from '../measure.mjs';
import { dataFile, duckdbPath, project } from '../workspace.mjs';

const STATEMENT = fileURLToPath(new URL('../duckdb-statement.mjs', import.meta.url));
const READ = { csv: 'read_csv', parquet: 'read_parquet' };

/** A full refresh of a file into a new DuckDB file, against DuckDB's own statement over the same file. */
export const loadCase = (format) => ({
  name: `${format}-to-duckdb`,
  what: `${format.toUpperCase()} to DuckDB, full refresh into a new file`,
  baseline: `CREATE TABLE orders AS FROM ${READ[format]}('...') in a node process`,
  target: 'at least 0.8 x the speed of the baseline',
  async run({ rows, rounds }) {
    const file = await dataFile(format, rows);
    const { folder, dpone, reset } = await project(`load-${format}`, file.path);
    const sql = `CREATE TABLE orders AS FROM ${READ[format]}('${file.path}')`;
    const statement = [process.execPath, STATEMENT, duckdbPath, 'target.duckdb', sql];
    const measured = await compare({
      rounds,
      prepare: reset,
      baseline: () => runProcess(statement, { cwd: folder }),
      subject: () => runProcess(dpone, { cwd: folder }),
    });
    await reset();
    const speed = 1 / measured.times_baseline;
    return { rows, file_bytes: file.bytes, ...measured, speed_of_baseline: speed, met: speed >= 0.8 };
  },
});
