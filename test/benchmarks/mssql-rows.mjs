// node mssql-rows.mjs bare|dpone write|read <connection uri> <rows> [digits]: rows of eight columns into or out of dbo.narrow, by
// the driver alone or by the connector. Both take the same values; the driver alone is given what its API asks for.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mssqlSink, mssqlSource } from '@dpone/connector-mssql';
import { inCase } from '@dpone/testkit';
import { Connection, Request, TYPES } from 'tedious';

const [, , how, way, uri, count, digits = '38'] = process.argv;
const ROWS = Number(count);
/** Of the decimal. Shorter ones are bulk loaded by the driver alone in a form that not every server of the protocol takes. */
const DIGITS = Number(digits);
const TABLE = { schema: 'dbo', name: 'narrow' };
const BATCH = 2048;
const DAY = Date.UTC(2026, 0, 1);

const column = (name, type, nullable = true) => ({ name, type, nullable });
const COLUMNS = [
  column('id', { kind: 'int64' }, false),
  column('customer_id', { kind: 'int32' }),
  column('status', { kind: 'string', length: 20 }),
  column('amount', { kind: 'decimal', precision: DIGITS, scale: 2 }),
  column('qty', { kind: 'int16' }),
  column('note', { kind: 'string', length: 100 }),
  column('created_at', { kind: 'timestamp', precision: 3, tz: false }),
  column('paid', { kind: 'bool' }),
];
const STATUS = ['new', 'paid', 'shipped', 'returned'];

/** A row's values but id, amount and time, which the two sides are given in different forms. */
const plain = (i) => ({
  customer_id: i % 50_000,
  status: STATUS[i % 4],
  qty: i % 100,
  note: `note ${i} ${'x'.repeat(i % 40)}`,
  paid: i % 3 === 0,
});

async function bareConnection() {
  const url = new URL(uri);
  const connection = new Connection({
    server: url.hostname,
    authentication: {
      type: 'default',
      options: { userName: decodeURIComponent(url.username), password: decodeURIComponent(url.password) },
    },
    options: {
      port: Number(url.port || '1433'),
      database: url.pathname.slice(1),
      encrypt: url.searchParams.get('encrypt') !== 'false',
      trustServerCertificate: true,
      requestTimeout: 0,
    },
  });
  connection.connect();
  const [error] = await once(connection, 'connect');
  if (error) throw error;
  return connection;
}

const batch = (connection, sql, onRow) =>
  new Promise((resolve, reject) => {
    const request = new Request(sql, (error) => (error ? reject(error) : resolve()));
    if (onRow !== undefined) request.on('row', onRow);
    connection.execSqlBatch(request);
  });

const DDL = `id bigint NOT NULL, customer_id int, status nvarchar(20), amount decimal(${DIGITS},2), qty smallint, note nvarchar(100), created_at datetime2(3), paid bit`;

const BARE = {
  async write() {
    const connection = await bareConnection();
    await batch(connection, `DROP TABLE IF EXISTS dbo.narrow; CREATE TABLE dbo.narrow (${DDL})`);
    function* rows() {
      for (let i = 0; i < ROWS; i++) {
        const { customer_id, status, qty, note, paid } = plain(i);
        yield [i, customer_id, status, (i % 1_000_000) / 100, qty, note, new Date(DAY + i * 1000), paid];
      }
    }
    await new Promise((resolve, reject) => {
      const bulk = connection.newBulkLoad('dbo.narrow', { lockTable: true }, (error) =>
        error ? reject(error) : resolve(),
      );
      bulk.addColumn('id', TYPES.BigInt, { nullable: false });
      bulk.addColumn('customer_id', TYPES.Int, { nullable: true });
      bulk.addColumn('status', TYPES.NVarChar, { nullable: true, length: 20 });
      bulk.addColumn('amount', TYPES.Decimal, { nullable: true, precision: DIGITS, scale: 2 });
      bulk.addColumn('qty', TYPES.SmallInt, { nullable: true });
      bulk.addColumn('note', TYPES.NVarChar, { nullable: true, length: 100 });
      bulk.addColumn('created_at', TYPES.DateTime2, { nullable: true, scale: 3 });
      bulk.addColumn('paid', TYPES.Bit, { nullable: true });
      connection.execBulkLoad(bulk, rows());
    });
    connection.close();
  },
  async read() {
    const connection = await bareConnection();
    let rows = 0;
    const values = [];
    await batch(connection, 'SELECT * FROM dbo.narrow', (cells) => {
      for (let c = 0; c < cells.length; c++) values[c] = cells[c].value;
      rows += 1;
    });
    connection.close();
    return rows;
  },
};

/** The rows lane: values in columns, decimals as texts, timestamps as ISO 8601. */
async function* batches() {
  for (let from = 0; from < ROWS; from += BATCH) {
    const rows = Math.min(BATCH, ROWS - from);
    const columns = COLUMNS.map(() => Array.from({ length: rows }));
    for (let r = 0; r < rows; r++) {
      const i = from + r;
      const values = plain(i);
      columns[0][r] = BigInt(i);
      columns[1][r] = values.customer_id;
      columns[2][r] = values.status;
      columns[3][r] = `${Math.trunc((i % 1_000_000) / 100)}.${String(i % 100).padStart(2, '0')}`;
      columns[4][r] = values.qty;
      columns[5][r] = values.note;
      columns[6][r] = new Date(DAY + i * 1000).toISOString().slice(0, 23);
      columns[7][r] = values.paid;
    }
    yield { rows, columns };
  }
}

const DPONE = {
  write: () =>
    inCase({}, async ({ ctx }) => {
      const connection = mssqlSink.connection.parse(uri);
      const options = mssqlSink.options.parse({});
      const sink = await mssqlSink.create({ ...ctx, connection, options, table: TABLE, step: async () => {} });
      const loadId = `BENCH${randomBytes(10).toString('hex').toUpperCase()}`;
      const lock = await sink.lock({ loadId, host: 'bench', pid: process.pid }, 10_000);
      const startedAt = new Date().toISOString();
      const load = { loadId, runId: loadId, process: 'bench', target: TABLE, startedAt, fence: lock.fence };
      const { exists } = await sink.inspect();
      const staging = await sink.begin(load, { columns: COLUMNS, framework: [], badRows: 'fail' });
      const schema = { columns: COLUMNS };
      const { rows } = await staging.stage({ transport: 'rows', schema, batches: batches() }, 0, () => {});
      const receipt = {
        loadId,
        runId: loadId,
        process: 'bench',
        target: 'dbo.narrow',
        strategy: 'full_refresh',
        startedAt,
        fence: lock.fence,
        rowsStaged: rows,
        rowsRejected: 0,
        detail: null,
      };
      const changes = exists ? [] : [{ kind: 'create_table', schema }];
      const steps = [{ op: 'replace_all', by: 'swap' }];
      await staging.finalize({ load, columns: COLUMNS, changes, steps, receipt, state: null });
      await staging.drop();
      await lock.release();
      await sink.close();
    }),
  read: () =>
    inCase({}, async ({ ctx }) => {
      const connection = mssqlSource.connection.parse(uri);
      const options = mssqlSource.options.parse({});
      const source = await mssqlSource.create({ ...ctx, connection, options, table: TABLE });
      const read = await source.open({ scope: 'all', state: null, parallel: 1, badRows: 'fail' });
      let rows = 0;
      const data = await read.data(read.partitions[0], { id: 'rows', transport: 'rows' });
      for await (const one of data.batches) rows += one.rows;
      await read.verify();
      await read.close();
      await source.close();
      return rows;
    }),
};

const rows = await { bare: BARE, dpone: DPONE }[how][way]();
if (rows !== undefined && rows !== ROWS) throw new Error(`${rows} rows were read, not ${ROWS}`);
