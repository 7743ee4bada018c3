import type { FinalizeStep } from '@dpone/sdk';
import type { Behaviour } from '../../behaviour.js';
import { orders } from '../../fixtures/domain.js';
import { withRows } from '../../fixtures/fixture.js';
import { applySteps } from '../../model.js';
import type { SinkScenario } from '../../scenario.js';
import {
  bench,
  create,
  expectNoStaging,
  expectTarget,
  held,
  load,
  loadRef,
  owner,
  program,
  useSink,
} from './use-sink.js';

const STEPS: readonly { readonly name: string; readonly step: FinalizeStep }[] = [
  { name: 'replace_all by swap', step: { op: 'replace_all', by: 'swap' } },
  { name: 'replace_all by truncate_insert', step: { op: 'replace_all', by: 'truncate_insert' } },
  { name: 'append', step: { op: 'append' } },
  { name: 'append of new keys', step: { op: 'append', unlessKey: ['id'] } },
  { name: 'merge by upsert', step: { op: 'merge', key: ['id'], by: 'upsert' } },
  { name: 'merge by delete_insert', step: { op: 'merge', key: ['id'], by: 'delete_insert' } },
  { name: 'merge by two columns', step: { op: 'merge', key: ['id', 'ordered_on'], by: 'upsert' } },
  {
    name: 'delete',
    step: {
      op: 'delete',
      where: {
        op: 'and',
        all: [
          { op: 'ge', column: 'id', value: 4 },
          { op: 'is_not_null', column: 'amount' },
        ],
      },
    },
  },
  { name: 'replace_partitions', step: { op: 'replace_partitions', column: 'ordered_on', native: 'auto' } },
  { name: 'remove_absent', step: { op: 'remove_absent', key: ['id'], how: 'delete' } },
];

/** Every primitive that a sink declares does what the model says, with the counts that it says. */
export const FINALIZE_BEHAVIOURS: readonly Behaviour<SinkScenario>[] = STEPS.map(({ name, step }) => ({
  id: `sink.finalize.${name.replaceAll(' ', '-')}`,
  title: `${name} leaves the rows and counts that it should`,
  applies: ({ definition }) => definition.capabilities.finalize.includes(step.op),
  run: (scenario) =>
    bench(scenario, async (b) => {
      const before = held(scenario, orders(1, 8));
      await create(b, 1, before);
      const staged = held(scenario, orders(5, 12, 1));
      const columns = before.schema.columns;
      const expected = applySteps([step], before.rows, staged.rows, columns);
      const result = await load(b, 2, staged, { steps: [step] });
      await expectTarget(b, expected.rows, columns, name);
      // Null where the system would have to read all of it to count.
      const final = result.finalRows ?? expected.rows.length;
      const said = `${result.inserted}/${result.updated}/${final}`;
      const right = `${expected.inserted}/${expected.updated}/${expected.rows.length}`;
      if (said !== right) throw new Error(`inserted/updated/final are ${said}, expected ${right}.`);
      if (step.op !== 'replace_all' && step.op !== 'replace_partitions' && result.deleted !== expected.deleted)
        throw new Error(`deleted is ${result.deleted}, expected ${expected.deleted}.`);
      await load(b, 3, withRows(staged, []), { steps: [step] });
      await expectTarget(
        b,
        applySteps([step], expected.rows, [], columns).rows,
        columns,
        `${name} of an empty staging`,
      );
      await expectNoStaging(b);
    }),
}));

export const explains: Behaviour<SinkScenario> = {
  id: 'sink.explains',
  title: 'explain shows statements and touches nothing',
  run: (scenario) =>
    bench(scenario, async (b) => {
      const fixture = held(scenario, orders(1, 3));
      const asked = { changes: [{ kind: 'create_table', schema: fixture.schema }] } as const;
      const said = await useSink(b, async (sink) =>
        sink.explain(program(loadRef(b, 1, 1), fixture.schema.columns, 3, asked)),
      );
      if (said.length === 0 || said.some((statement) => statement.trim() === ''))
        throw new Error('explain() shows nothing.');
      await expectTarget(b, null, [], 'the target after explain()');
    }),
};

export const replays: Behaviour<SinkScenario> = {
  id: 'sink.replay-has-no-effect',
  title: 'a load id that has its receipt never takes effect again',
  applies: ({ definition }) => definition.capabilities.finalize.includes('append'),
  run: (scenario) =>
    bench(scenario, async (b) => {
      const first = held(scenario, orders(1, 5));
      await create(b, 1, first, { state: 'first' });
      await load(b, 1, held(scenario, orders(6, 8)), { steps: [{ op: 'append' }], state: 'second' }).catch(
        () => undefined,
      );
      await expectTarget(b, first.rows, first.schema.columns, 'the target after a replay');
      await useSink(b, async (sink) => {
        const lock = await sink.lock(owner(2), 0);
        for (const open of await sink.openLoads()) await sink.recover(open.loadId);
        await lock.release();
        if ((await sink.history(10)).length !== 1) throw new Error('The replay left a second receipt.');
        if ((await sink.state('case'))?.state !== 'first') throw new Error('The replay moved the state.');
      });
      await expectTarget(b, first.rows, first.schema.columns, 'the target after recovering from a replay');
    }),
};
