import { cpus } from 'node:os';
import { compare, median } from '../measure.mjs';
import { benchServer, postgresProject } from '../postgres-server.mjs';

const CHUNKS = 8;

/** More workers than cores take turns; the server works on the same cores. */
const WORKERS = Math.min(CHUNKS, cpus().length);
const LIMIT = 1 / WORKERS + 0.4;

const manifest = (uri, rows, workers, target) => ({
  name: 'backfill',
  source: { type: 'postgres', connection: uri, table: { schema: 'public', name: 'narrow' } },
  sink: {
    type: 'postgres',
    connection: uri,
    table: { schema: 'public', name: target },
    strategy: {
      mode: 'backfill',
      unique_key: 'id',
      backfill: {
        inner_mode: 'incremental_merge',
        parallel_workers: workers,
        chunk: { column: 'id', from: 1, to: rows + 1, step: Math.ceil(rows / CHUNKS) },
      },
    },
  },
});

/** One worker against as many as there are cores, the rest the same. */
const scales = {
  name: 'postgres-backfill',
  group: 'postgres',
  what: `Postgres to Postgres, backfill of 2,000,000 rows in ${CHUNKS} chunks, ${WORKERS} workers`,
  baseline: 'the same with one worker',
  target: `at most ${LIMIT.toFixed(2)} x the time of the baseline on ${WORKERS} cores`,
  async run({ rounds }) {
    const server = await benchServer();
    const { rows } = await server.table('narrow');
    const target = 'narrow_backfill';
    await server.sql(`CREATE TABLE IF NOT EXISTS ${target} (LIKE narrow INCLUDING ALL)`);
    const one = await postgresProject('backfill-one', manifest(server.uri, rows, 1, target));
    const many = await postgresProject('backfill-many', manifest(server.uri, rows, WORKERS, target));
    const peaks = [];
    const measured = await compare({
      rounds,
      // A backfill that is complete is not run again: its ledger goes with its rows.
      prepare: () =>
        server.sql(
          `TRUNCATE ${target}; DO $$BEGIN IF to_regclass('__dpone__state') IS NOT NULL THEN DELETE FROM __dpone__state; END IF; END$$; CHECKPOINT`,
        ),
      baseline: () => one.run(),
      subject: async () => {
        const result = await many.run();
        peaks.push(result.peakBytes / 2 ** 20);
        return result;
      },
    });
    const [{ n }] = await server.sql(`SELECT count(*)::int AS n FROM ${target}`);
    if (Number(n) !== rows) throw new Error(`bench: ${n} of ${rows} rows were loaded`);
    return { rows, file_bytes: 0, ...measured, peak_mb: median(peaks), met: measured.times_baseline <= LIMIT };
  },
};

export const BACKFILL_CASES = [scales];
