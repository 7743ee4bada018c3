import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare, median, runProcess } from '../measure.mjs';
import { benchServer, cpuSeconds, postgresProject, shell } from '../postgres-server.mjs';
import { DPONE, duckdbPath, WORK } from '../workspace.mjs';

const STATEMENT = fileURLToPath(new URL('../duckdb-statement.mjs', import.meta.url));
const ARROW = fileURLToPath(new URL('../parquet-to-csv.py', import.meta.url));

const postgres = (uri, table) => ({ type: 'postgres', connection: uri, table: { schema: 'public', name: table } });
const sink = (side, strategy = { mode: 'full_refresh' }) => ({ ...side, strategy });
const psql = (uri) => `psql -qX ${uri}`;

/** The sum of the hashes of all rows' data: equal for equal tables, whatever the order of the rows. */
const checksum = async (server, table, columns) => {
  const [row] = await server.sql(
    `SELECT count(*) || ' ' || coalesce(sum(hashtextextended(row(${columns})::text, 0)::numeric), 0) AS it FROM ${table}`,
  );
  return row.it;
};

const columnsOf = async (server, table) => {
  const rows = await server.sql(
    `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS it FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attnum > 0 AND NOT attisdropped`,
  );
  return rows[0].it;
};

async function assertEqual(server, source, target) {
  const columns = await columnsOf(server, source);
  const [a, b] = [await checksum(server, source, columns), await checksum(server, target, columns)];
  if (a !== b) throw new Error(`bench: ${target} is not ${source}: ${a} against ${b}`);
}

/** A case on the bench's server; `limit` is the most that dpone may take of the baseline's time. */
const postgresCase = (name, { what, baseline, limit, memory, large = false, run }) => ({
  name: `postgres-${name}`,
  group: 'postgres',
  what,
  baseline,
  large,
  target: `at most ${limit} x the time of the baseline, ${memory} MB`,
  async run({ rounds }) {
    const server = await benchServer();
    const peaks = [];
    const {
      rows,
      bytes = 0,
      cpu,
      measured,
    } = await run(server, rounds, (result) => {
      peaks.push(result.peakBytes / 2 ** 20);
      return result;
    });
    const peak = median(peaks);
    const met = measured.times_baseline <= limit && peak <= memory;
    return {
      rows,
      file_bytes: bytes,
      ...measured,
      peak_mb: peak,
      ...(cpu === undefined ? {} : { cpu_seconds: cpu }),
      met,
    };
  },
});

const refresh = (name, table, streams, large = false) =>
  postgresCase(name, {
    what: `Postgres to Postgres, full refresh, ${table === 'wide' ? '60 columns' : '8 columns'}, ${streams} stream${streams > 1 ? 's' : ''}`,
    baseline: 'psql -c "copy t to stdout" | psql -c "truncate u" -c "copy u from stdin"',
    limit: 0.75,
    memory: 150,
    large,
    async run(server, rounds, note) {
      const { rows } = await server.table(table);
      const target = `${table}_target`;
      const project = await postgresProject(name, {
        name: 'refresh',
        source: postgres(server.uri, table),
        sink: sink(postgres(server.uri, target)),
      });
      const flags = ['--parallel', String(streams)];
      const plain = `${table}_plain`;
      await server.sql(`CREATE TABLE IF NOT EXISTS ${plain} (LIKE ${table} INCLUDING ALL)`);
      const measured = await compare({
        rounds,
        prepare: () => server.sql('CHECKPOINT'),
        baseline: () =>
          shell(
            `${psql(server.uri)} -c 'copy ${table} to stdout' | ${psql(server.uri)} -c 'truncate ${plain}' -c 'copy ${plain} from stdin'`,
          ),
        subject: async () => note(await project.run(flags)),
      });
      await assertEqual(server, table, target);
      const cpu = await cpuSeconds([process.execPath, DPONE, 'run', 'load.json', ...flags], project.folder);
      await server.sql(`TRUNCATE ${plain}`);
      return { rows, measured, cpu };
    },
  });

const merge = postgresCase('w2', {
  what: 'Postgres to Postgres, merge of 200,000 changed rows into 2,000,000',
  baseline: 'COPY into a temp table + INSERT ... ON CONFLICT in psql',
  limit: 0.95,
  memory: 150,
  async run(server, rounds, note) {
    const { rows } = await server.table('narrow');
    await server.sql(
      `CREATE TABLE changes (LIKE narrow); INSERT INTO changes SELECT CASE WHEN id % 200 = 0 THEN id + 4000000 ELSE id END, customer_id + 1, status, amount, qty, note || ' changed', created_at, paid FROM narrow WHERE id % 10 = 0;`,
    );
    await server.sql('VACUUM ANALYZE changes');
    const columns = await columnsOf(server, 'narrow');
    const set = columns
      .split(', ')
      .slice(1)
      .map((c) => `${c} = excluded.${c}`)
      .join(', ');
    const restore = async () => {
      await server.sql(
        'DROP TABLE IF EXISTS merged; CREATE TABLE merged (LIKE narrow INCLUDING ALL); INSERT INTO merged SELECT * FROM narrow',
      );
      await server.sql('VACUUM ANALYZE merged');
      await server.sql('CHECKPOINT');
    };
    const project = await postgresProject('w2', {
      name: 'merge',
      source: postgres(server.uri, 'changes'),
      sink: sink(postgres(server.uri, 'merged'), { mode: 'incremental_merge', unique_key: 'id' }),
    });
    const measured = await compare({
      rounds,
      prepare: restore,
      baseline: () =>
        shell(
          `${psql(server.uri)} -c 'copy changes to stdout' | ${psql(server.uri)} -c 'create temp table s (like merged)' ` +
            `-c 'copy s from stdin' -c 'insert into merged select * from s on conflict (id) do update set ${set}'`,
        ),
      subject: async () => note(await project.run()),
    });
    await restore();
    await project.run();
    await server.sql(
      `CREATE TABLE wanted AS SELECT * FROM narrow n WHERE NOT EXISTS (SELECT FROM changes c WHERE c.id = n.id) UNION ALL SELECT * FROM changes`,
    );
    await assertEqual(server, 'wanted', 'merged');
    await server.sql('DROP TABLE wanted, merged, changes');
    return { rows, measured };
  },
});

const fromFile = (name, format, limit, memory) =>
  postgresCase(name, {
    what: `${format === 'csv' ? 'CSV' : 'Parquet'} to Postgres, full refresh`,
    baseline:
      format === 'csv' ? 'psql -c "\\copy t from file csv"' : 'Arrow converts to CSV | psql -c "copy t from stdin csv"',
    limit,
    memory,
    async run(server, rounds, note) {
      const { rows } = await server.table('narrow');
      const csv = join(WORK, 'narrow.csv');
      const file = join(WORK, `narrow.${format}`);
      await shell(`${psql(server.uri)} -c 'copy narrow to stdout (format csv, header)' > ${csv}`);
      if (format === 'parquet') {
        await rm(file, { force: true });
        const project = await postgresProject('export', {
          name: 'export',
          source: postgres(server.uri, 'narrow'),
          sink: sink({ type: 'files', options: { path: file, lineage: false }, table: { name: 'narrow' } }),
          engine: { parallel: 1 },
        });
        await project.run();
      }
      const project = await postgresProject(name, {
        name: 'load',
        source: { type: 'files', options: { path: file } },
        sink: sink(postgres(server.uri, 'narrow_target')),
      });
      await server.sql('CREATE TABLE IF NOT EXISTS narrow_plain (LIKE narrow INCLUDING ALL)');
      const empty = `${psql(server.uri)} -c 'truncate narrow_plain'`;
      const measured = await compare({
        rounds,
        prepare: () => server.sql('CHECKPOINT'),
        baseline: () =>
          shell(
            format === 'csv'
              ? `${empty}; ${psql(server.uri)} -c "\\copy narrow_plain from '${csv}' (format csv, header)"`
              : `${empty}; python3 ${ARROW} ${file} | ${psql(server.uri)} -c 'copy narrow_plain from stdin (format csv)'`,
          ),
        subject: async () => note(await project.run()),
      });
      await assertEqual(server, 'narrow', 'narrow_target');
      return { rows, measured };
    },
  });

const toFile = (name, format, limit) =>
  postgresCase(name, {
    what:
      format === 'parquet' ? 'Postgres to Parquet, full refresh' : 'Postgres to DuckDB, full refresh into a new file',
    baseline:
      format === 'parquet'
        ? 'psql -c "copy t to stdout csv" > file'
        : 'psql -c "copy t to stdout csv" > file; CREATE TABLE t AS FROM read_csv(file) in a node process',
    limit,
    memory: 400,
    async run(server, rounds, note) {
      const { rows } = await server.table('narrow');
      const side =
        format === 'parquet'
          ? { type: 'files', options: { path: 'out/' }, table: { name: 'narrow' } }
          : { type: 'duckdb', connection: 'target.duckdb', table: { name: 'narrow' } };
      const project = await postgresProject(name, {
        name: 'export',
        source: postgres(server.uri, 'narrow'),
        sink: sink(side),
      });
      const csv = join(project.folder, 'base.csv');
      const copy = `${psql(server.uri)} -c 'copy narrow to stdout csv header' > ${csv}`;
      const read = [
        process.execPath,
        STATEMENT,
        duckdbPath,
        'base.duckdb',
        `CREATE TABLE t AS FROM read_csv('${csv}')`,
      ];
      const clean = async () => {
        for (const left of ['out', 'target.duckdb', 'target.duckdb.wal', 'base.duckdb', 'base.csv', '.dpone'])
          await rm(join(project.folder, left), { recursive: true, force: true });
      };
      const measured = await compare({
        rounds,
        prepare: clean,
        baseline: async () => {
          const first = await shell(copy);
          if (format === 'parquet') return first;
          const second = await runProcess(read, { cwd: project.folder });
          return { seconds: first.seconds + second.seconds };
        },
        subject: async () => note(await project.run()),
      });
      return { rows, measured };
    },
  });

export const POSTGRES_CASES = [
  refresh('w1', 'narrow', 1),
  refresh('w1-two-streams', 'narrow', 2),
  refresh('w1-wide', 'wide', 1),
  refresh('w1-ten-times', 'large', 1, true),
  merge,
  fromFile('w3', 'csv', 0.6, 150),
  fromFile('w4', 'parquet', 0.45, 400),
  toFile('w5', 'parquet', 0.75),
  toFile('w6', 'duckdb', 0.55),
];

export const stopServer = async () => (await benchServer()).stop();
