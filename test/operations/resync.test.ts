import { freshDatabase, type FreshDatabase } from '@dpone/test-services';
import { expect } from 'chai';
import { query } from '../crash/postgres-shop.js';
import { dpone } from '../support/cli.js';
import { queryDuckdb } from '../support/duckdb.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { runDuckdb } from './three-tables.js';

type Rows = readonly string[];

/** A system that holds both sides: runs statements at the source, and gives the rows of a table as sorted lines. */
interface System {
  readonly source: string;
  readonly sink: string;
  change(sql: string): Promise<void>;
  rows(side: 'source' | 'target'): Promise<Rows>;
  remove(): Promise<void>;
}

const LINE = `id || '|' || day || '|' || amount || '|' || name`;
const TABLE = 'id int PRIMARY KEY, day date, amount int, name text';

const SYSTEMS: Readonly<Record<string, (project: TempProject) => Promise<System>>> = {
  DuckDB: async (project) => {
    const [from, to] = [project.file('source.duckdb'), project.file('target.duckdb')];
    await runDuckdb(from, [`CREATE TABLE orders (${TABLE})`]);
    return {
      source: '{type: duckdb, connection: source.duckdb, table: {name: orders}',
      sink: '{type: duckdb, connection: target.duckdb, table: {name: orders}',
      change: (sql) => runDuckdb(from, sql.split(';')),
      rows: async (side) =>
        (await queryDuckdb(side === 'source' ? from : to, `SELECT ${LINE} AS line FROM orders`))
          .map((row) => String(row['line']))
          .toSorted(),
      remove: () => Promise.resolve(),
    };
  },
  Postgres: async () => {
    const db: FreshDatabase = await freshDatabase();
    await query(db.uri, `CREATE SCHEMA shop; CREATE SCHEMA mart; CREATE TABLE shop.orders (${TABLE})`);
    return {
      source: `{type: postgres, connection: "${db.uri}", table: {schema: shop, name: orders}`,
      sink: `{type: postgres, connection: "${db.uri}", table: {schema: mart, name: orders}`,
      change: async (sql) => void (await query(db.uri, sql.replaceAll(/\borders\b/g, 'shop.orders'))),
      rows: async (side) =>
        (await query(db.uri, `SELECT ${LINE} AS line FROM ${side === 'source' ? 'shop' : 'mart'}.orders`))
          .map((row) => row['line']!)
          .toSorted(),
      remove: () => db[Symbol.asyncDispose](),
    };
  },
};

const day = (line: string): string => line.split('|')[1]!;
const id = (line: string): number => Number(line.split('|')[0]);

for (const [name, open] of Object.entries(SYSTEMS))
  describe(`a part of a table is loaded again by dpone resync: ${name}`, function () {
    this.timeout(120_000);
    let project: TempProject;
    let system: System;
    let earlier: Rows;
    before(async () => {
      project = tempProject();
      system = await open(project);
      project.write(
        'orders.yml',
        `name: orders
source: ${system.source}, options: {incremental_column: id}}
sink: ${system.sink}, strategy: {mode: incremental_merge, unique_key: id}}
`,
      );
      const values = Array.from(
        { length: 200 },
        (_, i) => `(${i}, '2026-01-${String(1 + (i % 10)).padStart(2, '0')}', ${i}, 'order ${i}')`,
      );
      await system.change(`INSERT INTO orders VALUES ${values.join(',')}`);
      const first = await cli(['run', 'orders.yml']);
      expect(first.code, first.stdout + first.stderr).to.equal(0);
      // What no increment sees: rows behind the cursor changed, removed, and moved to another day.
      await system.change(`UPDATE orders SET amount = amount + 1000 WHERE id % 3 = 0;
        DELETE FROM orders WHERE id % 7 = 0;
        DELETE FROM orders WHERE day = '2026-01-09';
        UPDATE orders SET day = '2026-01-04' WHERE id % 11 = 0 AND day = '2026-01-03'`);
    });
    after(async () => {
      await system.remove();
      project.remove();
    });
    beforeEach(async () => {
      earlier = await system.rows('target');
    });

    const cli = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
      dpone([...args, '--format', 'json'], { cwd: project.path, env });
    const state = async (): Promise<unknown> =>
      (JSON.parse((await cli(['state', 'inspect', 'orders.yml'])).stdout) as { state: unknown }).state;

    /** The rows of the part as the source has them, the others as they were. */
    const expected = async (inPart: (line: string) => boolean): Promise<Rows> =>
      [...earlier.filter((line) => !inPart(line)), ...(await system.rows('source')).filter(inPart)].toSorted();

    const PARTS: readonly [string, readonly string[], (line: string) => boolean][] = [
      ['a partition', ['--partition', '2026-01-02', '--column', 'day'], (line) => day(line) === '2026-01-02'],
      [
        'a range of keys, both ends of it',
        ['--key-from', '50', '--key-to', '99'],
        (line) => id(line) >= 50 && id(line) <= 99,
      ],
      [
        'a window, and behind it nothing',
        ['--window', 'day=2026-01-05..2026-01-07'],
        (line) => day(line) >= '2026-01-05' && day(line) < '2026-01-07',
      ],
      [
        'a part of which the source has nothing left',
        ['--partition', '2026-01-09', '--column', 'day'],
        (line) => day(line) === '2026-01-09',
      ],
    ];
    it(`exactly ${PARTS.map(([what]) => what).join('; ')}; and the state stays`, async () => {
      const stateBefore = await state();
      for (const [what, flags, inPart] of name === 'DuckDB' ? PARTS : PARTS.slice(2)) {
        earlier = await system.rows('target');
        const wanted = await expected(inPart);
        expect(wanted, `${what} differs`).not.to.deep.equal(earlier);
        const done = await cli(['resync', 'orders.yml', ...flags, '--yes']);
        expect(done.code, done.stdout + done.stderr).to.equal(0);
        expect(await system.rows('target'), what).to.deep.equal(wanted);
      }
      expect(await state()).to.deep.equal(stateBefore);
    });

    it('shows what it would do, and changes nothing without --yes', async () => {
      const shown = await cli(['resync', 'orders.yml', '--partition', '2026-01-04', '--column', 'day']);
      expect(shown.code, shown.stderr).to.equal(0);
      expect(JSON.parse(shown.stdout)).to.include({ action: 'resync', mode: 'plan', executed: false });
      expect(await system.rows('target')).to.deep.equal(earlier);
    });

    it('killed (SIGKILL) in the middle it changed nothing; begun again it ends right; resume is not for it', async () => {
      const part = ['resync', 'orders.yml', '--key-from', '100', '--yes', '--run-id', 'again'];
      const wanted = await expected((line) => id(line) >= 100);
      const killed = await cli(part, { DPONE_FAULT_AT: 'finalize.changed' });
      expect(killed.signal, killed.stderr).to.equal('SIGKILL');
      expect(await system.rows('target')).to.deep.equal(earlier);
      const resumed = await cli(['resume', 'again']);
      expect(resumed.code).to.equal(2);
      expect(resumed.stdout).to.contain('DPONE_RUN_NOT_RESUMABLE');
      const done = await cli(part);
      expect(done.code, done.stdout + done.stderr).to.equal(0);
      expect(await system.rows('target')).to.deep.equal(wanted);
      const plan = await cli(['ops', 'recovery-plan']);
      expect(plan.code, plan.stdout).to.equal(0);
    });

    if (name === 'DuckDB')
      it('refuses a part that is none, and says why', async () => {
        for (const [flags, message] of [
          [[], 'no part of the table is named'],
          [['--window', 'day'], 'is none'],
          [['--key-from', 'abc'], 'no value of the column id'],
          [['--key-from', '10', '--key-to', '9'], 'no value of id is from 10 to 9'],
          [['--window', 'day=2026-01-05..2026-01-05'], 'no value of day is from 2026-01-05 to before 2026-01-05'],
          [['--partition', '1', '--column', 'nope'], 'has no column nope'],
          [['--partition', '1'], 'does not say by which column'],
        ] as const) {
          const refused = await cli(['resync', 'orders.yml', ...flags, '--yes']);
          expect(refused.code, refused.stdout).to.equal(2);
          expect(refused.stdout).to.contain(message);
        }
        expect(await system.rows('target')).to.deep.equal(earlier);
      });

    it('state replay-from: the next run reads again from there, and compare tells who changed what', async () => {
      const same = await cli(['state', 'compare', 'orders.yml']);
      expect(same.code, same.stdout).to.equal(0);
      for (const [offset, message] of [
        ['199', 'is not behind 199'],
        ['yesterday', 'is not a number'],
      ] as const) {
        const refused = await cli(['state', 'replay-from', 'orders.yml', '--offset', offset, '--yes']);
        expect(refused.code, refused.stdout).to.equal(2);
        expect(refused.stdout).to.contain(message);
      }
      const back = ['state', 'replay-from', 'orders.yml', '--offset', '149'];
      const stored = await state();
      const shown = await cli(back);
      expect(JSON.parse(shown.stdout)).to.deep.include({
        operation: 'replay_from',
        mode: 'preview',
        requires_yes: true,
        executed: false,
      });
      expect(await state()).to.deep.equal(stored);
      const done = await cli([...back, '--yes']);
      expect(done.code, done.stdout + done.stderr).to.equal(0);
      expect(await state()).to.deep.include({ state: { cursor: 'column', column: 'id', value: '149' } });
      expect(await system.rows('target'), 'no row was touched').to.deep.equal(earlier);
      expect((await cli(['state', 'compare', 'orders.yml'])).code, 'the receipt says so too').to.equal(0);
      const source = await system.rows('source');
      const run = await cli(['run', 'orders.yml']);
      expect(run.code, run.stdout).to.equal(0);
      expect((JSON.parse(run.stdout) as { result: { extracted_rows: number } }).result.extracted_rows).to.equal(
        source.filter((line) => id(line) >= 149).length,
      );
    });
  });
