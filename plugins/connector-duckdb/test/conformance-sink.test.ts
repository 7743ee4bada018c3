import { join } from 'node:path';
import { conformance, type SinkScenario } from '@dpone/testkit';
import { duckdbCodec, duckdbSink } from '../dist/index.js';
import { columnType } from '../dist/types.js';
import { readTable, tableNames } from './support/read-table.js';

const FILE = 'target.duckdb';

const sink: SinkScenario = {
  kind: 'sink',
  id: 'duckdb',
  definition: duckdbSink,
  codecs: [duckdbCodec],
  holds: (column) => 'type' in columnType(column),
  place: (name) => ({ connection: FILE, table: { schema: 'main', name } }),
  rows: ({ table }, { workdir }) => readTable(join(workdir, FILE), table!, workdir),
  tables: (_place, { workdir }) => tableNames(join(workdir, FILE), workdir),
  // A folder where the file should be: a path that is not there yet is made.
  unreachable: () => ({ connection: '.', table: { name: 'orders' } }),
};

describe('the duckdb sink shows the kit behaviours', function () {
  this.timeout(60_000);
  for (const c of conformance(sink)) it(c.name, c.run);
});
