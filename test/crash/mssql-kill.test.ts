import { existsSync, readdirSync, readFileSync } from 'node:fs';
import mssql from '@dpone/connector-mssql';
import { PROTOCOL_STEPS } from '@dpone/engine';
import { freshMssql, mssqlMissing, type FreshMssql } from '@dpone/test-services';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { linkPlugins } from '../support/link-plugin.js';
import { skipWithout } from '../support/skip-without.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { firstLoad } from './first-load.js';
import { BAD_LINES, csv, day1, day2, day2New, fingerprint, mergedById, type Order } from './shop.js';

const RUN = ['run', 'orders.yml', '--format', 'json'];

interface MssqlScenario {
  readonly name: string;
  readonly strategy: string;
  readonly options?: string;
  readonly more?: string;
  readonly before?: string;
  readonly day2: string;
  readonly expected: readonly Order[];
  readonly rejected: number;
  /** True where the strategy only differs in what finalize does: then it is killed there alone. */
  readonly finalizeAlone?: true;
}

const SCENARIOS: readonly MssqlScenario[] = [
  {
    name: 'CSV to SQL Server, swapped into place',
    strategy: '{mode: full_refresh}',
    day2: csv(day2),
    expected: day2,
    rejected: 0,
  },
  {
    name: 'CSV to SQL Server with a primary key, merged by it',
    strategy: '{mode: incremental_merge, unique_key: id}',
    before:
      'CREATE TABLE dbo.orders (id int NOT NULL PRIMARY KEY, customer nvarchar(100) NULL, amount decimal(12,2) NULL, [at] datetime2(6) NULL)',
    options: '{lineage: false}',
    day2: csv(day2),
    expected: mergedById(day1, day2),
    rejected: 0,
  },
  {
    name: 'CSV to SQL Server, appended, with quarantine',
    strategy: '{mode: incremental_append}',
    more: 'schema_contract: {enforcement: quarantine}',
    day2: csv(day2New, BAD_LINES),
    expected: [...day1, ...day2New],
    rejected: BAD_LINES.length,
  },
  {
    name: 'CSV to SQL Server, as versions',
    strategy: '{mode: scd2, unique_key: id}',
    day2: csv(day2),
    expected: [...day1, ...day2],
    rejected: 0,
    finalizeAlone: true,
  },
];

const manifest = (db: FreshMssql, { strategy, options = '{}', rejected, more = '' }: MssqlScenario): string => `
name: orders
source: {type: files, options: {path: "in/*.csv"${rejected > 0 ? ', incremental_strategy: new_files' : ''}}}
sink: {type: mssql, connection: "${db.uri}", table: dbo.orders, options: ${options}, strategy: ${strategy}}
${more}
`;

async function expectCleanDatabase(
  db: FreshMssql,
  project: TempProject,
  { expected, rejected }: MssqlScenario,
): Promise<void> {
  const rows = await db.sql<{ id: number; customer: string; amount: string; at: string }>(
    'SELECT id, customer, CONVERT(varchar(41), amount) AS amount, CONVERT(varchar(19), [at], 120) AS [at] FROM dbo.orders',
  );
  const orders = rows.map((row) => ({ ...row, id: Number(row.id), amount: row.amount.trim(), at: row.at.trim() }));
  expect(fingerprint(orders), 'rows of the target').to.deep.equal(fingerprint(expected));
  const tables = await db.sql<{ name: string }>('SELECT name FROM sys.tables');
  expect(
    tables.map((t) => t.name).filter((name) => name.includes('__stg_')),
    'staging left behind',
  ).to.deep.equal([]);
  const receipts = (await db.sql<{ load_id: string }>('SELECT load_id FROM dbo.__dpone__loads')).map((r) => r.load_id);
  const packages = jsonFiles(project.file('.dpone/load-packages'));
  const committed = packages.filter((p) => p['status'] === 'committed').map((p) => String(p['load_id']));
  expect(committed.toSorted(), 'committed packages are the loads with a receipt').to.deep.equal(receipts.toSorted());
  const quarantine = project.file('.dpone/quarantine');
  for (const file of existsSync(quarantine) ? readdirSync(quarantine) : []) {
    const lines = readFileSync(`${quarantine}/${file}`, 'utf8').trimEnd().split('\n');
    expect(lines.length, `lines of ${file}`).to.equal(rejected);
  }
}

const jsonFiles = (folder: string): Record<string, unknown>[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .map((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as Record<string, unknown>)
    : [];

describe('a load into SQL Server killed (SIGKILL) at any step of the protocol', function () {
  this.timeout(300_000);
  before(function () {
    skipWithout(this, mssqlMissing());
  });

  for (const scenario of SCENARIOS)
    describe(scenario.name, () => {
      for (const step of PROTOCOL_STEPS.filter((one) => scenario.finalizeAlone !== true || one.startsWith('finalize.')))
        it(`killed at ${step}, the next run ends right`, async () => {
          const db = await freshMssql();
          const project = tempProject();
          linkPlugins(project, 'connector-mssql');
          try {
            project.write('orders.yml', manifest(db, scenario));
            if (scenario.before !== undefined) await db.sql(scenario.before);
            project.write('in/orders-1.csv', csv(day1));
            await firstLoad(project, mssql);
            project.write(scenario.rejected > 0 ? 'in/orders-2.csv' : 'in/orders-1.csv', scenario.day2);

            const killed = await dpone(RUN, { cwd: project.path, env: { DPONE_FAULT_AT: step } });
            expect(killed.signal, `the step was not reached: ${killed.stdout}${killed.stderr}`).to.equal('SIGKILL');

            const next = await dpone(RUN, { cwd: project.path });
            expect(next.code, next.stdout + next.stderr).to.equal(0);
            await expectCleanDatabase(db, project, scenario);
          } finally {
            project.remove();
            await db.drop();
          }
        });
    });
});
