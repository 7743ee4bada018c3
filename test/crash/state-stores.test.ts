import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { conformance } from '@dpone/testkit';
import { freshDatabase, type FreshDatabase } from '@dpone/test-services';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { until, untilStopped } from '../support/process-state.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { query } from './postgres-shop.js';
import { fileStateStore, openStateStore, type StorePlace } from './state-stores.js';

const WORKER = fileURLToPath(new URL('./state-worker.js', import.meta.url));

interface Worker {
  readonly child: ChildProcess;
  /** The counts that it was told were stored. */
  readonly answered: () => number[];
  readonly ended: Promise<unknown>;
}

function work(place: StorePlace, id: string, rounds: number): Worker {
  const child = spawn(process.execPath, [WORKER, JSON.stringify([place, id, rounds])]);
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.pipe(process.stderr);
  const answered = (): number[] => stdout.split('\n').slice(0, -1).map(Number);
  return { child, answered, ended: once(child, 'close') };
}

const definition = await fileStateStore();

describe('the file state store shows the kit behaviours', () => {
  for (const one of conformance({
    kind: 'stateStore',
    id: 'file',
    definition,
    place: () => ({ options: { path: 'of/state' } }),
  }))
    it(one.name, one.run);
});

describe('state stores in real processes', function () {
  this.timeout(120_000);
  let db: FreshDatabase;
  let project: TempProject;
  before(async () => {
    db = await freshDatabase();
    project = tempProject();
  });
  after(async () => {
    project.remove();
    await db[Symbol.asyncDispose]();
  });

  const places: Readonly<Record<string, () => StorePlace>> = {
    file: () => ({ type: 'file', workdir: project.path }),
    postgres: () => ({ type: 'postgres', uri: db.uri }),
  };

  /** A server ends what it was told last, also where who told it has died since: until then nothing is settled. */
  const settled: Readonly<Record<string, () => Promise<unknown>>> = {
    file: () => Promise.resolve(),
    postgres: () => {
      const others =
        'SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND client_port IS NOT NULL';
      return until(
        'the server has ended the session of the dead',
        async () => (await query(db.uri, others)).length === 0,
      );
    },
  };

  for (const [name, place] of Object.entries(places)) {
    const count = async (): Promise<number> => {
      const store = await openStateStore(place());
      try {
        return ((await store.get('counter'))?.state as { n: number } | undefined)?.n ?? 0;
      } finally {
        await store.close();
      }
    };

    it(`${name}: two processes that race lose no write and double none`, async () => {
      const from = await count();
      const workers = ['a', 'b'].map((id) => work(place(), id, 60));
      await Promise.all(workers.map((w) => w.ended));
      const answered = workers.flatMap((w) => w.answered()).toSorted((a, b) => a - b);
      expect(answered).to.deep.equal(Array.from({ length: 120 }, (_, i) => from + i + 1));
      expect(await count()).to.equal(from + 120);
    });

    it(`${name}: a process that is killed (SIGKILL) in the middle of puts leaves the record before or after`, async () => {
      for (let kill = 0; kill < 8; kill++) {
        const from = await count();
        const worker = work(place(), `k${kill}`, 1_000_000);
        await until('it writes', () => worker.answered().length > 3 + kill * 5);
        worker.child.kill('SIGKILL');
        await worker.ended;
        await settled[name]!();
        const told = worker.answered();
        expect(told).to.deep.equal(told.map((_, i) => from + i + 1));
        expect(await count(), 'what was answered is there, and at most one put more').to.be.within(
          told.at(-1)!,
          told.at(-1)! + 1,
        );
      }
    });

    it(`${name}: a process that was paused (SIGSTOP) does not write over one that went on`, async () => {
      const old = work(place(), 'old', 1_000_000);
      await until('it writes', () => old.answered().length > 5);
      old.child.kill('SIGSTOP');
      await untilStopped(() => old.child.pid!);
      const from = await count();
      const young = work(place(), 'young', 30);
      await young.ended;
      old.child.kill('SIGCONT');
      await until('the old one goes on', () => (old.answered().at(-1) ?? 0) > from + 31);
      old.child.kill('SIGKILL');
      await old.ended;
      // Had the paused one put back what it had read, a count would have been answered twice.
      const answered = [...old.answered(), ...young.answered()];
      expect(new Set(answered).size).to.equal(answered.length);
      expect(await count()).to.be.within(Math.max(...answered), Math.max(...answered) + 1);
    });
  }

  it('postgres: keeps the state of a target of another system, settled after a kill between commit and state', async () => {
    const own = tempProject({
      'orders.yml': `
name: orders
source: {type: files, options: {path: orders.csv, incremental_column: id}}
sink: {type: duckdb, connection: t.duckdb, table: orders, strategy: {mode: incremental_append}}
state: {type: postgres, connection_id: states, table: {schema: etl_state, name: marks}}
`,
      'orders.csv': 'id,n\n1,a\n2,b\n',
    });
    try {
      const run = (env: Record<string, string> = {}) =>
        dpone(['run', 'orders.yml', '--format', 'json'], { cwd: own.path, env: { STATES_URL: db.uri, ...env } });
      const mark = async (): Promise<unknown> =>
        (await query(db.uri, "SELECT state->>'value' AS value FROM etl_state.marks WHERE key = 'orders'"))[0]?.[
          'value'
        ];
      const first = await run();
      expect(first.code, first.stdout + first.stderr).to.equal(0);
      expect(await mark()).to.equal('2');
      own.write('orders.csv', 'id,n\n1,a\n2,b\n3,c\n');
      expect((await run({ DPONE_FAULT_AT: 'finalize.committed' })).signal).to.equal('SIGKILL');
      expect(await mark()).to.equal('2');
      const next = await run();
      expect(next.code, next.stdout).to.equal(0);
      expect(JSON.parse(next.stdout)).to.nested.include({ 'result.extracted_rows': 0, 'result.final_rows': 3 });
      expect(await mark()).to.equal('3');
      const inspected = await dpone(['state', 'inspect', 'orders.yml', '--format', 'json'], {
        cwd: own.path,
        env: { STATES_URL: db.uri },
      });
      expect(JSON.parse(inspected.stdout), inspected.stderr).to.include({ backend: 'postgres', key: 'orders' });
      const secret = await dpone(['run', 'orders.yml'], { cwd: own.path });
      expect(secret.code).to.equal(2);
      expect(secret.stdout + secret.stderr).to.contain('DPONE_SECRET_NOT_FOUND');
    } finally {
      own.remove();
    }
  });

  it('file: reads a record of before there were versions, and goes on from it', async () => {
    const own = tempProject({
      '.dpone/state/orders.json':
        '{"key": "orders", "state": 7, "loadId": "L1", "updatedAt": "2026-01-01T00:00:00.000Z"}',
    });
    const store = await openStateStore({ type: 'file', workdir: own.path });
    try {
      expect(await store.get('orders')).to.include({ state: 7, loadId: 'L1' });
      await store.put({ key: 'orders', state: 8, loadId: 'L2' }, 'L1');
      expect((await store.list()).map(({ state }) => state)).to.deep.equal([8]);
    } finally {
      await store.close();
      own.remove();
    }
  });

  it('file: few old versions stay, and what killed writers left is removed by those that follow', () => {
    const names = readdirSync(project.file('.dpone/state'));
    // Eight versions, and what the last killed writers had in hand.
    expect(names.length).to.be.at.most(12);
    for (const name of names.filter((one) => !one.endsWith('.tmp')))
      JSON.parse(readFileSync(project.file(`.dpone/state/${name}`), 'utf8'));
  });
});
