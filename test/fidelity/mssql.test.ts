import mssql from '@dpone/connector-mssql';
import { EDGE_TYPES, EDGE_VALUES, type EdgeValue } from '@dpone/testkit';
import { freshDatabase, freshMssql, mssqlMissing, type FreshDatabase, type FreshMssql } from '@dpone/test-services';
import { expect } from 'chai';
import { query } from '../crash/postgres-shop.js';
import { skipWithout } from '../support/skip-without.js';
import { tempProject } from '../support/temp-project.js';
import { expectTable, outcomesOf, passes, saidOf, thereAndBack, type Outcome } from './edge-table.js';

const PAGE = 'mssql-fidelity.md';

describe('edge values of Postgres go through SQL Server as they are, or not at all', function () {
  this.timeout(1_800_000);
  let from: FreshDatabase;
  let into: FreshDatabase;
  let between: FreshMssql;
  let outcomes = new Map<EdgeValue, Outcome>();

  before(async function () {
    skipWithout(this, mssqlMissing());
    [from, into, between] = await Promise.all([freshDatabase(), freshDatabase(), freshMssql()]);
    for (const db of [from, into]) await query(db.uri, EDGE_TYPES);
  });
  after(() => Promise.all([from?.drop(), into?.drop(), between?.drop()]));

  it('each by the lane that is planned', async () => {
    const middle = { type: 'mssql', connection: between.uri, table: { schema: 'dbo', name: 'source' } };
    outcomes = await outcomesOf(EDGE_VALUES, saidOf(PAGE, 'there and back'), 'below', async (edges, what) => {
      await between.sql('DROP TABLE IF EXISTS dbo.source');
      return thereAndBack(from, into, middle, edges, what, mssql);
    });
    expect([...outcomes.values()].filter((one) => one === 'exact').length, 'values that are kept').to.be.at.least(40);
  });

  it('the page says what is kept', function () {
    if (outcomes.size === 0) this.skip();
    const rows = [...outcomes].map(([{ type, name }, outcome]) => [`\`${type}\``, name, outcome]);
    expectTable(PAGE, ['type', 'value', 'there and back'], rows);
  });

  it('a table of many types and rows is the same after both ways', async () => {
    const columns =
      'id int NOT NULL, b bool, n numeric(12,2), l numeric(38,10), f float8, r real, s text, bytes bytea, d date, ' +
      'ti time, t timestamp, tz timestamptz, u uuid';
    const values =
      "g, g%2=0, g/3.0, g/3.0*1e24, g/7.0, g/7.0, 'x'||g, decode(md5(g::text),'hex'), date '2020-01-01'+g%1000, " +
      "time '00:00'+(g%86400)*interval '1 s', timestamp '2020-01-01'+g*interval '1.000001 s', " +
      "timestamptz '2020-01-01 00:00+02'+g*interval '1.000001 s', gen_random_uuid()";
    await query(from.uri, `DROP TABLE IF EXISTS shop.many; CREATE TABLE shop.many (${columns})`);
    await query(from.uri, `INSERT INTO shop.many SELECT ${values} FROM generate_series(1, 1000) g`);
    await query(from.uri, 'DROP TABLE IF EXISTS shop.again; CREATE TABLE shop.again (LIKE shop.many)');
    const project = tempProject();
    const side = (name: string) => ({ type: 'postgres', connection: from.uri, table: { schema: 'shop', name } });
    const middle = { type: 'mssql', connection: between.uri, table: { schema: 'dbo', name: 'many' } };
    const refresh = { strategy: { mode: 'full_refresh' }, options: { lineage: false } };
    try {
      expect(
        await passes(project, { name: 'there', source: side('many'), sink: { ...middle, ...refresh } }, [mssql]),
      ).to.equal(true);
      expect(
        await passes(project, { name: 'back', source: middle, sink: { ...side('again'), ...refresh } }, [mssql]),
      ).to.equal(true);
      const lost = 'SELECT * FROM shop.many EXCEPT ALL SELECT * FROM shop.again';
      const [row] = await query(
        from.uri,
        `SELECT (SELECT count(*) FROM shop.again) AS rows, (SELECT count(*) FROM (${lost}) x) AS lost`,
      );
      expect(row).to.deep.equal({ rows: '1000', lost: '0' });
    } finally {
      project.remove();
    }
  });

  it('every type of SQL Server goes into another table of it as it is', async () => {
    const types =
      'bit tinyint smallint int bigint decimal(38,10) numeric(9,2) money smallmoney real float(53) char(3) varchar(10) ' +
      'varchar(max) nchar(3) nvarchar(10) nvarchar(max) xml binary(4) varbinary(10) varbinary(max) uniqueidentifier date ' +
      'time(6) datetime smalldatetime datetime2(6) datetimeoffset(6)';
    const first =
      "1, 255, -32768, -2147483648, -9223372036854775808, 9999999999999999999999999999.9999999999, -1234567.89, -922337203685477.5808, 214748.3647, 0.1, 1.7976931348623157E308, 'ab ', 'x  ', 'long', N'é', N' ', N'漢字', N'<a b=\"1\"/>', 0x00000001, 0x, 0x00ff, '6F9619FF-8B86-D011-B42D-00C04FC964FF', '0001-01-01', '23:59:59.999999', '1753-01-01 00:00:00.003', '2079-06-06 23:59:00', '9999-12-31 23:59:59.999999', '0001-01-02 00:00:00.000001 +00:00'";
    const columns = types.split(' ').map((type, i) => `c${i} ${type} NULL`);
    const table = `id int IDENTITY(7, 3) NOT NULL PRIMARY KEY, ${columns.join(', ')}, doubled AS c3 / 2`;
    await between.sql(`CREATE TABLE dbo.every_type (${table})`);
    const names = columns.map((c) => c.split(' ')[0]!);
    await between.sql(`INSERT INTO dbo.every_type (${names.join(', ')}) VALUES (${first})`);
    await between.sql(`INSERT INTO dbo.every_type (c3) VALUES (NULL), (5)`);
    const project = tempProject();
    const side = (name: string) => ({ type: 'mssql', connection: between.uri, table: { schema: 'dbo', name } });
    const sink = { ...side('every_again'), strategy: { mode: 'full_refresh' }, options: { lineage: false } };
    try {
      expect(await passes(project, { name: 'every', source: side('every_type'), sink })).to.equal(true);
    } finally {
      project.remove();
    }
    const shape = (name: string) =>
      between.sql(
        `SELECT c.name, t.name AS type, c.max_length, c.precision, c.scale FROM sys.columns c INNER JOIN sys.types t
          ON t.user_type_id = c.user_type_id WHERE c.object_id = OBJECT_ID(N'dbo.${name}') ORDER BY c.name`,
      );
    expect(await shape('every_again')).to.deep.equal(await shape('every_type'));
    // XML has no equality; a text of it has.
    const all = (name: string) =>
      `SELECT ${['id', ...names, 'doubled'].map((c) => (c === 'c17' ? 'CONVERT(nvarchar(max), c17) AS c17' : c)).join(', ')} FROM dbo.${name}`;
    for (const [one, other] of [
      ['every_type', 'every_again'],
      ['every_again', 'every_type'],
    ])
      expect(await between.sql(`${all(one!)} EXCEPT ${all(other!)}`), `${one} has, ${other} has not`).to.deep.equal([]);
  });
});
