import { fileURLToPath } from 'node:url';
import { freshMssql, mssqlMissing } from '@dpone/test-services';
import { compare, median, runProcess } from '../measure.mjs';

const ROWS_SCRIPT = fileURLToPath(new URL('../mssql-rows.mjs', import.meta.url));
const ROWS = 1_000_000;

let opened;
const database = () => (opened ??= freshMssql());

const rows = (how, way, { uri }, ...more) =>
  runProcess([process.execPath, ROWS_SCRIPT, how, way, uri, String(ROWS), ...more], { memory: true });

const mssqlCase = (name, way, what, baseline) => ({
  name: `mssql-${name}`,
  group: 'mssql',
  what,
  baseline,
  target: 'at most 1.1 x the time of the baseline, 400 MB',
  missing: mssqlMissing(),
  async run({ rounds }) {
    const db = await database();
    const peaks = [];
    // A decimal of 12 digits, as money in tables is.
    if (way === 'read') await rows('dpone', 'write', db, '12');
    const measured = await compare({
      rounds,
      prepare: async () => {
        if (way === 'write') await db.sql('DROP TABLE IF EXISTS dbo.narrow');
      },
      baseline: () => rows('bare', way, db),
      subject: async () => {
        const result = await rows('dpone', way, db);
        peaks.push(result.peakBytes / 2 ** 20);
        return result;
      },
    });
    const peak = median(peaks);
    return { rows: ROWS, ...measured, peak_mb: peak, met: measured.times_baseline <= 1.1 && peak <= 400 };
  },
});

export const MSSQL_CASES = [
  mssqlCase(
    'load',
    'write',
    'rows to SQL Server, 1,000,000 x 8, loaded and swapped into place',
    "the bare driver's bulk load, with TABLOCK, into an empty heap",
  ),
  mssqlCase(
    'read',
    'read',
    'SQL Server to rows, 1,000,000 x 8, in one SNAPSHOT transaction',
    "the bare driver's stream of the same table",
  ),
];

export const dropDatabase = async () => (await opened)?.drop();
