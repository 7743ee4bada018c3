import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { duckdbCodec } from '@dpone/connector-duckdb';
import type { Column } from '@dpone/sdk';
import { conformance, type SinkScenario, type SourceScenario } from '@dpone/testkit';
import { filesSink, filesSource } from '../dist/index.js';
import { dataFiles, readRows, withCodec, writeFixture } from './support/fixture-files.js';

let written = 0;

const source: SourceScenario = {
  kind: 'source',
  id: 'files',
  definition: filesSource,
  codecs: [duckdbCodec],
  holds: (column) => column.type.kind !== 'interval' && !(column.type.kind === 'time' && column.type.precision > 6),
  seed: async (fixture, { workdir }) => {
    await writeFixture(join(workdir, 'data', 'a.parquet'), 'parquet', fixture);
    return { options: { path: 'data/*.parquet' } };
  },
  append: (_place, fixture, { workdir }) =>
    writeFixture(join(workdir, 'data', `b${++written}.parquet`), 'parquet', fixture),
  missing: () => ({ options: { path: 'data/absent/*.parquet' } }),
};

const REWRITTEN =
  'the codec contract writes rows as a whole or not at all: a bad value on the rows lane fails the load';

const folderSink: SinkScenario = {
  kind: 'sink',
  id: 'files',
  definition: filesSink,
  codecs: [duckdbCodec],
  waivers: [
    { behaviour: 'sink.refuses-bad-values', reason: REWRITTEN },
    {
      behaviour: 'sink.finalize.append-of-new-keys',
      reason: 'capabilities.appendsByKey is false: rows of files are not matched by key',
    },
  ],
  holds: (column) => column.type.kind !== 'interval' && !(column.type.kind === 'time' && column.type.precision > 6),
  place: (name) => ({ options: { path: `out/${name.replaceAll('"', '')}/` }, table: { name } }),
  rows: async ({ options }, { workdir }) => {
    const paths = await dataFiles(join(workdir, String(options!['path'])), '.parquet');
    if (paths.length === 0) return null;
    const files = { lane: 'parquet', paths, compression: 'none', format: {} } as const;
    const columns = await withCodec(workdir, async (codec) => (await codec.describe(files)).columns);
    return readRows(files, { columns: columns.map((c: Column) => ({ ...c, nullable: true })) }, workdir);
  },
  tables: async (_place, { workdir }) => readdir(join(workdir, 'out')).catch(() => []),
};

describe('the files source shows the kit behaviours', function () {
  this.timeout(60_000);
  for (const one of conformance(source)) it(one.name, one.run);
});

describe('the files sink shows the kit behaviours', function () {
  this.timeout(60_000);
  for (const one of conformance(folderSink)) it(one.name, one.run);
});
