import type { Behaviour } from '../../behaviour.js';
import { sameRows } from '../../compare.js';
import { allTypes } from '../../fixtures/all-types.js';
import { awkwardNames, orders } from '../../fixtures/domain.js';
import { withRows, type Fixture } from '../../fixtures/fixture.js';
import { fixtureData, refusal } from '../../lane-data.js';
import type { SinkScenario } from '../../scenario.js';
import {
  bench,
  create,
  expectNoStaging,
  expectTarget,
  firstSteps,
  held,
  loadRef,
  owner,
  program,
  stage,
  stageInto,
  useSink,
  type Bench,
} from './use-sink.js';

export const stagingInvisible: Behaviour<SinkScenario> = {
  id: 'sink.staging-invisible',
  title: 'staging does not touch the target, and is gone when dropped',
  run: (scenario) =>
    bench(scenario, async (b) => {
      const before = held(scenario, orders(1, 5));
      await create(b, 1, before);
      const staged = held(scenario, orders(3, 9, 1));
      const ref = await useSink(b, async (sink) => {
        const lock = await sink.lock(owner(2), 0);
        const load = loadRef(b, 2, lock.fence);
        const { staging, result } = await stage(b, sink, load, staged);
        const counted = await staging.count();
        if (result.rows !== 7 || result.rejected !== 0 || counted !== 7)
          throw new Error(`7 rows were staged; the result says ${JSON.stringify(result)}, count() ${counted}.`);
        await lock.release();
        return load;
      });
      await expectTarget(b, before.rows, before.schema.columns, 'the target while a load is staged');
      await useSink(b, async (sink) => {
        const staging = await sink.attach(ref, { columns: staged.schema.columns, framework: [], badRows: 'fail' });
        await staging.drop();
        await staging.drop();
      });
      await expectNoStaging(b);
      await expectTarget(b, before.rows, before.schema.columns, 'the target after staging was dropped');
    }),
};

export const attaches: Behaviour<SinkScenario> = {
  id: 'sink.attaches',
  title: 'partitions staged by another process are part of the load',
  run: (scenario) =>
    bench(scenario, async (b) => {
      const whole = held(scenario, orders(1, 20));
      const { columns } = whole.schema;
      const spec = { columns, framework: [], badRows: 'fail' } as const;
      await useSink(b, async (sink) => {
        const lock = await sink.lock(owner(1), 0);
        const ref = loadRef(b, 1, lock.fence);
        const staging = await sink.begin(ref, spec);
        await stageInto(b, sink, staging, withRows(whole, whole.rows.slice(0, 9)), 0);
        await useSink(b, async (other) => {
          const attached = await other.attach(ref, spec);
          await stageInto(b, other, attached, withRows(whole, whole.rows.slice(9)), 1);
        });
        const counted = await staging.count();
        if (counted !== 20) throw new Error(`20 rows were staged by two processes, count() says ${counted}.`);
        await staging.finalize(
          program(ref, columns, 20, {
            changes: [{ kind: 'create_table', schema: whole.schema }],
            steps: firstSteps(b),
          }),
        );
        await staging.drop();
        await lock.release();
      });
      await expectTarget(b, whole.rows, columns, 'the target');
    }),
};

async function roundTrip(b: Bench, fixture: Fixture): Promise<void> {
  await create(b, 1, fixture);
  await expectTarget(b, fixture.rows, fixture.schema.columns, fixture.name);
  const info = await useSink(b, (sink) => sink.inspect());
  const names = info.schema?.columns.map((c) => c.name);
  if (!info.exists || JSON.stringify(names) !== JSON.stringify(fixture.schema.columns.map((c) => c.name)))
    throw new Error(`inspect() says ${JSON.stringify(names)} of a target that was just made.`);
}

export const holdsAllTypes: Behaviour<SinkScenario> = {
  id: 'sink.holds-all-types',
  title: 'extreme values of every type that it has are held exactly',
  run: (scenario) =>
    bench(scenario, async (b) => {
      const refused = await useSink(b, async (sink) => {
        const { columns } = allTypes().schema;
        return columns.filter((column) => 'refused' in sink.physicalType(column)).map((column) => column.name);
      });
      const wrong = refused.filter(
        (name) => scenario.holds?.(allTypes().schema.columns.find((c) => c.name === name)!) ?? true,
      );
      if (wrong.length > 0)
        throw new Error(`physicalType refuses ${wrong.join(', ')}, which the scenario says it holds.`);
      await roundTrip(
        b,
        allTypes((column) => !refused.includes(column.name), scenario.reaches),
      );
    }),
};

export const quotesNames: Behaviour<SinkScenario> = {
  id: 'sink.quotes-names',
  title: 'names with quotes, blanks, keywords and mixed case are kept',
  run: (scenario) => bench(scenario, (b) => roundTrip(b, held(scenario, awkwardNames())), 'Group "by"'),
};

export const lanesAgree: Behaviour<SinkScenario> = {
  id: 'sink.lanes-agree',
  title: 'every accepted lane brings the same rows, and only declared lanes are accepted',
  run: async (scenario) => {
    const fixture = held(scenario, orders(1, 30));
    const { columns } = fixture.schema;
    const lanes = new Map<string, number>();
    await bench(scenario, async (b) => {
      for (const [i, offer] of (await useSink(b, async (sink) => sink.accepts(columns))).entries())
        lanes.set(`${offer.id} ${offer.transport}`, i);
    });
    if (lanes.size === 0) throw new Error('The sink accepts no lane.');
    for (const [name, at] of lanes)
      await bench(scenario, async (b) => {
        await useSink(b, async (sink) => {
          const lane = sink.accepts(columns)[at]!;
          if (!scenario.definition.capabilities.lanes.includes(lane.id))
            throw new Error(`Lane ${lane.id} is accepted but not declared in capabilities.lanes.`);
          if (refusal(lane, fixture.schema) !== undefined) return;
          const lock = await sink.lock(owner(1), 0);
          const ref = loadRef(b, 1, lock.fence);
          const staging = await sink.begin(ref, { columns, framework: [], badRows: 'fail' });
          const staged = await staging.stage(await fixtureData(fixture, lane, b.c.ctx), 0, () => {});
          await staging.finalize(
            program(ref, columns, staged.rows, {
              changes: [{ kind: 'create_table', schema: fixture.schema }],
              steps: firstSteps(b),
            }),
          );
          await staging.drop();
          await lock.release();
        });
        const rows = await scenario.rows(b.place, b.c);
        if (rows !== null) sameRows(rows, fixture.rows, columns, `lane ${name}`);
      });
  },
};
