import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare, median, runProcess } from '../measure.mjs';
import { benchServer, postgresProject } from '../postgres-server.mjs';
import { ROOT } from '../workspace.mjs';

const TRANSFER = fileURLToPath(new URL('../s3-transfer.mjs', import.meta.url));
export const KEY = 'lake/narrow.parquet';

const postgres = (uri, table) => ({ type: 'postgres', connection: uri, table: { schema: 'public', name: table } });
const refresh = (side) => ({ ...side, strategy: { mode: 'full_refresh' } });
export const transfer = (how, bucket, key, file) =>
  runProcess([process.execPath, TRANSFER, how, bucket.uri, key, file]);

let store;
export const benchBucket = async () => {
  store ??= (async () => {
    const { freshBucket } = await import('@dpone/test-services');
    return freshBucket();
  })();
  return store;
};

/** A project that has the S3 plugin. */
async function project(name, manifest) {
  const made = await postgresProject(name, manifest);
  await mkdir(join(made.folder, 'node_modules/@dpone'), { recursive: true });
  await symlink(join(ROOT, 'plugins/connector-s3'), join(made.folder, 'node_modules/@dpone/connector-s3'));
  const dependencies = { '@dpone/connector-s3': '0.1.0' };
  await writeFile(join(made.folder, 'package.json'), JSON.stringify({ name, private: true, dependencies }));
  return made;
}

/** Two processes one after the other, as one. */
export const both = async (first, second) => {
  const [a, b] = [await first(), await second()];
  return { seconds: a.seconds + b.seconds, peakBytes: Math.max(a.peakBytes, b.peakBytes) };
};

const s3Case = (name, { what, baseline, limit, run }) => ({
  name: `s3-${name}`,
  group: 's3',
  what,
  baseline,
  target: `at most ${limit} x the time of the baseline, 400 MB`,
  async run({ rounds }) {
    const peaks = [];
    const server = await benchServer();
    const { rows } = await server.table('narrow');
    const measured = await run(server, await benchBucket(), rounds, (result) => {
      peaks.push(result.peakBytes / 2 ** 20);
      return result;
    });
    const peak = median(peaks);
    return { rows, ...measured, peak_mb: peak, met: measured.times_baseline <= limit && peak <= 400 };
  },
});

/** The table as one object, made once. */
let seeded;
export const seedObject = (server, bucket) =>
  (seeded ??= (async () => {
    const made = await project('s3-seed', {
      name: 'seed',
      source: postgres(server.uri, 'narrow'),
      sink: refresh({
        type: 's3',
        connection: bucket.uri,
        options: { path: KEY, lineage: false },
        table: { name: 'narrow' },
      }),
      engine: { parallel: 1 },
    });
    await made.run();
  })());

const from = (name, target, clean) =>
  s3Case(name, {
    what: `Parquet on S3 to ${name === 'duckdb' ? 'DuckDB' : 'Postgres'}, 2,000,000 x 8`,
    baseline: 'the SDK downloads the object, dpone loads the local file',
    limit: 1.1,
    async run(server, bucket, rounds, note) {
      await seedObject(server, bucket);
      const sink = refresh(target(server));
      const subject = await project(`s3-${name}`, {
        name: 'load',
        source: { type: 's3', connection: bucket.uri, options: { path: KEY } },
        sink,
      });
      const local = await project(`s3-${name}-local`, {
        name: 'load',
        source: { type: 'files', options: { path: 'narrow.parquet' } },
        sink,
      });
      const file = join(local.folder, 'narrow.parquet');
      return compare({
        rounds,
        prepare: async () => {
          await rm(file, { force: true });
          for (const one of [subject, local]) await clean(one.folder, server);
        },
        baseline: () => both(() => transfer('get', bucket, KEY, file), local.run),
        subject: async () => note(await subject.run()),
      });
    },
  });

const toS3 = s3Case('from-postgres', {
  what: 'Postgres to Parquet on S3, 2,000,000 x 8',
  baseline: 'dpone exports to a local file, the SDK uploads it (lib-storage)',
  limit: 0.9,
  async run(server, bucket, rounds, note) {
    const make = (name, type, options, connection) =>
      project(name, {
        name: 'export',
        source: postgres(server.uri, 'narrow'),
        sink: refresh({ type, ...connection, options, table: { name: 'narrow' } }),
        engine: { parallel: 1 },
      });
    const subject = await make('s3-export', 's3', { path: 'out/narrow.parquet' }, { connection: bucket.uri });
    const local = await make('s3-export-local', 'files', { path: 'out/narrow.parquet' }, {});
    const file = join(local.folder, 'out/narrow.parquet');
    return compare({
      rounds,
      prepare: () => rm(file, { force: true }),
      baseline: () => both(local.run, () => transfer('put', bucket, 'base/narrow.parquet', file)),
      subject: async () => note(await subject.run()),
    });
  },
});

export const S3_CASES = [
  from(
    'duckdb',
    () => ({ type: 'duckdb', connection: 'target.duckdb', table: { name: 'narrow' } }),
    async (folder) => {
      for (const left of ['target.duckdb', 'target.duckdb.wal']) await rm(join(folder, left), { force: true });
    },
  ),
  from(
    'postgres',
    (server) => postgres(server.uri, 'narrow_target'),
    (_, server) => server.sql('CHECKPOINT'),
  ),
  toS3,
];

export const stopStore = async () => (await store)?.drop();
