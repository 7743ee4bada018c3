import { expect } from 'chai';
import { defineExecutor, definePlugin, type Unit } from '@dpone/sdk';
import {
  checkProcess,
  historyOf,
  planProcess,
  previewProcess,
  runProcesses,
  runUnit,
  stateOperations,
  type EngineHost,
  type ProcessSpec,
} from '@dpone/engine';
import { z } from 'zod';
import { COLUMNS, memoryProject, memorySpec, orders, type MemoryProject } from './support/memory-project.js';

const APPEND = memorySpec({
  source: { cursor: { kind: 'column', column: 'id' } },
  sink: { strategy: { mode: 'incremental_append' } },
});

describe('runs and operations', () => {
  let project: MemoryProject;
  beforeEach(async () => {
    project = await memoryProject({ MEMORY_URI: 'memory:' });
    project.store.put('source_orders', COLUMNS, orders(1, 25, 1));
  });
  afterEach(() => project.remove());

  const process = (
    name: string,
    needs: readonly string[] = [],
    change: Parameters<typeof memorySpec>[0] = {},
  ): ProcessSpec => ({
    ...memorySpec({ sink: { table: { name } }, ...change }),
    name,
    dependsOn: needs.map((selector) => ({ selector })),
  });
  const codeOf = async (spec: ProcessSpec): Promise<string> => {
    const { processes } = await runProcesses(project.host, [spec]);
    const [error] = processes[0]!.result.errors;
    return error === undefined ? 'passed' : `${error.code} ${error.message} | ${error.where ?? ''} | ${error.remedy}`;
  };

  it('runs processes after those they depend on, others at once', async () => {
    const order: string[] = [];
    const specs = [process('c', ['b']), process('b', ['a']), process('a'), process('x')];
    const result = await runProcesses(project.host, specs, {
      parallel: 4,
      onEvent: (event) => {
        if (event.type === 'process.started') order.push(`+${event.process}`);
        if (event.type === 'process.finished') order.push(`-${event.process}`);
      },
    });
    expect(result.exit).to.equal(0);
    expect(result.processes.map((p) => p.process)).to.deep.equal(['c', 'b', 'a', 'x']);
    expect(order.indexOf('-a')).to.be.lessThan(order.indexOf('+b'));
    expect(order.indexOf('-b')).to.be.lessThan(order.indexOf('+c'));
    expect(order.indexOf('+x')).to.be.lessThan(order.indexOf('-a'));
  });

  it('skips what depends on a failure, goes on with the rest, and exits with the worst code', async () => {
    const broken = process('a', [], { source: { table: { name: 'nowhere' } } });
    const red = process('r', [], { quality: [{ check: 'min_rows', columns: [], value: 99, on: 'fail' }] });
    const result = await runProcesses(project.host, [
      broken,
      process('b', ['a']),
      process('c', ['b']),
      process('x'),
      red,
    ]);
    expect(result.processes.map((p) => p.result.status)).to.deep.equal([
      'failed',
      'skipped',
      'skipped',
      'success',
      'failed',
    ]);
    expect(result.exit).to.equal(3);
    expect(result.passed).to.equal(false);
    const onlyRed = await runProcesses(project.host, [red, process('x')]);
    expect(onlyRed.exit).to.equal(1);
  });

  it('refuses a circle and two processes of one name', async () => {
    const circle = runProcesses(project.host, [process('a', ['b']), process('b', ['a'])]);
    await circle.then(
      () => expect.fail(),
      (e: { code: string }) => expect(e.code).to.equal('DPONE_DEPENDENCY_CYCLE'),
    );
    const twice = runProcesses(project.host, [process('a'), process('a')]);
    await twice.then(
      () => expect.fail(),
      (e: { code: string }) => expect(e.code).to.equal('DPONE_MANIFEST_INVALID'),
    );
  });

  it('refuses a run id that is a path', async () => {
    const run = runProcesses(project.host, [process('a')], { runId: '../../etc' });
    await run.then(
      () => expect.fail(),
      (e: { code: string }) => expect(e.code).to.equal('DPONE_USAGE'),
    );
  });

  it('plans without writing, and shows what a run would do', async () => {
    const plan = await planProcess(project.host, memorySpec());
    expect(plan.lane).to.deep.equal({ id: 'rows', transport: 'rows', codec: null, refused: [] });
    expect(plan.statements).to.deep.equal(['replace_all orders']);
    expect(plan.schema_changes[0]).to.contain('create table (id int64, amount decimal(10,2), __dpone__load_id string');
    expect(plan).to.include.keys(
      'process',
      'selector',
      'source',
      'sink',
      'strategy',
      'bulk_path',
      'staging',
      'schema_evolution',
      'type_inference',
      'physical_design',
      'reconciliation',
      'state',
      'partitioning',
      'quality',
      'estimated_rows',
      'dry_run',
      'warnings',
    );
    expect(project.store.durable.tables.has('orders')).to.equal(false);
    expect(project.store.fences.size).to.equal(0);
    expect(project.files('.dpone')).to.deep.equal([]);
  });

  it('names a wrong option, its nearest and its path', async () => {
    const wrong = memorySpec({ source: { options: { partition: 2 } } });
    expect(await codeOf(wrong)).to.match(
      /^DPONE_MANIFEST_UNKNOWN_KEY .*source\.options\.partition \| orders\.yml.*Did you mean "partitions"/,
    );
    const type = memorySpec({ source: { options: { partitions: 'two' } } });
    expect(await codeOf(type)).to.match(/^DPONE_MANIFEST_INVALID source\.options\.partitions: .*number/);
    const strategy = memorySpec({ sink: { strategy: { options: { overwrite_typ: 'exchange' } } } });
    expect(await codeOf(strategy)).to.match(/^DPONE_MANIFEST_UNKNOWN_KEY .*sink\.strategy\.overwrite_typ/);
    expect(project.files('.dpone')).to.deep.equal([]);
  });

  it('names what a connection lacks, and never prints its values', async () => {
    const none = memorySpec();
    expect(await codeOf({ ...none, sink: { ...none.sink, connection: null } })).to.match(
      /^DPONE_CONNECTION_INVALID sink\.connection\.uri/,
    );
    const inline = memorySpec({
      source: { connection: { kind: 'inline', value: { url: 'memory:', password: 'hunter2' } } },
    } as never);
    const message = await codeOf(inline);
    expect(message).to.match(/^DPONE_MANIFEST_UNKNOWN_KEY/);
    expect(message).not.to.contain('hunter2');
  });

  it('fills references of an inline connection when it is used', async () => {
    const spec = memorySpec({ source: { connection: { kind: 'inline', value: '${MEMORY_URI}' } } } as never);
    expect(await codeOf(spec)).to.equal('passed');
  });

  it('refuses what the strategy cannot do, and says what can', async () => {
    const cannot = memorySpec({ sink: { strategy: { mode: 'partition_replace' } } });
    expect(await codeOf(cannot)).to.match(
      /^DPONE_CAPABILITY .*replace_partitions.*full_refresh, incremental_append, incremental_merge/,
    );
    expect(await codeOf(memorySpec({ sink: { strategy: { mode: 'incremental_merge' } } }))).to.match(
      /^DPONE_OPTION_CONFLICT .*unique_key/,
    );
    expect(await codeOf(memorySpec({ sink: { strategy: { mode: 'incremental_append' } } }))).to.match(
      /^DPONE_OPTION_CONFLICT/,
    );
    const key = memorySpec({ sink: { strategy: { mode: 'incremental_merge', uniqueKey: ['idd'] } } });
    expect(await codeOf(key)).to.match(/^DPONE_MANIFEST_INVALID .*"idd".*Did you mean "id"/);
    expect(await codeOf(memorySpec({ source: { type: 'oracle' } }))).to.match(/^DPONE_TYPE_UNKNOWN/);
    expect(await codeOf(memorySpec({ engine: { lanes: ['parquet'] } }))).to.match(/^DPONE_NO_LANE/);
    expect(await codeOf(memorySpec({ source: { excludeColumns: ['amuont'] } }))).to.match(
      /^DPONE_MANIFEST_INVALID .*Did you mean "amount"/,
    );
    expect(project.store.fences.size, 'no lock was taken').to.equal(0);
  });

  it('leaves excluded columns out', async () => {
    expect(
      await codeOf(memorySpec({ source: { excludeColumns: ['AMOUNT'] }, lineage: { enabled: false, preset: 'off' } })),
    ).to.equal('passed');
    expect(project.store.table('orders')!.columns.map((c) => c.name)).to.deep.equal(['id']);
  });

  it('goes back by lookback_days from the state, and refuses it where the cursor holds no dates', async () => {
    expect(await codeOf(APPEND)).to.equal('passed');
    const back = memorySpec({
      source: { cursor: { kind: 'column', column: 'id', lookbackDays: 2 } },
      sink: { strategy: { mode: 'incremental_append' } },
    });
    expect(await codeOf(back)).to.match(/^DPONE_OPTION_CONFLICT lookback_days/);
  });

  it('previews the first rows and touches no target', async () => {
    const preview = await previewProcess(project.host, memorySpec({ source: { options: { partitions: 3 } } }), {
      rows: 12,
    });
    expect(preview.columns.map((c) => c.name)).to.deep.equal(['id', 'amount']);
    expect(preview.rows).to.have.length(12);
    expect(preview.rows[11]).to.deep.equal([12n, '1.00']);
    expect(preview.more).to.equal(true);
    expect(project.store.durable.tables.has('orders')).to.equal(false);
  });

  it('checks what a load would do', async () => {
    const good = await checkProcess(project.host, memorySpec());
    expect(good.passed).to.equal(true);
    expect(good.checks.map((c) => c.side)).to.deep.equal(['manifest', 'source', 'sink', 'plan']);
    const bad = await checkProcess(project.host, memorySpec({ source: { table: { name: 'nowhere' } } }));
    expect(bad.passed).to.equal(false);
    expect(bad.checks.at(-1)).to.include({ status: 'fail', name: 'DPONE_SOURCE_NOT_FOUND' });
  });

  it('inspects, exports and resets the state; a reset without yes only shows it', async () => {
    await runProcesses(project.host, [APPEND]);
    const inspected = await stateOperations.inspect(project.host, APPEND);
    expect(inspected).to.deep.include({ key: 'orders', backend: 'target' });
    expect(inspected.state!.state).to.deep.equal({ cursor: 'column', column: 'id', value: '25' });
    expect((await stateOperations.export(project.host, APPEND)).records).to.have.length(1);
    expect(await stateOperations.reset(project.host, APPEND)).to.include({ mode: 'preview', executed: false });
    expect(project.store.state('orders')).not.to.equal(undefined);
    expect(await stateOperations.reset(project.host, APPEND, { yes: true })).to.include({
      mode: 'execute',
      executed: true,
    });
    expect(project.store.state('orders')).to.equal(undefined);
    expect(project.store.locks.size).to.equal(0);
  });

  it('keeps state in files where asked, and settles it after a crash between commit and state', async () => {
    const spec: ProcessSpec = { ...APPEND, state: { type: 'file', options: {} } };
    expect(await codeOf(spec)).to.equal('passed');
    expect(project.json('.dpone/state/orders@1.json')).to.deep.include({ key: 'orders' });
    project.store.put('source_orders', COLUMNS, orders(1, 40, 1));
    await new Promise<void>((resolve) => {
      void runProcesses(project.host, [spec], {
        onEvent: (event) => {
          if (event.type !== 'step' || event.step !== 'finalize.committed') return undefined;
          project.store.crash();
          resolve();
          return new Promise(() => undefined);
        },
      });
    });
    expect(project.json('.dpone/state/orders@1.json')['state']).to.deep.include({ value: '25' });
    const { processes } = await runProcesses(project.host, [spec]);
    expect(processes[0]!.result.extracted_rows).to.equal(0);
    expect(project.json('.dpone/state/orders@2.json')['state']).to.deep.include({ value: '40' });
    expect(project.store.rows('orders', ['id'])).to.have.length(40);
    expect(processes[0]!.warnings.join()).to.contain('had committed');
  });

  it('lists the committed loads, the newest first', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.unshift((await runProcesses(project.host, [memorySpec()])).processes[0]!.load_id);
    expect((await historyOf(project.host, memorySpec(), { limit: 2 })).map((r) => r.loadId)).to.deep.equal(
      ids.slice(0, 2),
    );
  });

  it('a unit is plain JSON that another worker carries out from the manifest alone', async () => {
    const spec = memorySpec({ source: { options: { partitions: 3 } }, engine: { executor: 'elsewhere' } });
    const carried: Unit[] = [];
    const elsewhere = defineExecutor({
      summary: 'Carries units out as another process would',
      options: z.object({}),
      create: () => ({
        run: (units) =>
          Promise.all(
            units.map((unit) => {
              const received = JSON.parse(JSON.stringify(unit)) as Unit;
              carried.push(received);
              return runUnit(host, received, spec);
            }),
          ),
        close: () => Promise.resolve(),
      }),
    });
    const definition: EngineHost['definition'] = (kind, id) =>
      id === 'elsewhere' ? (Promise.resolve(elsewhere) as never) : project.host.definition(kind, id);
    const host: EngineHost = { ...project.host, definition };
    const { exit, processes } = await runProcesses(host, [spec]);
    expect(exit, JSON.stringify(processes)).to.equal(0);
    expect(carried.map((unit) => unit.partition.index)).to.deep.equal([0, 1, 2]);
    expect(project.store.rows('orders', ['id'])).to.have.length(25);
  });

  it('an executor that forgets a unit is found out', async () => {
    const forgetful = defineExecutor({
      summary: 'Forgets the last unit',
      options: z.object({}),
      create: () => ({
        run: (units, _parallel, carryOut) => Promise.all(units.slice(1).map(carryOut)),
        close: () => Promise.resolve(),
      }),
    });
    const definition: EngineHost['definition'] = (kind, id) =>
      id === 'forgetful' ? (Promise.resolve(forgetful) as never) : project.host.definition(kind, id);
    const spec = memorySpec({ source: { options: { partitions: 3 } }, engine: { executor: 'forgetful' } });
    const { processes } = await runProcesses({ ...project.host, definition }, [spec]);
    expect(processes[0]!.result.errors[0]!.code).to.equal('DPONE_COUNT_MISMATCH');
    expect(project.store.table('orders')).to.equal(undefined);
  });

  it('the built-in plugin is registered like anyone else', () => {
    expect(definePlugin({ register: () => undefined }).$$type).to.equal('@dpone/Plugin');
    expect(project.host.ids('executor')).to.deep.equal(['local']);
    expect(project.host.ids('stateStore')).to.deep.equal(['file']);
  });
});
