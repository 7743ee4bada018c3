import { expect } from 'chai';
import type { Column, FinalizeStepName, LaneData } from '@dpone/sdk';
import { duckdbSink } from '../dist/index.js';
import { sinkContext, workspace, type Workspace } from './support/context.js';
import { expectError } from './support/expect-error.js';
import { batch, load, receiptOf, reference } from './support/load.js';
import { execute, query } from './support/query.js';

const COLUMNS: Column[] = [{ name: 'id', type: { kind: 'int64' }, nullable: true }];
const one = (id: bigint): LaneData => ({ transport: 'rows', schema: { columns: COLUMNS }, batches: batch([[id]]) });

describe('receipts, state and recovery', () => {
  let space: Workspace;
  beforeEach(async () => {
    space = await workspace();
  });
  afterEach(() => space.remove());

  const append = (loadId: string, id: bigint, step?: (name: FinalizeStepName) => Promise<void>) =>
    load(space, {
      loadId,
      schema: { columns: COLUMNS },
      data: one(id),
      steps: [{ op: 'append' }],
      state: { key: 'orders', state: { last: Number(id) } },
      ...(step === undefined ? {} : { step }),
    });
  const sinkOf = () => Promise.resolve(duckdbSink.create(sinkContext(space, { name: 'orders' })));

  it('writes receipt and state with the change, the newest first', async () => {
    await append('L1', 1n);
    await append('L2', 2n);
    const sink = await sinkOf();
    expect(await sink.receipt('L1')).to.deep.include({
      loadId: 'L1',
      inserted: 1,
      finalRows: 1,
      fence: 1,
      startedAt: '2026-01-05T00:00:00.000000Z',
      detail: { read: 'all' },
    });
    expect((await sink.history(10)).map((r) => [r.loadId, r.fence])).to.deep.equal([
      ['L2', 2],
      ['L1', 1],
    ]);
    expect((await sink.history(1)).map((r) => r.loadId)).to.deep.equal(['L2']);
    expect(await sink.state('orders')).to.deep.include({ key: 'orders', state: { last: 2 }, loadId: 'L2' });
    expect(await sink.state('other')).to.equal(null);
    await sink.resetState('orders');
    expect(await sink.states()).to.deep.equal([]);
    expect(await sink.receipt('L9')).to.equal(null);
    await sink.close();
  });

  for (const at of ['finalize.begun', 'finalize.changed', 'finalize.receipted'] as const)
    it(`a failure at ${at} leaves nothing of the load behind but staging, which recover drops`, async () => {
      await append('L1', 1n);
      const broken = append('L2', 2n, async (name) => {
        if (name === at) throw new Error('stopped here');
      });
      await broken.then(
        () => expect.fail('it went through'),
        (error: unknown) => expect(String(error)).to.contain('stopped here'),
      );
      expect(await query(space.path('target.duckdb'), 'SELECT id FROM orders')).to.deep.equal([['1']]);
      const sink = await sinkOf();
      expect(await sink.openLoads()).to.deep.equal([{ loadId: 'L2' }]);
      expect(await sink.receipt('L2')).to.equal(null);
      expect(await sink.state('orders')).to.deep.include({ state: { last: 1 } });
      expect(await sink.recover('L2')).to.equal('undone');
      expect(await sink.openLoads()).to.deep.equal([]);
      await sink.close();
    });

  it('a committed load whose staging is still there is finished, and another target’s staging is left alone', async () => {
    const failing = append('L1', 1n, async (name) => {
      if (name === 'finalize.committed') throw new Error('after the commit');
    });
    await failing.catch(() => undefined);
    const other = await duckdbSink.create(sinkContext(space, { name: 'customers' }));
    const lock = await other.lock({ loadId: 'C1', host: 'h', pid: 1 }, 0);
    await other.begin(reference('C1', { name: 'customers' }), { columns: COLUMNS, framework: [], badRows: 'fail' });
    const sink = await sinkOf();
    expect(await sink.openLoads()).to.deep.equal([{ loadId: 'L1' }]);
    expect(await sink.recover('L1')).to.equal('finished');
    expect(await other.openLoads()).to.deep.equal([{ loadId: 'C1' }]);
    await lock.release();
    await other.close();
    await sink.close();
    expect(await query(space.path('target.duckdb'), 'SELECT id FROM orders')).to.deep.equal([['1']]);
  });

  it('another worker can go on with staging that the first one made', async () => {
    const sink = await sinkOf();
    const lock = await sink.lock({ loadId: 'L1', host: 'h', pid: 1 }, 0);
    const spec = { columns: COLUMNS, framework: [], badRows: 'reject' } as const;
    const ref = { ...reference('L1'), fence: lock.fence };
    const first = await sink.begin(ref, spec);
    const second = await (await sinkOf()).attach(ref, spec);
    await Promise.all([first.stage(one(1n), 0, () => undefined), second.stage(one(2n), 1, () => undefined)]);
    expect(await first.count()).to.equal(2);
    await first.drop();
    await expectError(async () => sink.attach(ref, spec), 'DPONE_SINK_WRITE');
    await sink.close();
  });

  it('a paused old worker cannot commit once a newer fence is there', async () => {
    await append('L1', 1n);
    const sink = await sinkOf();
    const lock = await sink.lock({ loadId: 'L2', host: 'h', pid: 1 }, 0);
    const ref = { ...reference('L2'), fence: lock.fence };
    const staging = await sink.begin(ref, { columns: COLUMNS, framework: [], badRows: 'fail' });
    await staging.stage(one(2n), 0, () => undefined);
    const program = {
      load: { ...ref, fence: lock.fence - 1 },
      columns: COLUMNS,
      changes: [],
      steps: [{ op: 'append' } as const],
      receipt: receiptOf('L2'),
      state: null,
    };
    await expectError(() => staging.finalize(program), 'DPONE_FENCED');
    await sink.close();
    await execute(space.path('target.duckdb'), 'UPDATE __dpone__locks SET fence = 99');
    expect(await query(space.path('target.duckdb'), 'SELECT id FROM orders')).to.deep.equal([['1']]);
  });

  it('a heartbeat notices that another worker took over', async () => {
    const sink = await sinkOf();
    const lock = await sink.lock({ loadId: 'L1', host: 'h', pid: 1 }, 0);
    await lock.heartbeat();
    await lock.release();
    await expectError(() => lock.heartbeat(), 'DPONE_FENCED');
    await sink.close();
  });

  it('two loads of one target in one process: the second waits for the first, or is told who holds it', async () => {
    const [first, second] = [await sinkOf(), await sinkOf()];
    const lock = await first.lock({ loadId: 'L1', host: 'here', pid: 7 }, 0);
    const error = await expectError(
      () => second.lock({ loadId: 'L2', host: 'here', pid: 7 }, 0),
      'DPONE_TARGET_LOCKED',
    );
    expect(error.message).to.contain('load L1 (here, pid 7)');
    const waiting = second.lock({ loadId: 'L2', host: 'here', pid: 7 }, 10_000);
    await lock.release();
    expect((await waiting).fence).to.equal(lock.fence + 1);
    await second.close();
    await first.close();
  });
});
