import { conformance } from '@dpone/testkit';
import { expect } from 'chai';
import { stagingEvidence } from '@dpone/ops-runtime';
import { folder, type Folder } from '../support/folder.js';

const SHA = 'a'.repeat(64);
const object = (given: object = {}): object => ({ uri: 's3://b/k1.csv', sha256: SHA, size_bytes: 10, ...given });
const manifest = (given: object = {}): object => ({
  objects: [object(), object({ uri: "s3://b/k'2.csv" })],
  object_count: 2,
  total_size_bytes: 20,
  file_format: 'csv',
  ...given,
});

describe('staging-evidence', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'staging-evidence',
    definition: stagingEvidence,
    green: async ({ workdir }) => {
      const { writeFile } = await import('node:fs/promises');
      await writeFile(`${workdir}/m.json`, JSON.stringify(manifest()));
      return { input: { manifest: 'm.json', sink: 'postgres', target_table: 'landing.orders' }, evidence: ['m.json'] };
    },
  }))
    it(c.name, c.run);

  let space: Folder;
  beforeEach(async () => {
    space = await folder();
  });
  afterEach(() => space.remove());
  const judge = async (content: unknown, sink = 'postgres') => {
    await space.put('m.json', content);
    return space.run(stagingEvidence, { manifest: 'm.json', sink, target_table: 'landing.orders' });
  };

  for (const [what, given, blockers] of [
    ['no objects', { objects: [], object_count: 0, total_size_bytes: 0 }, ['manifest.objects.empty']],
    ['objects that are none', { objects: null, object_count: 0, total_size_bytes: 0 }, ['manifest.objects.empty']],
    [
      'an object that is a text',
      { objects: ['x'], object_count: 1, total_size_bytes: 0 },
      ['manifest.objects[0].invalid'],
    ],
    [
      'a checksum of 64 other characters',
      { objects: [object({ sha256: 'g'.repeat(64) })], object_count: 1, total_size_bytes: 10 },
      ['manifest.objects[0].sha256.invalid'],
    ],
    [
      'sizes that are texts, nothing or too small',
      {
        objects: ['10', null, 0, -1, 1.5].map((size_bytes) => object({ size_bytes })),
        object_count: 5,
        total_size_bytes: 0,
      },
      [0, 1, 2, 3, 4].map((n) => `manifest.objects[${n}].size_bytes.invalid`),
    ],
    [
      'no address',
      { objects: [object({ uri: '' })], object_count: 1, total_size_bytes: 10 },
      ['manifest.objects[0].uri.invalid'],
    ],
    ['a count that is wrong', { object_count: 3 }, ['manifest.object_count.mismatch']],
    ['a size that is wrong', { total_size_bytes: 21 }, ['manifest.total_size_bytes.mismatch']],
  ] as const)
    it(`is red for ${what}`, async () => {
      expect((await judge(manifest(given))).blockers).to.eql(blockers);
    });

  it('counts what is not declared', async () => {
    expect(await judge(manifest({ object_count: 0, total_size_bytes: undefined }))).to.include({
      passed: true,
      object_count: 2,
      total_size_bytes: 0,
    });
  });

  for (const [sink, hint] of [
    [
      'postgres',
      [
        `aws s3 cp s3://b/k1.csv - | psql -c '\\copy "landing"."orders" FROM STDIN WITH (FORMAT csv, HEADER true)'`,
        `aws s3 cp 's3://b/k'\\''2.csv' - | psql -c '\\copy "landing"."orders" FROM STDIN WITH (FORMAT csv, HEADER true)'`,
      ],
    ],
    [
      'clickhouse',
      [
        "INSERT INTO `landing`.`orders` SELECT * FROM s3('s3://b/k1.csv', 'CSVWithNames');",
        "INSERT INTO `landing`.`orders` SELECT * FROM s3('s3://b/k\\'2.csv', 'CSVWithNames');",
      ],
    ],
    [
      'mssql',
      [
        "BULK INSERT [landing].[orders] FROM N's3://b/k1.csv' WITH (FORMAT = 'CSV', FIRSTROW = 2);",
        "BULK INSERT [landing].[orders] FROM N's3://b/k''2.csv' WITH (FORMAT = 'CSV', FIRSTROW = 2);",
      ],
    ],
    [
      'bigquery',
      [`bq load --source_format=CSV --skip_leading_rows=1 landing.orders 's3://b/k1.csv,s3://b/k'\\''2.csv'`],
    ],
  ] as const)
    it(`shows how ${sink} would load every object`, async () => {
      expect((await judge(manifest(), sink)).native_load_hint.split('\n')).to.eql(hint);
    });

  it('shows no command that could not read the format', async () => {
    expect((await judge(manifest({ file_format: 'parquet' }), 'postgres')).native_load_hint).not.to.include('psql');
    expect((await judge(manifest({ file_format: "x'); DROP" }), 'mssql')).native_load_hint).not.to.include('BULK');
  });
});
