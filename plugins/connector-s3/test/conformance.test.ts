import { duckdbCodec } from '@dpone/connector-duckdb';
import type { Column } from '@dpone/sdk';
import { freshBucket, s3Missing, type FreshBucket } from '@dpone/test-services';
import { conformance, type SinkScenario, type SourceScenario } from '@dpone/testkit';
import { s3Sink, s3Source } from '../dist/index.js';
import { keysOf, openUploadsOf, putFixture, rowsOf } from './support/s3-fixtures.js';

const missing = await s3Missing();
const held = ({ type }: Column): boolean => type.kind !== 'interval' && !(type.kind === 'time' && type.precision > 6);

let bucket: FreshBucket;
let places = 0;

const source: SourceScenario = {
  kind: 'source',
  id: 's3',
  definition: s3Source,
  codecs: [duckdbCodec],
  holds: held,
  seed: async (fixture) => {
    const path = `in-${++places}`;
    await putFixture(bucket, `${path}/a.parquet`, 'parquet', fixture);
    return { connection: bucket.uri, options: { path: `${path}/*.parquet` } };
  },
  append: ({ options }, fixture) =>
    putFixture(bucket, String(options!['path']).replace('*', `b${++places}`), 'parquet', fixture),
  missing: () => ({ connection: bucket.uri, options: { path: 'absent/*.parquet' } }),
  unreachable: () => ({
    connection: 'http://nobody:nothing@127.0.0.1:1/none',
    options: { path: 'a.csv', max_attempts: 1 },
  }),
};

const sink: SinkScenario = {
  kind: 'sink',
  id: 's3',
  definition: s3Sink,
  codecs: [duckdbCodec],
  waivers: [
    {
      behaviour: 'sink.refuses-bad-values',
      reason: 'the codec contract writes rows as a whole or not at all: a bad value on the rows lane fails the load',
    },
    {
      behaviour: 'sink.finalize.append-of-new-keys',
      reason: 'capabilities.appendsByKey is false: rows of objects are not matched by key',
    },
  ],
  holds: held,
  place: (name) => ({
    connection: bucket.uri,
    options: { path: `s3://${bucket.name}/out-${++places}/${name.replaceAll('"', '')}/` },
    table: { name },
  }),
  rows: async ({ options }) => {
    const prefix = String(options!['path']).slice(`s3://${bucket.name}/`.length);
    return rowsOf(bucket, await keysOf(bucket, prefix), 'parquet');
  },
  // Uploads that nobody completed are what a load could leave unseen.
  tables: async ({ options }) => {
    const prefix = String(options!['path']).slice(`s3://${bucket.name}/`.length).split('/')[0]!;
    const keys = await keysOf(bucket, prefix);
    const open = await Promise.all(keys.map((key) => openUploadsOf(bucket, key)));
    return [...keys, ...open.flat().map((id) => `__dpone__stg_${id}`)];
  },
  unreachable: () => ({
    connection: 'http://nobody:nothing@127.0.0.1:1/none',
    options: { path: 'out/', max_attempts: 1 },
    table: { name: 'orders' },
  }),
};

for (const scenario of [source, sink] as const)
  describe(`the s3 ${scenario.kind} shows the kit behaviours`, function () {
    this.timeout(120_000);
    before(async function () {
      if (missing !== undefined) this.skip();
      this.timeout(1_800_000);
      bucket = await freshBucket();
    });
    after(() => bucket?.drop());
    for (const one of conformance(scenario)) it(one.name, one.run);
  });
