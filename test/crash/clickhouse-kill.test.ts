import clickhouse from '@dpone/connector-clickhouse';
import { PROTOCOL_STEPS } from '@dpone/engine';
import { clickhouseMissing, freshClickHouse, type FreshClickHouse } from '@dpone/test-services';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { linkPlugins } from '../support/link-plugin.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { firstLoad } from './first-load.js';
import { csv, day1, day2, mergedById, type Order } from './shop.js';
import { expectCleanServer } from './clickhouse-shop.js';

const RUN = ['run', 'orders.yml', '--format', 'json'];
const COLUMNS =
  '[{name: id, type: integer}, {name: customer, type: text}, {name: amount, type: "decimal(12,2)"}, {name: at, type: timestamp}]';

/** Those of events; a file that changed is read once more. */
const EVENT_COLUMNS = `${COLUMNS.slice(0, -1)}, {name: op, type: text}, {name: seq, type: bigint}], changed_files: reread`;

interface Scenario {
  readonly name: string;
  readonly strategy: string;
  /** Engine of the database: without EXCHANGE a load takes the target's place in two steps. */
  readonly engine?: string;
  /** What the first load brings; nothing where it is the one that is killed. */
  readonly first: readonly Order[] | null;
  readonly expected: readonly Order[];
  /** The file that brings these orders. Default: their columns and no more. */
  readonly file?: (orders: readonly Order[]) => string;
  /** Default: all of them. */
  readonly steps?: readonly (typeof PROTOCOL_STEPS)[number][];
}

/** Where the ways of taking effect differ. */
const OWN_STEPS = PROTOCOL_STEPS.filter((step) => step.startsWith('finalize.') || step === 'stage.written');

/** Where what takes effect differs, and not the way. */
const CHANGE_STEPS = OWN_STEPS.filter((step) => step !== 'stage.written' && step !== 'finalize.begun');

/** Orders as events: an upsert of each, and of day 2 the deletion of the first ten of day 1. */
const GONE = day1.slice(0, 10);
const events = (orders: readonly Order[]): string => {
  const lines = csv(orders).trimEnd().split('\n').slice(1);
  const first = orders === day1 ? 1 : 1000;
  const upserts = lines.map((line, i) => `${line},u,${first + i}`);
  const deletes = orders === day1 ? [] : GONE.map(({ id }, i) => `${id},,,,d,${2000 + i}`);
  return ['id,customer,amount,at,op,seq', ...upserts, ...deletes, ''].join('\n');
};

const day2Customers = new Set(day2.map(({ customer }) => customer));

const SCENARIOS: readonly Scenario[] = [
  { name: 'full_refresh, first load', strategy: 'mode: full_refresh', first: null, expected: day2, steps: OWN_STEPS },
  { name: 'full_refresh by EXCHANGE', strategy: 'mode: full_refresh', first: day1, expected: day2 },
  {
    name: 'full_refresh in a database without EXCHANGE',
    strategy: 'mode: full_refresh',
    engine: 'Ordinary',
    first: day1,
    expected: day2,
    steps: OWN_STEPS,
  },
  {
    name: 'incremental_merge',
    strategy: 'mode: incremental_merge, unique_key: id',
    first: day1,
    expected: mergedById(day1, day2),
    steps: OWN_STEPS,
  },
  {
    name: 'scd2',
    strategy: 'mode: scd2, unique_key: id',
    first: day1,
    expected: [...day1, ...day2],
    steps: CHANGE_STEPS,
  },
  {
    name: 'cdc_apply',
    strategy: 'mode: cdc_apply, unique_key: id, cdc: {operation_column: op, order_column: seq}',
    first: day1,
    file: events,
    expected: mergedById(day1, day2).filter(({ id }) => !GONE.some((gone) => gone.id === id)),
    steps: CHANGE_STEPS,
  },
  {
    name: 'partition_replace',
    strategy: 'mode: partition_replace, partition: {column: customer, max_partitions_per_run: 200}',
    first: day1,
    expected: [...day1.filter(({ customer }) => !day2Customers.has(customer)), ...day2],
    steps: CHANGE_STEPS,
  },
];

const manifest = (db: FreshClickHouse, { strategy, file }: Scenario): string => `
name: orders
source: {type: files, options: {path: data/orders.csv, columns: ${file === undefined ? COLUMNS : EVENT_COLUMNS}}}
sink: {type: clickhouse, connection: "${db.uri}", table: orders, strategy: {${strategy}}, options: {order_by: [id]}}
`;

describe('a load into ClickHouse killed (SIGKILL) at any step of the protocol', function () {
  this.timeout(120_000);
  before(async function () {
    this.timeout(600_000);
    const missing = await clickhouseMissing();
    if (missing === undefined) return;
    process.stderr.write(`no ClickHouse here, its kills are not tested: ${missing}\n`);
    this.skip();
  });

  async function prepared(db: FreshClickHouse, scenario: Scenario): Promise<TempProject> {
    const project = tempProject({ 'orders.yml': manifest(db, scenario) });
    linkPlugins(project, 'connector-clickhouse');
    const write = scenario.file ?? csv;
    if (scenario.first !== null) {
      project.write('data/orders.csv', write(scenario.first));
      await firstLoad(project, clickhouse);
    }
    project.write('data/orders.csv', write(day2));
    return project;
  }

  for (const scenario of SCENARIOS)
    describe(scenario.name, () => {
      for (const step of scenario.steps ?? PROTOCOL_STEPS)
        it(`killed at ${step}, the next run ends right`, async () => {
          const { engine } = scenario;
          await using db = await freshClickHouse(engine === undefined ? {} : { engine });
          const project = await prepared(db, scenario);
          try {
            const killed = await dpone(RUN, { cwd: project.path, env: { DPONE_FAULT_AT: step } });
            expect(killed.signal, `the step was not reached: ${killed.stdout}${killed.stderr}`).to.equal('SIGKILL');
            const next = await dpone(RUN, { cwd: project.path });
            expect(next.code, next.stdout + next.stderr).to.equal(0);
            await expectCleanServer(project, db, scenario.expected);
          } finally {
            project.remove();
          }
        });
    });

  for (const { engine, swap, name } of [
    { name: 'by EXCHANGE', engine: undefined, swap: (next: string) => [`EXCHANGE TABLES ${next} AND orders`] },
    {
      name: 'between the two renames of a database without EXCHANGE',
      engine: 'Ordinary',
      swap: (next: string) => [`RENAME TABLE orders TO ${next.replace('__next', '__old')}`],
    },
  ])
    it(`killed after the server changed the tables ${name}, and before it could say so, the load is finished`, async () => {
      await using db = await freshClickHouse(engine === undefined ? {} : { engine });
      const project = await prepared(db, SCENARIOS[1]!);
      try {
        const killed = await dpone(RUN, { cwd: project.path, env: { DPONE_FAULT_AT: 'finalize.receipted' } });
        expect(killed.signal, killed.stdout + killed.stderr).to.equal('SIGKILL');
        const [table] = await db.sql<{ name: string }>(
          "SELECT name FROM system.tables WHERE name LIKE '%\\_\\_next' AND database = currentDatabase()",
        );
        // What the server does when the statement reached it and the worker was gone.
        for (const sql of swap(table!.name)) await db.sql(sql);
        project.write('data/orders.csv', csv(day1));
        const next = await dpone(RUN, { cwd: project.path });
        expect(next.code, next.stdout + next.stderr).to.equal(0);
        const [{ loads }] = (await db.sql<{ loads: string }>('SELECT count() AS loads FROM __dpone__loads')) as [
          { loads: string },
        ];
        expect(Number(loads), 'the load of before, the interrupted one and the next one').to.equal(3);
        await expectCleanServer(project, db, day1);
      } finally {
        project.remove();
      }
    });
});
