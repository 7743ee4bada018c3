import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { freshDatabase, type FreshDatabase } from '@dpone/test-services';
import type { Row } from '@dpone/testkit';
import { expect } from 'chai';
import { noRows, replay } from './support/cdc-step.js';

const CLI = fileURLToPath(new URL('../../../core/cli/bin/dpone.js', import.meta.url));

const manifest = (uri: string, sink: string): string => `name: orders_events
source:
  type: postgres
  connection: ${uri}
  table: public.orders
  options: { incremental_strategy: cdc }
sink:
${sink}
  strategy: { mode: incremental_append }
`;

const DUCKDB = `  type: duckdb
  connection: { path: events.duckdb }
  table: main.events`;
const postgres = (uri: string): string => `  type: postgres
  connection: ${uri}
  table: public.events`;

const EVENTS =
  'SELECT id, name, _cdc_op, _cdc_unchanged::VARCHAR AS _cdc_unchanged, _cdc_old_key::VARCHAR AS _cdc_old_key FROM events ORDER BY _cdc_seq, id';

describe('a process that follows a table by its log', function () {
  this.timeout(180_000);
  let db: FreshDatabase;
  let folder: string;
  beforeEach(async () => {
    db = await freshDatabase();
    folder = mkdtempSync(join(tmpdir(), 'dpone-cdc-'));
    await db.sql(
      `CREATE TABLE orders (id int PRIMARY KEY, name text); INSERT INTO orders VALUES (1, 'a'), (2, 'b'), (3, 'c')`,
    );
    writeFileSync(join(folder, 'events.yml'), manifest(db.uri, DUCKDB));
  });
  afterEach(async () => {
    await db?.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const dpone = (
    args: readonly string[],
    killedAt?: string,
  ): Promise<{ code: number | null; signal: string | null; text: string }> =>
    new Promise((resolve, reject) => {
      const env = { ...process.env, NO_COLOR: '1', ...(killedAt === undefined ? {} : { DPONE_FAULT_AT: killedAt }) };
      const child = spawn(process.execPath, [CLI, ...args], { cwd: folder, env });
      let text = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (part: string) => (text += part));
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, text }));
    });
  const run = async (): Promise<void> => {
    const { code, text } = await dpone(['run', 'events.yml']);
    expect(code, text).to.equal(0);
  };
  const events = async (): Promise<Row[]> => {
    const instance = await DuckDBInstance.create(join(folder, 'events.duckdb'));
    const connection = await instance.connect();
    try {
      return (await connection.runAndReadAll(EVENTS)).getRowObjects();
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  };
  const slots = async (): Promise<string[]> =>
    (
      await db.sql<{ name: string }>(`SELECT slot_name AS name FROM pg_replication_slots WHERE database = '${db.name}'`)
    ).map(({ name }) => name);
  const CHANGES = `UPDATE orders SET name = 'B' WHERE id = 2; UPDATE orders SET id = 30 WHERE id = 3; DELETE FROM orders WHERE id = 1; INSERT INTO orders VALUES (4, 'd')`;
  const expectSame = async (all: readonly Row[]): Promise<void> => {
    const now = await db.sql<Row>('SELECT id, name FROM orders');
    expect(replay(all, noRows)).to.deep.equal(new Map(now.map((row) => [String(row['id']), { ...row }])));
  };

  it('takes the table, then its changes, then nothing', async () => {
    const plan = await dpone(['plan', 'events.yml']);
    expect(plan.code, plan.text).to.equal(0);
    expect(await slots()).to.deep.equal([]);
    await run();
    expect((await events()).map((row) => row['_cdc_op'])).to.deep.equal(['read', 'read', 'read']);
    await db.sql(CHANGES);
    await run();
    await run();
    const all = await events();
    expect(all.slice(3).map((row) => row['_cdc_op'])).to.deep.equal(['update', 'update', 'delete', 'insert']);
    await expectSame(all);
    const check = await dpone(['check', 'events.yml']);
    expect(check.code, check.text).to.equal(0);
    expect(check.text.replace(/\s+/g, ' ')).to.contain('replication slot dpone_orders_events: keeps');
  });

  it('goes from one database to another', async () => {
    await using target = await freshDatabase();
    writeFileSync(join(folder, 'events.yml'), manifest(db.uri, postgres(target.uri)));
    await run();
    await db.sql(CHANGES);
    await run();
    await expectSame(await target.sql<Row>(EVENTS));
  });

  it('whose first load a rule stops leaves no slot and no publication', async () => {
    const strict = 'quality: { checks: [{ type: min_rows, value: 1000 }] }\n';
    writeFileSync(join(folder, 'events.yml'), manifest(db.uri, DUCKDB) + strict);
    expect((await dpone(['run', 'events.yml'])).code).to.equal(1);
    expect([await slots(), await db.sql('SELECT FROM pg_publication')]).to.deep.equal([[], []]);
  });

  it('and is begun anew goes on from a new snapshot, and leaves the old slot to nobody', async () => {
    await run();
    const reset = await dpone(['state', 'reset', 'events.yml', '--yes']);
    expect(reset.code, reset.text).to.equal(0);
    await db.sql(CHANGES);
    await run();
    expect(await slots()).to.deep.equal(['dpone_orders_events__2']);
    await db.sql('DELETE FROM orders WHERE id = 4');
    await run();
    await expectSame((await events()).slice(3));
  });

  for (const step of [
    'stage.unit',
    'stage.written',
    'stage.checked',
    'finalize.receipted',
    'finalize.committed',
    'package.committed',
  ])
    it(`killed (SIGKILL) at ${step} of any load, loses and repeats nothing`, async () => {
      const killed = async (): Promise<void> => {
        const { signal, text } = await dpone(['run', 'events.yml'], step);
        expect(signal, text).to.equal('SIGKILL');
      };
      await killed();
      await db.sql(CHANGES);
      await run();
      await db.sql(`UPDATE orders SET name = name || '!'; INSERT INTO orders VALUES (5, 'e')`);
      await killed();
      await db.sql(`DELETE FROM orders WHERE id = 5`);
      await run();
      await expectSame(await events());
      expect(await slots()).to.have.length(1);
    });
});
