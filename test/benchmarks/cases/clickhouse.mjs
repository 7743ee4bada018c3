import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compare, median } from '../measure.mjs';
import { benchServer, postgresProject, shell } from '../postgres-server.mjs';
import { ROOT } from '../workspace.mjs';
import { benchBucket, both, KEY, seedObject, transfer } from './s3.mjs';

const MEMORY_MB = 400;

const postgres = (uri, table) => ({ type: 'postgres', connection: uri, table: { schema: 'public', name: table } });
const refresh = (side) => ({ ...side, strategy: { mode: 'full_refresh' } });

let engine;
const bench = () =>
  (engine ??= (async () => {
    const { freshClickHouse } = await import('@dpone/test-services');
    return freshClickHouse();
  })());

/** A table of the same columns, keys and types as dpone's target. */
const COLUMNS =
  "id Int64, customer_id Int32, status String, amount Nullable(Decimal(12, 2)), qty Nullable(Int16), note Nullable(String), created_at DateTime64(6, 'UTC'), paid Nullable(Bool)";

const clickhouse = (db, table) => ({ type: 'clickhouse', connection: db.uri, table: { name: table } });

/** A project that has the ClickHouse and the S3 plugin. */
async function project(name, manifest) {
  const made = await postgresProject(name, manifest);
  await mkdir(join(made.folder, 'node_modules/@dpone'), { recursive: true });
  const plugins = ['connector-clickhouse', 'connector-s3'];
  for (const folder of plugins)
    await symlink(join(ROOT, 'plugins', folder), join(made.folder, 'node_modules/@dpone', folder));
  const dependencies = Object.fromEntries(plugins.map((folder) => [`@dpone/${folder}`, '0.1.0']));
  await writeFile(join(made.folder, 'package.json'), JSON.stringify({ name, private: true, dependencies }));
  return made;
}

/** curl with one statement in the URL. */
function curl(db, sql, settings = {}) {
  const { host, port } = db.server;
  const parameters = new URLSearchParams({ database: db.name, ...settings, query: sql });
  return `curl -sS --fail-with-body 'http://${host}:${port}/?${String(parameters).replaceAll("'", '%27')}'`;
}

/** What both systems say of a table: equal for equal tables. */
const SUMS = {
  postgres: `SELECT count(*) || ' ' || sum(id) || ' ' || sum(amount) || ' ' || sum(octet_length(note)) || ' ' ||
    count(*) FILTER (WHERE paid) || ' ' || sum(extract(epoch FROM created_at)::bigint) AS it FROM `,
  clickhouse: `SELECT concat(count(), ' ', sum(id), ' ', sum(amount), ' ', sum(length(note)), ' ', countIf(paid), ' ',
    sum(toUnixTimestamp(created_at))) AS it FROM `,
};

async function assertEqual(server, db, there, here) {
  const [[a], [b]] = [await server.sql(SUMS.postgres + there), await db.sql(SUMS.clickhouse + here)];
  if (a.it !== b.it) throw new Error(`bench: ${there} and ${here} differ: ${a.it} against ${b.it}`);
}

const clickhouseCase = (name, { what, baseline, limit = 1, run }) => ({
  name: `clickhouse-${name}`,
  group: 'clickhouse',
  what,
  baseline,
  target: `at most ${limit.toFixed(1)} x the time of the baseline, ${MEMORY_MB} MB`,
  async run({ rounds }) {
    const peaks = [];
    const server = await benchServer();
    const { rows } = await server.table('narrow');
    const measured = await run(server, await bench(), rounds, (result) => {
      peaks.push(result.peakBytes / 2 ** 20);
      return result;
    });
    const peak = median(peaks);
    return { rows, ...measured, peak_mb: peak, met: measured.times_baseline <= limit && peak <= MEMORY_MB };
  },
});

const toClickHouse = clickhouseCase('from-postgres', {
  what: 'Postgres to ClickHouse, full refresh, 8 columns',
  baseline: 'psql -c "copy t to stdout csv" | curl ... INSERT ... FORMAT CSV',
  async run(server, db, rounds, note) {
    const subject = await project('clickhouse-up', {
      name: 'up',
      source: postgres(server.uri, 'narrow'),
      sink: refresh({ ...clickhouse(db, 'narrow'), options: { order_by: ['id'] } }),
    });
    await db.sql(`CREATE TABLE by_hand (${COLUMNS}) ENGINE = MergeTree ORDER BY id`);
    const insert = curl(db, 'INSERT INTO by_hand FORMAT CSV', { date_time_input_format: 'best_effort' });
    const measured = await compare({
      rounds,
      prepare: () => db.sql('TRUNCATE TABLE by_hand'),
      baseline: () => shell(`psql -qX ${server.uri} -c "copy narrow to stdout csv" | ${insert} -X POST -T -`),
      subject: async () => note(await subject.run()),
    });
    await assertEqual(server, db, 'narrow', 'by_hand');
    await assertEqual(server, db, 'narrow', 'narrow');
    return measured;
  },
});

const fromClickHouse = clickhouseCase('to-postgres', {
  what: 'ClickHouse to Postgres, full refresh, 8 columns',
  baseline: 'curl ... SELECT ... FORMAT CSV | psql -c "truncate u" -c "copy u from stdin csv"',
  async run(server, db, rounds, note) {
    await seed(server, db);
    const subject = await project('clickhouse-down', {
      name: 'down',
      source: clickhouse(db, 'seeded'),
      sink: refresh(postgres(server.uri, 'narrow_target')),
    });
    const select = curl(
      db,
      'SELECT id, customer_id, status, amount, qty, note, created_at, paid FROM seeded FORMAT CSV',
    );
    const copy = `psql -qX ${server.uri} -c "truncate narrow_by_hand" -c "copy narrow_by_hand from stdin (format csv, null '\\N')"`;
    await server.sql('CREATE TABLE narrow_by_hand (LIKE narrow INCLUDING ALL)');
    const measured = await compare({
      rounds,
      prepare: () => server.sql('CHECKPOINT'),
      baseline: () => shell(`${select} | ${copy}`, { env: { PGTZ: 'UTC' } }),
      subject: async () => note(await subject.run()),
    });
    for (const table of ['narrow_by_hand', 'narrow_target']) await assertEqual(server, db, table, 'seeded');
    return measured;
  },
});

const fromS3 = clickhouseCase('from-s3', {
  what: 'Parquet on S3 to ClickHouse, which reads it itself, 2,000,000 x 8',
  baseline: 'the SDK downloads the object, dpone loads the local file',
  limit: 1.1,
  async run(server, db, rounds, note) {
    const bucket = await benchBucket();
    await seedObject(server, bucket);
    const make = (name, source) =>
      project(name, {
        name: 'load',
        source,
        sink: refresh({ ...clickhouse(db, name.replaceAll('-', '_')), options: { order_by: ['id'], reads_s3: true } }),
      });
    const subject = await make('clickhouse-s3', { type: 's3', connection: bucket.uri, options: { path: KEY } });
    const local = await make('clickhouse-s3-local', { type: 'files', options: { path: 'narrow.parquet' } });
    const file = join(local.folder, 'narrow.parquet');
    const measured = await compare({
      rounds,
      prepare: () => rm(file, { force: true }),
      baseline: () => both(() => transfer('get', bucket, KEY, file), local.run),
      subject: async () => note(await subject.run()),
    });
    await assertEqual(server, db, 'narrow', 'clickhouse_s3');
    return measured;
  },
});

/** The table in ClickHouse, filled once without dpone. */
async function seed(server, db) {
  await db.sql(`CREATE TABLE seeded (${COLUMNS}) ENGINE = MergeTree ORDER BY id`);
  const insert = curl(db, 'INSERT INTO seeded FORMAT CSV', { date_time_input_format: 'best_effort' });
  await shell(`psql -qX ${server.uri} -c "copy narrow to stdout csv" | ${insert} -X POST -T -`);
}

export const CLICKHOUSE_CASES = [toClickHouse, fromClickHouse, fromS3];

export const stopEngine = async () => (await engine)?.drop();
