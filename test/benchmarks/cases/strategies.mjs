// What strategies cost against the best SQL that a person writes for the same job, data moved and all.
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compare, median, runProcess } from '../measure.mjs';
import { benchServer, postgresProject, shell } from '../postgres-server.mjs';
import { duckdbPath, WORK } from '../workspace.mjs';

const STATEMENT = fileURLToPath(new URL('../duckdb-statement.mjs', import.meta.url));
const LIMIT = 1.25;
const ROWS = 2_000_000;
/** One row in ten changes; partitions are twenty, and two of them change. */
const SHARE = 10;

const DATA = ['id', 'part', 'customer', 'amount', 'note', 'made'];
const VERSION = '__dpone__valid_from_at, __dpone__valid_to_at, __dpone__is_current';
const other = DATA.filter((c) => c !== 'id');
const list = DATA.join(', ');
const of = (alias) => DATA.map((c) => `${alias}.${c}`).join(', ');
const differs = other.map((c) => `t.${c} IS DISTINCT FROM s.${c}`).join(' OR ');

/** The jobs: the strategy, which rows are read, and the SQL that a person would write on a table `s` of them. */
const JOBS = {
  merge: {
    strategy: { mode: 'incremental_merge', unique_key: 'id' },
    read: 'changes',
    postgres: [
      `INSERT INTO t SELECT * FROM s ON CONFLICT (id) DO UPDATE SET ${other.map((c) => `${c} = excluded.${c}`).join(', ')}`,
    ],
    duckdb: ['DELETE FROM t USING s WHERE t.id = s.id', 'INSERT INTO t FROM s'],
  },
  snapshot_diff: {
    strategy: { mode: 'snapshot_diff', unique_key: 'id' },
    read: 'snapshot',
    postgres: [
      `MERGE INTO t USING s ON t.id = s.id WHEN MATCHED AND (${differs}) THEN UPDATE SET ${other.map((c) => `${c} = s.${c}`).join(', ')} ` +
        `WHEN NOT MATCHED THEN INSERT VALUES (${of('s')}) WHEN NOT MATCHED BY SOURCE THEN DELETE`,
    ],
    duckdb: [
      `CREATE TEMP TABLE d AS SELECT s.* FROM s LEFT JOIN t ON t.id = s.id WHERE t.id IS NULL OR ${differs}`,
      'DELETE FROM t USING d WHERE t.id = d.id',
      'INSERT INTO t FROM d',
      'DELETE FROM t WHERE NOT EXISTS (SELECT 1 FROM s WHERE s.id = t.id)',
    ],
  },
  scd2: {
    strategy: { mode: 'scd2', unique_key: 'id' },
    read: 'changes',
    postgres: [
      `UPDATE t SET __dpone__valid_to_at = now(), __dpone__is_current = false FROM s WHERE t.id = s.id AND t.__dpone__is_current AND (${differs})`,
      `INSERT INTO t (${list}, ${VERSION}) SELECT ${of('s')}, now(), NULL, true FROM s WHERE NOT EXISTS (SELECT FROM t WHERE t.id = s.id AND t.__dpone__is_current)`,
    ],
    duckdb: [
      `UPDATE t SET __dpone__valid_to_at = now(), __dpone__is_current = false FROM s WHERE t.id = s.id AND t.__dpone__is_current AND (${differs})`,
      `INSERT INTO t (${list}, ${VERSION}) SELECT ${of('s')}, now(), NULL, true FROM s WHERE NOT EXISTS (SELECT 1 FROM t WHERE t.id = s.id AND t.__dpone__is_current)`,
    ],
  },
  partition_replace: {
    strategy: { mode: 'partition_replace', partition: { column: 'part' } },
    read: 'parts',
    postgres: ['TRUNCATE t_0, t_1', 'INSERT INTO t SELECT * FROM s'],
    duckdb: ['DELETE FROM t WHERE part IN (SELECT DISTINCT part FROM s)', 'INSERT INTO t FROM s'],
  },
};

const select = (i) =>
  `${i} AS id, (${i} % 20)::int AS part, ((${i}::bigint * 7919) % 100000)::int AS customer, ` +
  `((${i} % 100000) / 100.0)::decimal(12,2) AS amount, 'note number ' || ${i} || ' ' || md5(${i}::text) AS note, ` +
  `timestamp '2024-01-01' + ${i} * interval '37 seconds' AS made`;
const series = (engine, rows) =>
  engine === 'postgres' ? `generate_series(1::bigint, ${rows}) AS i` : `range(1, ${rows + 1}) AS g(i)`;
const changed = `id, part, customer + 1 AS customer, amount, note || ' changed' AS note, made`;
/** A hundredth of the changes are new rows. */
const reads = {
  changes: `SELECT CASE WHEN id % ${SHARE * 100} = 0 THEN id + 100000000 ELSE id END AS ${changed} FROM base WHERE id % ${SHARE} = 0`,
  snapshot: `SELECT ${changed} FROM base WHERE id % ${SHARE} = 0 AND id % ${SHARE * 100} <> 0 UNION ALL SELECT ${list} FROM base WHERE id % ${SHARE} <> 0`,
  parts: `SELECT ${changed} FROM base WHERE part IN (0, 1)`,
};

const strategyCase = (engine, job, run) => ({
  name: `strategy-${engine}-${job.replaceAll('_', '-')}`,
  group: 'strategies',
  what: `${job} of ${(ROWS / SHARE).toLocaleString('en')} changed rows into ${ROWS.toLocaleString('en')} in ${engine === 'postgres' ? 'Postgres' : 'DuckDB'}`,
  baseline: `the same data moved, and hand-written SQL: ${JOBS[job][engine].map((sql) => sql.split(' ').slice(0, 2).join(' ')).join(', ')}`,
  target: `at most ${LIMIT} x the time of the baseline`,
  async run(settings) {
    const rows = Math.min(settings.rows, ROWS);
    const peaks = [];
    const measured = await run(JOBS[job], { ...settings, rows }, (result) => {
      peaks.push(result.peakBytes / 2 ** 20);
      return result;
    });
    return { rows, ...measured, peak_mb: median(peaks), met: measured.times_baseline <= LIMIT };
  },
});

const COLUMNS = 'id bigint, part int, customer int, amount numeric(12,2), note text, made timestamp';
const VERSION_COLUMNS =
  '__dpone__valid_from_at timestamptz, __dpone__valid_to_at timestamptz, __dpone__is_current bool';

async function inPostgres(job, { rows, rounds }, note) {
  const server = await benchServer();
  const scd2 = job.strategy.mode === 'scd2';
  const parted = job.strategy.mode === 'partition_replace';
  await server.sql(
    `DROP TABLE IF EXISTS base, read; CREATE TABLE base AS SELECT ${select('i')} FROM ${series('postgres', rows)};` +
      `CREATE TABLE read (${COLUMNS}); INSERT INTO read ${reads[job.read]}`,
  );
  await server.sql('VACUUM ANALYZE base, read');
  const restore = async () => {
    await server.sql(
      `DROP TABLE IF EXISTS t; CREATE TABLE t (${COLUMNS}${scd2 ? `, ${VERSION_COLUMNS}` : ''})${parted ? ' PARTITION BY LIST (part)' : ''}; ` +
        (parted
          ? Array.from({ length: 20 }, (_, p) => `CREATE TABLE t_${p} PARTITION OF t FOR VALUES IN (${p});`).join(' ')
          : '') +
        `INSERT INTO t SELECT ${list}${scd2 ? ", timestamptz '2024-01-01', NULL, true" : ''} FROM base; ` +
        (scd2 ? 'CREATE INDEX ON t (id)' : `ALTER TABLE t ADD PRIMARY KEY (${parted ? 'part, ' : ''}id)`),
    );
    await server.sql('VACUUM ANALYZE t');
    await server.sql('CHECKPOINT');
  };
  const psql = `psql -qX ${server.uri}`;
  const project = await postgresProject(`strategy-${job.strategy.mode}`, {
    name: 'job',
    source: { type: 'postgres', connection: server.uri, table: 'public.read' },
    sink: {
      type: 'postgres',
      connection: server.uri,
      table: 'public.t',
      strategy: job.strategy,
      options: { lineage: 'off' },
    },
  });
  const flags = [`-c "create temp table s (${COLUMNS})"`, '-c "copy s from stdin"', '-c "begin"'];
  const line = `${psql} -c 'copy read to stdout' | ${psql} ${[...flags, ...job.postgres.map((sql) => `-c "${sql}"`), '-c "commit"'].join(' ')}`;
  const baseline = () => shell(line);
  const subject = async () => note(await project.run());
  const sum = async () =>
    (
      await server.sql(
        `SELECT count(*) || ' ' || sum(hashtextextended(row(${scd2 ? `${list}, __dpone__is_current` : list})::text, 0)::numeric) AS it FROM t`,
      )
    )[0].it;
  await same(restore, baseline, subject, sum);
  const measured = await compare({ rounds, prepare: restore, baseline, subject });
  await server.sql('DROP TABLE t, base, read');
  return measured;
}

async function inDuckdb(job, { rows, rounds }, note) {
  const folder = join(WORK, `strategy-duckdb-${job.strategy.mode}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const scd2 = job.strategy.mode === 'scd2';
  const [kept, file, read] = ['kept.duckdb', 'target.duckdb', 'read.parquet'].map((name) => join(folder, name));
  const { DuckDBInstance } = await import(pathToFileURL(duckdbPath).href);
  const open = async (path, sql) => {
    const instance = await DuckDBInstance.create(path);
    const connection = await instance.connect();
    try {
      return (await connection.runAndReadAll(sql)).getRowsJson();
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  };
  await open(
    kept,
    `CREATE TEMP TABLE base AS SELECT ${select('i')} FROM ${series('duckdb', rows)}; COPY (${reads[job.read]}) TO '${read}'; ` +
      `CREATE TABLE t AS SELECT ${list}${scd2 ? ", TIMESTAMPTZ '2024-01-01 00:00:00Z' AS __dpone__valid_from_at, NULL::TIMESTAMPTZ AS __dpone__valid_to_at, true AS __dpone__is_current" : ''} FROM base`,
  );
  const project = await postgresProject(`strategy-duckdb-${job.strategy.mode}-project`, {
    name: 'job',
    source: { type: 'files', options: { path: read } },
    sink: { type: 'duckdb', connection: file, table: 't', strategy: job.strategy, options: { lineage: 'off' } },
  });
  const restore = async () => {
    await rm(`${file}.wal`, { force: true });
    await copyFile(kept, file);
  };
  const sql = [`CREATE TEMP TABLE s AS FROM read_parquet('${read}')`, 'BEGIN', ...job.duckdb, 'COMMIT'].join('; ');
  const baseline = () => runProcess([process.execPath, STATEMENT, duckdbPath, file, sql], { cwd: folder });
  const subject = async () => note(await project.run());
  const sum = async () =>
    JSON.stringify(
      await open(file, `SELECT count(*), sum(hash(${list}${scd2 ? ', __dpone__is_current' : ''})::HUGEINT) FROM t`),
    );
  await same(restore, baseline, subject, sum);
  const measured = await compare({ rounds, prepare: restore, baseline, subject });
  await rm(folder, { recursive: true, force: true });
  return measured;
}

/** Both must leave the same rows. */
async function same(restore, baseline, subject, sum) {
  await restore();
  await baseline();
  const wanted = await sum();
  await restore();
  await subject();
  const found = await sum();
  if (found !== wanted) throw new Error(`bench: dpone left ${found}, the hand-written SQL ${wanted}`);
}

export const STRATEGY_CASES = Object.keys(JOBS).flatMap((job) => [
  strategyCase('postgres', job, inPostgres),
  strategyCase('duckdb', job, inDuckdb),
]);
