import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import clickhouse from '@dpone/connector-clickhouse';
import { EDGE_TYPES, EDGE_VALUES, type EdgeValue } from '@dpone/testkit';
import {
  clickhouseMissing,
  freshClickHouse,
  freshDatabase,
  type FreshClickHouse,
  type FreshDatabase,
} from '@dpone/test-services';
import { expect } from 'chai';
import { query } from '../crash/postgres-shop.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { load } from '../support/engine-host.js';

const PAGE = fileURLToPath(new URL('../../../docs/specs/clickhouse-fidelity.md', import.meta.url));
type Outcome = 'exact' | 'refused';

/** Puts the value into a table of its own on one server, and makes the empty table of the same type on the other. */
async function seed(from: FreshDatabase, into: FreshDatabase, { type, sql }: EdgeValue): Promise<void> {
  await query(from.uri, `DROP TABLE IF EXISTS shop.source; CREATE TABLE shop.source (id int NOT NULL, "Wert" ${type})`);
  await query(from.uri, `INSERT INTO shop.source VALUES (1, ${sql})${/\[\]/.test(type) ? '' : ', (2, NULL)'}`);
  await query(into.uri, `DROP TABLE IF EXISTS shop.target; CREATE TABLE shop.target (id int NOT NULL, "Wert" ${type})`);
  await query(into.uri, `INSERT INTO shop.target VALUES (-1, NULL)`);
}

/** Every value as its type's own output, blanks of a char and all, with what tells NULL from a text. */
const valuesOf = (db: FreshDatabase, table: string) =>
  query(
    db.uri,
    "SET DateStyle = 'ISO, YMD'; SET TimeZone = 'UTC'; SET extra_float_digits = 3; SET bytea_output = 'hex'; " +
      `SELECT id, concat("Wert") AS value, "Wert" IS NULL AS missing FROM shop.${table} ORDER BY id`,
  );

async function passes(project: TempProject, manifest: object): Promise<boolean> {
  const result = await load(project, manifest, [clickhouse]).catch((error: unknown) => error as Error);
  return !(result instanceof Error) && result.passed;
}

describe('edge values of Postgres go through ClickHouse as they are, or not at all', function () {
  this.timeout(600_000);
  let from: FreshDatabase;
  let into: FreshDatabase;
  let between: FreshClickHouse;
  const outcomes = new Map<EdgeValue, Outcome>();

  before(async function () {
    const missing = await clickhouseMissing();
    if (missing !== undefined) {
      process.stderr.write(`no ClickHouse here, its fidelity is not tested: ${missing}\n`);
      this.skip();
    }
    [from, into, between] = await Promise.all([freshDatabase(), freshDatabase(), freshClickHouse()]);
    for (const db of [from, into]) await query(db.uri, EDGE_TYPES);
  });
  after(() => Promise.all([from?.drop(), into?.drop(), between?.drop()]));

  /** Carries one value there and back; it is there as it was, or the target is as it was. */
  async function outcomeOf(value: EdgeValue): Promise<Outcome> {
    await seed(from, into, value);
    await between.sql('DROP TABLE IF EXISTS source SYNC');
    const project = tempProject();
    const refresh = (side: object) => ({ ...side, strategy: { mode: 'full_refresh' } });
    const postgres = (db: FreshDatabase, name: string) => ({
      type: 'postgres',
      connection: db.uri,
      table: { schema: 'shop', name },
    });
    const middle = { type: 'clickhouse', connection: between.uri, table: { name: 'source' } };
    try {
      const there = {
        name: 'there',
        source: postgres(from, 'source'),
        sink: refresh({ ...middle, options: { lineage: false } }),
      };
      const back = { name: 'back', source: middle, sink: refresh(postgres(into, 'target')) };
      const passed = (await passes(project, there)) && (await passes(project, back));
      const found = await valuesOf(into, 'target');
      const what = `${value.type}, ${value.name}`;
      if (passed) expect(found, what).to.deep.equal(await valuesOf(from, 'source'));
      else expect(found, `${what}: refused, so nothing changes`).to.deep.equal([{ id: '-1', value: '', missing: 't' }]);
      return passed ? 'exact' : 'refused';
    } finally {
      project.remove();
    }
  }

  it('each by the lane that is planned', async () => {
    for (const value of EDGE_VALUES) outcomes.set(value, await outcomeOf(value));
    expect([...outcomes.values()].filter((one) => one === 'exact').length, 'values that are kept').to.be.at.least(40);
  });

  it('the page says what is kept', function () {
    if (outcomes.size === 0) this.skip();
    const lines = [...outcomes].map(([{ type, name }, outcome]) => `| \`${type}\` | ${name} | ${outcome} |`);
    const page = [readFileSync(PAGE, 'utf8').split('<!-- table -->')[0]!.trimEnd(), '', '<!-- table -->', ''];
    const text = [...page, '| type | value | there and back |', '| --- | --- | --- |', ...lines, ''].join('\n');
    if (process.env['DPONE_WRITE_PAGES'] !== undefined) writeFileSync(PAGE, text);
    expect(unpadded(readFileSync(PAGE, 'utf8')), 'DPONE_WRITE_PAGES=1 npm test writes it anew').to.equal(
      unpadded(text),
    );
  });

  for (const lanes of [['pg-copy-text'], ['parquet'], ['rows']])
    it(`a table of many types is the same after both ways, by ${lanes[0]}`, async () => {
      const columns = [
        'id int NOT NULL, b bool, n numeric(12,2), f float8, s text, bytes bytea, d date, t timestamp, tz timestamptz',
        'u uuid, j jsonb',
        ...(lanes[0] === 'parquet' ? [] : ['ti time']),
      ].join(', ');
      const values =
        "g, g%2=0, g/3.0, g/7.0, 'x'||g, decode(md5(g::text),'hex'), date '2020-01-01'+g%1000, " +
        "timestamp '2020-01-01'+g*interval '1.000001 s', timestamptz '2020-01-01 00:00+02'+g*interval '1.000001 s', " +
        "gen_random_uuid(), jsonb_build_object('a',g)" +
        (lanes[0] === 'parquet' ? '' : ", time '00:00'+(g%86400)*interval '1 s'");
      await query(from.uri, `DROP TABLE IF EXISTS shop.many; CREATE TABLE shop.many (${columns})`);
      await query(from.uri, `INSERT INTO shop.many SELECT ${values} FROM generate_series(1, 1000) g`);
      await query(from.uri, 'DROP TABLE IF EXISTS shop.again; CREATE TABLE shop.again (LIKE shop.many)');
      await between.sql('DROP TABLE IF EXISTS many SYNC');
      const project = tempProject();
      const side = (name: string) => ({ type: 'postgres', connection: from.uri, table: { schema: 'shop', name } });
      const middle = { type: 'clickhouse', connection: between.uri, table: { name: 'many' } };
      const into = { strategy: { mode: 'full_refresh' }, options: { lineage: false } };
      try {
        const there = { name: 'there', source: side('many'), sink: { ...middle, ...into }, engine: { lanes } };
        const back = { name: 'back', source: middle, sink: { ...side('again'), ...into } };
        expect(await passes(project, there), 'there').to.equal(true);
        expect(await passes(project, back), 'back').to.equal(true);
        const [row] = await query(
          from.uri,
          'SELECT (SELECT count(*) FROM shop.again) AS rows, (SELECT count(*) FROM (SELECT * FROM shop.many EXCEPT ALL SELECT * FROM shop.again) x) AS lost',
        );
        expect(row).to.deep.equal({ rows: '1000', lost: '0' });
      } finally {
        project.remove();
      }
    });
});

/** The formatter aligns tables. */
const unpadded = (text: string): string => text.replaceAll(/ +\|/g, ' |').replaceAll(/-+/g, '-');
