import { expect } from 'chai';
import { PROTOCOL_STEPS, runProcesses, type ProcessHistory, type ProcessSpec, type RunEvent } from '@dpone/engine';
import { COLUMNS, memoryProject, memorySpec, orders, type MemoryProject } from '../support/memory-project.js';

const MERGE = memorySpec({ sink: { strategy: { mode: 'incremental_merge', uniqueKey: ['id'] } } });
const APPEND = memorySpec({
  source: { cursor: { kind: 'column', column: 'id' } },
  sink: { strategy: { mode: 'incremental_append' } },
});
const FULL = memorySpec();

describe('load protocol', () => {
  let project: MemoryProject;
  beforeEach(async () => {
    project = await memoryProject();
    project.store.put('source_orders', COLUMNS, orders(1, 250, 1));
  });
  afterEach(() => project.remove());

  const run = (spec: ProcessSpec, onEvent?: (event: RunEvent) => void | Promise<void>) =>
    runProcesses(project.host, [spec], { onEvent, lockTimeoutMs: 2000 });
  const target = () => project.store.rows('orders', ['id', 'amount']);
  const expected = (rows: readonly (readonly [bigint, string])[]) =>
    rows
      .map(([id, amount]) => ({ id, amount }))
      .toSorted((a, b) => (JSON.stringify(`${a.id}n`) < JSON.stringify(`${b.id}n`) ? -1 : 1));
  const packages = () =>
    project
      .files('.dpone/load-packages')
      .filter((name) => name.endsWith('.json'))
      .map((name) => project.json(`.dpone/load-packages/${name}`));

  it('announces every step of the protocol, in order', async () => {
    const steps: string[] = [];
    const result = await run(FULL, (event) => void (event.type === 'step' && steps.push(event.step)));
    expect(result.exit, JSON.stringify(result)).to.equal(0);
    expect(steps).to.deep.equal([...PROTOCOL_STEPS]);
    expect(target()).to.deep.equal(expected(orders(1, 250, 1)));
    expect(project.store.staging.size).to.equal(0);
    expect(project.store.locks.size).to.equal(0);
    expect(project.files('.dpone/load-packages/.open')).to.deep.equal([]);
    expect(project.files('.dpone/tmp')).to.deep.equal([]);
  });

  it('gives the result keys of the reference, and records the run and the package', async () => {
    const { processes } = await run(FULL);
    const result = processes[0]!;
    expect(result.result).to.include({
      status: 'success',
      inserted_rows: 250,
      updated_rows: 0,
      final_rows: 250,
      extracted_rows: 250,
      rejected_rows: 0,
    });
    const { record, ...recorded } = project.json(`.dpone/runs/${result.run_id}/orders.json`);
    expect(recorded).to.deep.equal(JSON.parse(JSON.stringify(result)));
    expect((record as ProcessHistory).steps.map(({ step }) => step)).to.deep.equal([...PROTOCOL_STEPS]);
    expect(project.json(result.artifacts.package)).to.include({
      status: 'committed',
      rows_staged: 250,
      rows_loaded: 250,
    });
  });

  it('fills framework columns with constants of the load', async () => {
    const { processes } = await run(FULL);
    const [row] = project.store.rows('orders', ['__dpone__load_id', '__dpone__loaded_at']);
    expect(row).to.have.property('__dpone__load_id', processes[0]!.load_id);
    expect(String(row!['__dpone__loaded_at'])).to.match(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('stages partitions in parallel and counts them all', async () => {
    const steps: string[] = [];
    const spec = memorySpec({ source: { options: { partitions: 7 } }, engine: { parallel: 3 } });
    const result = await run(spec, (event) => void (event.type === 'step' && steps.push(event.step)));
    expect(result.exit).to.equal(0);
    expect(steps.filter((step) => step === 'stage.unit')).to.have.length(7);
    expect(target()).to.have.length(250);
  });

  for (const [name, spec] of [
    ['full_refresh', FULL],
    ['incremental_append', APPEND],
    ['incremental_merge', MERGE],
  ] as const)
    for (const step of PROTOCOL_STEPS)
      it(`${name} abandoned at ${step}: the next load ends right`, async () => {
        await run(spec);
        const second = [...orders(1, 200, 1), ...orders(201, 300, 2)];
        project.store.put('source_orders', COLUMNS, second);
        const reached = new Promise<void>((resolve) => {
          void run(spec, (event) => {
            if (event.type !== 'step' || event.step !== step) return undefined;
            resolve();
            // The process dies here: this load never goes on, and its sessions are gone.
            project.store.crash();
            return new Promise(() => undefined);
          });
        });
        await reached;
        const steps: string[] = [];
        const result = await run(spec, (event) => void (event.type === 'step' && steps.push(event.step)));
        expect(result.exit, JSON.stringify(result)).to.equal(0);
        expect(steps).to.include('load.unlocked');
        const rows = name === 'incremental_append' ? [...orders(1, 250, 1), ...orders(251, 300, 2)] : second;
        expect(target()).to.deep.equal(expected(rows));
        expect(project.store.staging.size).to.equal(0);
        expect(project.files('.dpone/load-packages/.open')).to.deep.equal([]);
        const receipts = project.store.durable.receipts.map((r) => r.loadId).toSorted();
        const committed = packages()
          .filter((p) => p['status'] === 'committed')
          .map((p) => p['load_id']);
        expect(committed).to.deep.equal(receipts);
        expect(packages().filter((p) => p['status'] === 'started' || p['status'] === 'staged')).to.deep.equal([]);
        if (name === 'incremental_append')
          expect(project.store.state('orders')).to.deep.equal({ cursor: 'column', column: 'id', value: '300' });
      });

  for (const step of PROTOCOL_STEPS.slice(0, PROTOCOL_STEPS.indexOf('finalize.committed')))
    it(`a load that fails at ${step} leaves the target and nothing else`, async () => {
      await run(FULL);
      const before = target();
      project.store.put('source_orders', COLUMNS, orders(1, 10, 9));
      const result = await run(FULL, (event) => {
        if (event.type === 'step' && event.step === step) throw new Error('the listener broke');
      });
      expect(result.exit).to.equal(3);
      expect(result.processes[0]!.result.errors[0]!.message).to.equal('the listener broke');
      expect(target()).to.deep.equal(before);
      expect(project.store.staging.size).to.equal(0);
      expect(project.store.locks.size).to.equal(0);
      expect(project.files('.dpone/load-packages/.open')).to.deep.equal([]);
    });

  it('a commit whose answer is lost counts as what it is: committed', async () => {
    const result = await run(FULL, (event) => {
      if (event.type === 'step' && event.step === 'finalize.committed') throw new Error('the answer got lost');
    });
    expect(result.exit).to.equal(0);
    expect(result.processes[0]!.warnings.join()).to.contain('the answer got lost');
    expect(result.processes[0]!.result.final_rows).to.equal(250);
    expect(packages().map((p) => p['status'])).to.deep.equal(['committed']);
    expect(project.store.staging.size).to.equal(0);
  });

  it('state moves with the data: an increment reads only what is new, and none changes nothing', async () => {
    await run(APPEND);
    const again = await run(APPEND);
    expect(again.processes[0]!.result.extracted_rows).to.equal(0);
    expect(target()).to.have.length(250);
    project.store.put('source_orders', COLUMNS, orders(1, 260, 1));
    const third = await run(APPEND);
    expect(third.processes[0]!.result.inserted_rows).to.equal(10);
    expect(third.processes[0]!.state).to.deep.include({
      key: 'orders',
      after: { cursor: 'column', column: 'id', value: '260' },
    });
  });

  it('refuses to go on from the state of another cursor', async () => {
    await run(APPEND);
    const other = memorySpec({
      source: { cursor: { kind: 'column', column: 'amount' } },
      sink: { strategy: { mode: 'incremental_append' } },
    });
    const { exit, processes } = await run(other);
    expect(exit).to.equal(2);
    expect(processes[0]!.result.errors[0]!.code).to.equal('DPONE_OPTION_CONFLICT');
  });

  it('a source that changes while it is read fails the load as transient, and a retry mends it', async () => {
    let touched = false;
    const events: RunEvent[] = [];
    const result = await runProcesses(project.host, [FULL], {
      retryAttempts: 2,
      onEvent: (event) => {
        events.push(event);
        if (event.type === 'step' && event.step === 'stage.created' && !touched) {
          touched = true;
          project.store.put('source_orders', COLUMNS, orders(1, 20, 2));
        }
      },
    });
    expect(result.exit).to.equal(0);
    expect(result.processes[0]).to.include({ attempts: 2, max_attempts: 3 });
    expect(events.filter((e) => e.type === 'retry').map((e) => e.error.code)).to.deep.equal(['DPONE_SOURCE_CHANGED']);
    expect(target()).to.deep.equal(expected(orders(1, 20, 2)));
    expect(packages().map((p) => p['status'])).to.have.members(['failed', 'committed']);
  });

  it('does not retry what will fail again', async () => {
    const spec = memorySpec({ source: { table: { name: 'nowhere' } } });
    const result = await runProcesses(project.host, [spec], { retryAttempts: 3 });
    expect(result.exit).to.equal(3);
    expect(result.processes[0]!.attempts).to.equal(1);
    expect(result.processes[0]!.result.errors[0]!.code).to.equal('DPONE_SOURCE_NOT_FOUND');
    expect(project.files('.dpone')).to.deep.equal(['runs']);
  });

  it('a duplicate key leaves the target unchanged and says how many', async () => {
    await run(MERGE);
    const before = target();
    project.store.put('source_orders', COLUMNS, [...orders(1, 5, 3), ...orders(4, 5, 4)]);
    const { exit, processes } = await run(MERGE);
    expect(exit).to.equal(1);
    const [error] = processes[0]!.result.errors;
    expect(error!.code).to.equal('DPONE_DUPLICATE_KEY');
    expect(error!.message).to.contain('2 values of (id)');
    expect(target()).to.deep.equal(before);
  });

  it('cancellation ends the load, target unchanged, with DPONE_CANCELLED', async () => {
    const cancel = new AbortController();
    const spec = memorySpec({ source: { options: { delay_ms: 5 } } });
    const result = await runProcesses(project.host, [spec], {
      signal: cancel.signal,
      onEvent: (event) =>
        void (event.type === 'step' && event.step === 'stage.created' && setTimeout(() => cancel.abort(), 2)),
    });
    expect(result.exit).to.equal(3);
    expect(result.processes[0]!.result.errors[0]!.code).to.equal('DPONE_CANCELLED');
    expect(project.store.table('orders')).to.equal(undefined);
    expect(project.store.staging.size).to.equal(0);
    expect(project.store.locks.size).to.equal(0);
    expect(packages().map((p) => p['status'])).to.deep.equal(['cancelled']);
  });

  it('two loads of one target: the second waits, and sees what the first left', async () => {
    const [a, b] = await Promise.all([run(APPEND), run(APPEND)]);
    expect([a.exit, b.exit]).to.deep.equal([0, 0]);
    expect(target()).to.deep.equal(expected(orders(1, 250, 1)));
  });

  it('with no patience the second is refused, and says who holds the target', async () => {
    let second: Awaited<ReturnType<typeof run>> | undefined;
    const first = await run(FULL, async (event) => {
      if (event.type === 'step' && event.step === 'stage.written')
        second = await runProcesses(project.host, [FULL], { lockTimeoutMs: 0 });
    });
    expect(first.exit).to.equal(0);
    expect(second!.exit).to.equal(3);
    expect(second!.processes[0]!.result.errors[0]!.code).to.equal('DPONE_TARGET_LOCKED');
    expect(second!.processes[0]!.result.errors[0]!.message).to.contain(first.processes[0]!.load_id);
  });

  it('a worker whose lock was taken over cannot commit', async () => {
    await run(FULL);
    const before = target();
    const result = await run(FULL, (event) => {
      if (event.type === 'step' && event.step === 'stage.checked') project.store.fences.set('orders', 99);
    });
    expect(result.processes[0]!.result.errors[0]!.code).to.equal('DPONE_FENCED');
    expect(target()).to.deep.equal(before);
  });
});
