import type { Counted, NumberRange, SinkLoad, StagingCheck } from '@dpone/sdk';
import type { Behaviour } from '../../behaviour.js';
import { expectError } from '../../expect-error.js';
import { orders } from '../../fixtures/domain.js';
import { withRows, type Row } from '../../fixtures/fixture.js';
import { fixtureData } from '../../lane-data.js';
import type { SinkScenario } from '../../scenario.js';
import { bench, create, expectNoStaging, expectTarget, held, loadRef, owner, stage, useSink } from './use-sink.js';

/** Two rows share an id, two lack a customer. */
const bad = (scenario: SinkScenario): ReturnType<typeof orders> => {
  const fixture = held(scenario, orders(1, 10));
  const change = (row: Row, i: number): Row => ({
    ...row,
    customer: i < 2 ? null : `c${i}`,
    ...(i === 9 ? { id: 1n } : {}),
  });
  return withRows(fixture, fixture.rows.map(change));
};

const CHECKS: readonly { readonly check: StagingCheck; readonly violations: number }[] = [
  { check: { id: 'not_null.customer', on: 'fail', kind: 'not_null', column: 'customer' }, violations: 2 },
  { check: { id: 'not_null.id', on: 'fail', kind: 'not_null', column: 'id' }, violations: 0 },
  {
    check: { id: 'unique.customer', on: 'fail', kind: 'unique', columns: ['ordered_on', 'updated_at', 'id'] },
    violations: 0,
  },
  {
    check: { id: 'accepted', on: 'fail', kind: 'accepted_values', column: 'customer', values: ['c2', 'c3'] },
    violations: 6,
  },
  { check: { id: 'enough', on: 'fail', kind: 'min_rows', rows: 10 }, violations: 0 },
  {
    check: { id: 'predicate', on: 'fail', kind: 'predicate', predicate: { op: 'le', column: 'id', value: 8 } },
    violations: 1,
  },
  {
    check: {
      id: 'since',
      on: 'fail',
      kind: 'predicate',
      predicate: { op: 'ge', column: 'updated_at', value: '1999-01-01T00:00:00Z' },
    },
    violations: 0,
  },
  { check: { id: 'short', on: 'fail', kind: 'length', column: 'customer', max: 1 }, violations: 8 },
  { check: { id: 'long', on: 'fail', kind: 'length', column: 'customer', min: 2, max: 2 }, violations: 0 },
  { check: { id: 'digit', on: 'fail', kind: 'pattern', column: 'customer', pattern: '^c[2-8]$' }, violations: 1 },
  { check: { id: 'escaped', on: 'fail', kind: 'pattern', column: 'customer', pattern: 'C|\\.|\\t' }, violations: 8 },
];

const NULLS = { what: 'broken', rule: { kind: 'not_null', column: 'customer' } } as const;

/** Counts of all of staging: what was measured is compared too. */
const COUNTS: readonly {
  readonly counted: Counted;
  readonly unit: 'rows' | 'percent';
  readonly within: readonly NumberRange[];
  readonly measured: number;
  readonly red: boolean;
}[] = [
  { counted: { what: 'rows' }, unit: 'rows', within: [{ min: 10, max: 10 }], measured: 10, red: false },
  { counted: NULLS, unit: 'percent', within: [{ max: 20, maxOpen: true }], measured: 20, red: true },
  { counted: NULLS, unit: 'rows', within: [{ max: 1 }, { min: 2 }], measured: 2, red: false },
  { counted: { what: 'repeated', columns: ['id'] }, unit: 'rows', within: [{ max: 0 }], measured: 1, red: true },
  { counted: { what: 'repeated', columns: ['customer'] }, unit: 'rows', within: [{ max: 0 }], measured: 0, red: false },
];

/** A query of a contract about the ids. */
const asked = (id: string, query: string, within: readonly NumberRange[]): StagingCheck => {
  return { id, on: 'fail', kind: 'query', query, columns: ['id'], within };
};

/** Checks whose count may be rows, keys or one: only red or green is compared. */
const VERDICTS: readonly { readonly check: StagingCheck; readonly red: boolean }[] = [
  { check: { id: 'unique.id', on: 'fail', kind: 'unique', columns: ['id'] }, red: true },
  { check: { id: 'too-few', on: 'fail', kind: 'min_rows', rows: 11 }, red: true },
  { check: { id: 'nulls', on: 'fail', kind: 'max_null_ratio', column: 'customer', ratio: 0.1 }, red: true },
  { check: { id: 'few-nulls', on: 'fail', kind: 'max_null_ratio', column: 'customer', ratio: 0.2 }, red: false },
  { check: { id: 'many', on: 'fail', kind: 'max_distinct', column: 'customer', values: 7 }, red: true },
  { check: { id: 'not-many', on: 'fail', kind: 'max_distinct', column: 'customer', values: 8 }, red: false },
  { check: asked('too-large', 'SELECT max(${property}) FROM ${object}', [{ max: 3 }]), red: true },
  { check: asked('large', 'SELECT count(*) FROM ${object} WHERE ${property} > 0', [{ min: 1 }]), red: false },
  { check: asked('nothing', 'SELECT max(${property}) FROM ${object} WHERE 1 = 0', [{ min: 0 }]), red: true },
];

export const measures: Behaviour<SinkScenario> = {
  id: 'sink.measures-checks',
  title: 'every declared check counts the rows that break it, and a red one leaves the target unchanged',
  applies: ({ definition }) => definition.capabilities.checks.length > 0,
  run: (scenario) =>
    bench(scenario, async (b) => {
      const can = (check: StagingCheck): boolean => scenario.definition.capabilities.checks.includes(check.kind);
      const before = held(scenario, orders(1, 3));
      await create(b, 1, before);
      await useSink(b, async (sink) => {
        const lock = await sink.lock(owner(2), 0);
        const { staging } = await stage(b, sink, loadRef(b, 2, lock.fence), bad(scenario));
        const exact = CHECKS.filter(({ check }) => can(check));
        const verdicts = VERDICTS.filter(({ check }) => can(check));
        const outcomes = await staging.measure([...exact, ...verdicts].map(({ check }) => check));
        for (const [i, { check, violations }] of exact.entries())
          if (outcomes[i]?.check.id !== check.id || outcomes[i].violations !== violations)
            throw new Error(`${check.id}: ${outcomes[i]?.violations} violations, expected ${violations}.`);
        for (const [i, { check, red }] of verdicts.entries()) {
          const violations = outcomes[exact.length + i]?.violations;
          if (violations === undefined || violations > 0 !== red)
            throw new Error(`${check.id}: ${violations} violations, it should be ${red ? 'red' : 'green'}.`);
        }
        if (scenario.definition.capabilities.checks.includes('count')) await measuresCounts(staging);
        await staging.drop();
        await lock.release();
      });
      await expectTarget(b, before.rows, before.schema.columns, 'the target after a red check');
      await expectNoStaging(b);
    }),
};

async function measuresCounts(staging: SinkLoad): Promise<void> {
  const checks = COUNTS.map(({ counted, unit, within }, i): StagingCheck => {
    return { id: `count.${i}`, on: 'fail', kind: 'count', counted, unit, within };
  });
  const outcomes = await staging.measure(checks);
  for (const [i, { measured, red }] of COUNTS.entries()) {
    const outcome = outcomes[i];
    if (outcome?.measured !== measured || outcome.violations > 0 !== red)
      throw new Error(
        `count.${i}: measured ${outcome?.measured}, ${outcome?.violations} violations; expected ${measured}.`,
      );
  }
}

export const quarantines: Behaviour<SinkScenario> = {
  id: 'sink.quarantines',
  title: 'rows that break a check move out of staging and are listed with a reason',
  applies: ({ definition }) => definition.capabilities.checks.includes('not_null'),
  run: (scenario) =>
    bench(scenario, (b) =>
      useSink(b, async (sink) => {
        const lock = await sink.lock(owner(1), 0);
        const { staging } = await stage(b, sink, loadRef(b, 1, lock.fence), bad(scenario));
        const moved = await staging.quarantine([
          { id: 'not_null.customer', on: 'quarantine', kind: 'not_null', column: 'customer' },
        ]);
        const left = await staging.count();
        const listed = [];
        for await (const row of staging.rejected()) listed.push(row);
        if (moved !== 2 || left !== 8 || listed.length !== 2)
          throw new Error(`${moved} rows moved, ${left} left, ${listed.length} listed; expected 2, 8, 2.`);
        if (listed.some((row) => row.reason.trim() === '' || !('customer' in row.row)))
          throw new Error('A rejected row lacks its values or its reason.');
        await staging.drop();
        await lock.release();
      }),
    ),
};

export const measuresMax: Behaviour<SinkScenario> = {
  id: 'sink.max',
  title: 'the largest value of a column is that of the values, not of their texts',
  run: (scenario) =>
    bench(scenario, (b) =>
      useSink(b, async (sink) => {
        const lock = await sink.lock(owner(1), 0);
        const { staging } = await stage(b, sink, loadRef(b, 1, lock.fence), held(scenario, orders(8, 11)));
        const most = await staging.max('id');
        if (most !== '11') throw new Error(`max('id') of 8 to 11 is ${JSON.stringify(most)}.`);
        await staging.drop();
        const { staging: empty } = await stage(
          b,
          sink,
          loadRef(b, 2, lock.fence),
          withRows(held(scenario, orders(1, 1)), []),
        );
        if ((await empty.max('id')) !== null) throw new Error('max() of no rows is not null.');
        await empty.drop();
        await lock.release();
      }),
    ),
};

export const refusesBadValues: Behaviour<SinkScenario> = {
  id: 'sink.refuses-bad-values',
  title: 'a value that the type cannot hold fails the load, or is set aside where that was asked for',
  applies: ({ definition }) => definition.capabilities.lanes.includes('rows'),
  run: (scenario) =>
    bench(scenario, async (b) => {
      const wide = held(scenario, orders(1, 4));
      const broken = withRows(
        wide,
        wide.rows.map((row, i) => (i === 2 ? { ...row, amount: '12345678901234.5' } : row)),
      );
      const { columns } = wide.schema;
      if (!columns.some((c) => c.name === 'amount')) return;
      await useSink(b, async (sink) => {
        const lock = await sink.lock(owner(1), 0);
        const rows = { id: 'rows', transport: 'rows' } as const;
        const strict = await sink.begin(loadRef(b, 1, lock.fence), { columns, framework: [], badRows: 'fail' });
        const data = await fixtureData(broken, rows, b.c.ctx);
        await expectError(() => strict.stage(data, 0, () => {}), ['DPONE_ROW_INVALID', 'DPONE_VALUE_OUT_OF_RANGE']);
        await strict.drop();
        const lenient = await sink.begin(loadRef(b, 2, lock.fence), { columns, framework: [], badRows: 'reject' });
        const result = await lenient.stage(await fixtureData(broken, rows, b.c.ctx), 0, () => {});
        const listed = [];
        for await (const row of lenient.rejected()) listed.push(row);
        if (result.rows !== 3 || result.rejected !== 1 || listed.length !== 1)
          throw new Error(
            `Staged ${result.rows}, rejected ${result.rejected}, listed ${listed.length}; expected 3, 1, 1.`,
          );
        if (!listed[0]!.reason.includes('amount'))
          throw new Error(`The reason does not name the column: ${listed[0]!.reason}`);
        await lenient.drop();
        await lock.release();
      });
    }),
};
