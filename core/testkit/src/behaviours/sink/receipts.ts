import type { FinalizeStepName } from '@dpone/sdk';
import type { Behaviour } from '../../behaviour.js';
import { expectError } from '../../expect-error.js';
import { orders } from '../../fixtures/domain.js';
import type { SinkScenario } from '../../scenario.js';
import {
  bench,
  create,
  expectNoStaging,
  expectTarget,
  held,
  load,
  loadId,
  loadRef,
  loadUnder,
  owner,
  program,
  stage,
  STATE_KEY,
  useSink,
} from './use-sink.js';

export const receiptsCommit: Behaviour<SinkScenario> = {
  id: 'sink.receipt-and-state',
  title: 'the receipt and the state say what was committed',
  run: (scenario) =>
    bench(scenario, async (b) => {
      const fixture = held(scenario, orders(1, 6));
      await create(b, 1, fixture, { state: { at: 'one', n: [1, null] } });
      await load(b, 2, held(scenario, orders(7, 9)), { state: { at: 'two' } });
      await useSink(b, async (sink) => {
        const receipt = await sink.receipt(loadId(1));
        const said = {
          rowsStaged: receipt?.rowsStaged,
          inserted: receipt?.inserted,
          finalRows: receipt?.finalRows,
          process: receipt?.process,
          detail: receipt?.detail,
        };
        const right = { rowsStaged: 6, inserted: 6, finalRows: 6, process: 'case', detail: { kit: true } };
        if (JSON.stringify(said) !== JSON.stringify(right))
          throw new Error(`The receipt says ${JSON.stringify(said)}, expected ${JSON.stringify(right)}.`);
        if (Number.isNaN(Date.parse(receipt!.committedAt))) throw new Error(`committedAt is ${receipt!.committedAt}.`);
        const history = (await sink.history(10)).map((r) => r.loadId);
        if (history.join() !== [loadId(2), loadId(1)].join())
          throw new Error(`history() gives ${history.join()}, the newest should be first.`);
        if ((await sink.receipt(loadId(3))) !== null) throw new Error('A load that never was has a receipt.');
        const state = await sink.state(STATE_KEY);
        if (JSON.stringify(state?.state) !== '{"at":"two"}' || state?.loadId !== loadId(2))
          throw new Error(`The state is ${JSON.stringify(state)}.`);
        if ((await sink.states()).length !== 1) throw new Error('states() should list one state.');
        await sink.resetState(STATE_KEY);
        if ((await sink.state(STATE_KEY)) !== null) throw new Error('resetState() left the state.');
      });
    }),
};

export const putsState: Behaviour<SinkScenario> = {
  id: 'sink.puts-state',
  title: 'a state that is put outside of a load is compared with what was read',
  run: (scenario) =>
    bench(scenario, async (b) => {
      await useSink(b, async (sink) => {
        // Left out by sinks that cannot; a load then asks for a state store.
        if (sink.putState === undefined) return;
        const put = (by: number, expected: number | null): Promise<void> =>
          sink.putState!(
            { key: 'ledger/1', state: { by }, loadId: loadId(by) },
            expected === null ? null : loadId(expected),
          );
        await put(1, null);
        await expectError(() => put(2, null), ['DPONE_FENCED']);
        await put(3, 1);
        await expectError(() => put(4, 1), ['DPONE_FENCED']);
        const record = await sink.state('ledger/1');
        if (JSON.stringify(record?.state) !== '{"by":3}' || record?.loadId !== loadId(3))
          throw new Error(`The state is ${JSON.stringify(record)}.`);
        await sink.resetState('ledger/1');
        await expectError(() => put(5, 3), ['DPONE_FENCED']);
        await put(6, null);
      });
      const after = await useSink(b, (sink) => sink.state('ledger/1'));
      if (after !== null && after.loadId !== loadId(6))
        throw new Error(`Another opening sees ${JSON.stringify(after)}.`);
    }),
};

export const fences: Behaviour<SinkScenario> = {
  id: 'sink.fence-refuses-older',
  title: 'a worker whose lock was taken over changes nothing',
  run: (scenario) =>
    bench(scenario, async (b) => {
      const before = held(scenario, orders(1, 4));
      await create(b, 1, before);
      const late = held(scenario, orders(5, 6));
      await useSink(b, async (sink) => {
        const old = await sink.lock(owner(2), 0);
        await old.release();
        const young = await sink.lock(owner(3), 0);
        if (young.fence <= old.fence)
          throw new Error(`The fence went from ${old.fence} to ${young.fence}: it must grow.`);
        const ref = loadRef(b, 2, old.fence);
        const { staging } = await stage(b, sink, ref, late);
        await expectError(() => staging.finalize(program(ref, late.schema.columns, 2, {})), ['DPONE_FENCED']);
        await staging.drop();
        await young.release();
      });
      await expectTarget(b, before.rows, before.schema.columns, 'the target after a fenced worker');
    }),
};

export const locks: Behaviour<SinkScenario> = {
  id: 'sink.locks',
  title: 'a held target is refused, naming the holder, and free again when released',
  run: (scenario) =>
    bench(scenario, (b) =>
      useSink(b, async (sink) => {
        const held = await sink.lock(owner(1), 0);
        await held.heartbeat();
        const error = await expectError(() => sink.lock(owner(2), 0), ['DPONE_TARGET_LOCKED']);
        const text = `${error.message} ${error.where ?? ''}`;
        if (!text.includes(loadId(1)) && !text.includes(String(process.pid)))
          throw new Error(`The refusal names no holder: ${text}`);
        await held.release();
        await (await sink.lock(owner(2), 0)).release();
      }),
    ),
};

const STEPS: readonly FinalizeStepName[] = [
  'finalize.begun',
  'finalize.changed',
  'finalize.receipted',
  'finalize.committed',
];

/** A worker that stops at each named step of finalize; the next one finishes or undoes its load by the receipt. */
export const RECOVER_BEHAVIOURS: readonly Behaviour<SinkScenario>[] = STEPS.map((stop) => ({
  id: `sink.recovers.${stop}`,
  title: `a load that stopped at ${stop} is finished or undone as a whole`,
  run: (scenario) =>
    bench(scenario, async (b) => {
      const before = held(scenario, orders(1, 6));
      const after = held(scenario, orders(10, 13));
      await create(b, 1, before, { state: 'before' });
      const reached: string[] = [];
      await useSink(
        b,
        async (sink) => {
          const lock = await sink.lock(owner(2), 0);
          await loadUnder(b, sink, lock, 2, after, { state: 'after' }).catch(() => undefined);
          await lock.release();
        },
        (name) => {
          reached.push(name);
          if (name === stop) throw new Error('the case stops here');
        },
      );
      if (!reached.includes(stop))
        throw new Error(`finalize never announced ${stop}; it announced ${reached.join(', ') || 'nothing'}.`);
      await useSink(b, async (sink) => {
        const lock = await sink.lock(owner(3), 0);
        for (const open of await sink.openLoads()) await sink.recover(open.loadId);
        const done = (await sink.receipt(loadId(2))) !== null;
        const state = (await sink.state(STATE_KEY))?.state;
        if (state !== (done ? 'after' : 'before'))
          throw new Error(`The receipt is ${done ? '' : 'not '}there, but the state is ${JSON.stringify(state)}.`);
        if ((await sink.openLoads()).length > 0) throw new Error('A recovered load is still open.');
        await lock.release();
      });
      const done = await useSink(b, async (sink) => (await sink.receipt(loadId(2))) !== null);
      await expectTarget(
        b,
        done ? after.rows : before.rows,
        before.schema.columns,
        done ? 'a finished load' : 'an undone load',
      );
      if (stop === 'finalize.committed' && !done) throw new Error('A committed load was undone.');
      await expectNoStaging(b);
      await load(b, 4, after, { state: 'again' });
      await expectTarget(b, after.rows, before.schema.columns, 'the load that followed');
    }),
}));
