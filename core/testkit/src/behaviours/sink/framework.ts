import type { FrameworkColumn } from '@dpone/sdk';
import type { Behaviour } from '../../behaviour.js';
import { CASE_TIME } from '../../context.js';
import { orders } from '../../fixtures/domain.js';
import type { SinkScenario } from '../../scenario.js';
import { bench, firstSteps, held, loadId, loadRef, owner, program, stageInto, useSink } from './use-sink.js';

const COLUMNS: readonly FrameworkColumn[] = [
  { name: '__dpone__load_id', type: { kind: 'string' }, nullable: true, value: 'load_id' },
  {
    name: '__dpone__loaded_at',
    type: { kind: 'timestamp', precision: 6, tz: true },
    nullable: true,
    value: 'loaded_at',
  },
];

export const fillsFramework: Behaviour<SinkScenario> = {
  id: 'sink.fills-framework-columns',
  title: 'every row carries the load that brought it and the time of the load',
  applies: ({ definition }) => COLUMNS.every((column) => definition.capabilities.framework.includes(column.value)),
  run: (scenario) =>
    bench(scenario, async (b) => {
      const fixture = held(scenario, orders(1, 3));
      const columns = [...fixture.schema.columns, ...COLUMNS];
      await useSink(b, async (sink) => {
        const lock = await sink.lock(owner(1), 0);
        const ref = loadRef(b, 1, lock.fence);
        const staging = await sink.begin(ref, { columns: fixture.schema.columns, framework: COLUMNS, badRows: 'fail' });
        await stageInto(b, sink, staging, fixture, 0);
        await staging.finalize(
          program(ref, columns, 3, { changes: [{ kind: 'create_table', schema: { columns } }], steps: firstSteps(b) }),
        );
        await staging.drop();
        await lock.release();
      });
      const rows = (await scenario.rows(b.place, b.c)) ?? [];
      if (rows.length !== 3) throw new Error(`${rows.length} rows, expected 3.`);
      for (const row of rows) {
        if (row['__dpone__load_id'] !== loadId(1))
          throw new Error(`__dpone__load_id is ${JSON.stringify(row['__dpone__load_id'])}.`);
        if (Date.parse(String(row['__dpone__loaded_at'])) !== CASE_TIME.getTime())
          throw new Error(`__dpone__loaded_at is ${String(row['__dpone__loaded_at'])}.`);
      }
    }),
};
