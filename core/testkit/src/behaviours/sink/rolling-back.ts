import {
  stableJson,
  type FinalizeStep,
  type FinalizeStepName,
  type RollbackProgram,
  type Sink,
  type SinkRollback,
  type TargetLock,
} from '@dpone/sdk';
import type { Behaviour } from '../../behaviour.js';
import { expectError } from '../../expect-error.js';
import { orders } from '../../fixtures/domain.js';
import type { SinkScenario } from '../../scenario.js';
import {
  bench,
  create,
  expectTarget,
  held,
  load,
  loadId,
  loadRef,
  owner,
  program,
  STATE_KEY,
  useSink,
  type Bench,
} from './use-sink.js';

const applies = ({ definition }: SinkScenario): boolean => definition.capabilities.rollback === true;

/** A case on a target whose sink keeps backups. */
const keeping = (scenario: SinkScenario, run: (b: Bench) => Promise<void>): Promise<void> =>
  bench(scenario, (b) => run({ ...b, place: { ...b.place, options: { ...b.place.options, keep_backup: true } } }));

function rollbackOf(sink: Sink): SinkRollback {
  if (sink.rollback === undefined) throw new Error('The sink declares rollback and has none.');
  return sink.rollback;
}

/** Undoes load `n` as load `by`. */
function undoing(b: Bench, n: number, by: number, fence: number): RollbackProgram {
  const ref = loadRef(b, by, fence);
  const { receipt, state } = program(ref, [], 0, { state: 'before' });
  return { load: ref, undoes: loadId(n), receipt, state };
}

async function undo(b: Bench, n: number, by: number, onStep?: (name: FinalizeStepName) => void): Promise<void> {
  await useSink(
    b,
    async (sink) => {
      const lock: TargetLock = await sink.lock(owner(by), 0);
      try {
        await rollbackOf(sink).restore(undoing(b, n, by, lock.fence));
      } finally {
        await lock.release();
      }
    },
    onStep,
  );
}

const LOADS: readonly { readonly name: string; readonly step: FinalizeStep }[] = [
  { name: 'replace_all by swap', step: { op: 'replace_all', by: 'swap' } },
  { name: 'replace_all by truncate_insert', step: { op: 'replace_all', by: 'truncate_insert' } },
  { name: 'append', step: { op: 'append' } },
  { name: 'merge by upsert', step: { op: 'merge', key: ['id'], by: 'upsert' } },
  { name: 'remove_absent', step: { op: 'remove_absent', key: ['id'], how: 'delete' } },
];

const undoesEach: readonly Behaviour<SinkScenario>[] = LOADS.map(({ name, step }) => ({
  id: `sink.rollback.${name.replaceAll(' ', '-')}`,
  title: `${name} is undone: rows, state and receipt, and what the load had made is kept`,
  applies: (scenario) => applies(scenario) && scenario.definition.capabilities.finalize.includes(step.op),
  run: (scenario) =>
    keeping(scenario, async (b) => {
      const before = held(scenario, orders(1, 8));
      const { columns } = before.schema;
      await create(b, 1, before, { state: 'before' });
      await load(b, 2, held(scenario, orders(5, 12, 1)), { steps: [step], state: 'after' });
      await useSink(b, async (sink) => {
        const backup = await rollbackOf(sink).backup(loadId(2));
        if (backup?.rows !== before.rows.length)
          throw new Error(`The backup has ${backup?.rows ?? 'no'} rows, the target had ${before.rows.length}.`);
        if (backup.statements.length === 0) throw new Error('The backup does not say how it is put back.');
        const said = ((await sink.receipt(loadId(2)))?.detail as { backup?: unknown } | null)?.backup;
        const right = { table: backup.table, rows: backup.rows };
        if (stableJson(said, 0) !== stableJson(right, 0))
          throw new Error(`The receipt says ${stableJson(said, 0)} of the backup, expected ${stableJson(right, 0)}.`);
      });
      await undo(b, 2, 3);
      await expectTarget(b, before.rows, columns, `the target after ${name} was undone`);
      await useSink(b, async (sink) => {
        if ((await sink.state(STATE_KEY))?.state !== 'before') throw new Error('The state was not put back.');
        if ((await sink.receipt(loadId(3)))?.finalRows !== before.rows.length)
          throw new Error('The rollback left no receipt, or a wrong one.');
        if ((await rollbackOf(sink).backup(loadId(2))) !== null) throw new Error('The backup is still there.');
      });
      const tables = await scenario.tables(b.place, b.c);
      if (!tables.some((table) => table.includes(`__dpone_failed_${loadId(2)}`)))
        throw new Error(`What the load had made is gone; there is ${tables.join(', ')}.`);
      await load(b, 4, held(scenario, orders(20, 22)), { steps: [{ op: 'append' }] });
    }),
}));

const keepsNewest: Behaviour<SinkScenario> = {
  id: 'sink.rollback.keeps-the-newest',
  title: 'only the newest load has a backup, and a first load has none',
  applies,
  run: (scenario) =>
    keeping(scenario, async (b) => {
      await create(b, 1, held(scenario, orders(1, 3)));
      const step: FinalizeStep = { op: 'append' };
      await load(b, 2, held(scenario, orders(4, 5)), { steps: [step] });
      await load(b, 3, held(scenario, orders(6, 7)), { steps: [step] });
      await useSink(b, async (sink) => {
        const backups = await Promise.all([1, 2, 3].map((n) => rollbackOf(sink).backup(loadId(n))));
        const rows = backups.map((backup) => backup?.rows ?? null);
        if (JSON.stringify(rows) !== '[null,null,5]')
          throw new Error(`Backups of loads 1 to 3 have ${JSON.stringify(rows)} rows, expected [null,null,5].`);
      });
    }),
};

const keepsNone: Behaviour<SinkScenario> = {
  id: 'sink.rollback.keeps-only-when-asked',
  title: 'nothing is kept where the option is not set',
  applies,
  run: (scenario) =>
    bench(scenario, async (b) => {
      await create(b, 1, held(scenario, orders(1, 3)));
      await load(b, 2, held(scenario, orders(4, 5)), {});
      const tables = await scenario.tables(b.place, b.c);
      if (tables.some((table) => table.includes('__dpone_backup_')))
        throw new Error(`A backup was kept: ${tables.join(', ')}.`);
    }),
};

const fenced: Behaviour<SinkScenario> = {
  id: 'sink.rollback.fence-refuses-older',
  title: 'a rollback whose lock was taken over changes nothing',
  applies,
  run: (scenario) =>
    keeping(scenario, async (b) => {
      await create(b, 1, held(scenario, orders(1, 3)));
      const after = held(scenario, orders(5, 9));
      await load(b, 2, after, {});
      await useSink(b, async (sink) => {
        const old = await sink.lock(owner(3), 0);
        await old.release();
        const young = await sink.lock(owner(4), 0);
        await expectError(() => rollbackOf(sink).restore(undoing(b, 2, 3, old.fence)), ['DPONE_FENCED']);
        await young.release();
      });
      await expectTarget(b, after.rows, after.schema.columns, 'the target after a fenced rollback');
    }),
};

const STOPS: readonly FinalizeStepName[] = ['finalize.begun', 'finalize.changed', 'finalize.receipted'];

/** A rollback that stops at a named step: nothing of it is seen. */
const stopsWhole: readonly Behaviour<SinkScenario>[] = STOPS.map((stop) => ({
  id: `sink.rollback.stops.${stop}`,
  title: `a rollback that stopped at ${stop} has changed nothing, and can be begun again`,
  applies: (scenario) => applies(scenario) && scenario.definition.capabilities.transactional,
  run: (scenario) =>
    keeping(scenario, async (b) => {
      const before = held(scenario, orders(1, 4));
      const after = held(scenario, orders(10, 13));
      await create(b, 1, before, { state: 'before' });
      await load(b, 2, after, { steps: [{ op: 'replace_all', by: 'swap' }], state: 'after' });
      const stopped = await undo(b, 2, 3, (name) => {
        if (name === stop) throw new Error('the case stops here');
      }).then(
        () => false,
        () => true,
      );
      if (!stopped) throw new Error(`restore never announced ${stop}.`);
      await expectTarget(b, after.rows, after.schema.columns, `the target after a stop at ${stop}`);
      await useSink(b, async (sink) => {
        if ((await sink.receipt(loadId(3))) !== null) throw new Error('What did not happen has a receipt.');
        if ((await sink.state(STATE_KEY))?.state !== 'after') throw new Error('The state was moved.');
      });
      await undo(b, 2, 4);
      await expectTarget(b, before.rows, before.schema.columns, 'the target after the rollback was begun again');
    }),
}));

/** What a sink that can undo loads is held against. */
export const ROLLBACK_BEHAVIOURS: readonly Behaviour<SinkScenario>[] = [
  ...undoesEach,
  keepsNewest,
  keepsNone,
  fenced,
  ...stopsWhole,
];
