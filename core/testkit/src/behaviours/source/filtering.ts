import type { Predicate, PredicateValue } from '@dpone/sdk';
import type { Behaviour } from '../../behaviour.js';
import { sameRows } from '../../compare.js';
import { orders } from '../../fixtures/domain.js';
import { matches } from '../../model.js';
import type { SourceScenario } from '../../scenario.js';
import { held, readOnce, readRows, firstLane, request, seeded, useSource } from './use-source.js';

const is = (op: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge', column: string, value: PredicateValue): Predicate => ({
  op,
  column,
  value,
});

const PREDICATES: readonly Predicate[] = [
  is('eq', 'id', 7),
  is('ne', 'customer', "O'Brien"),
  is('lt', 'amount', '1020.05'),
  is('le', 'ordered_on', '2026-01-14'),
  is('gt', 'updated_at', '2026-02-14T05:30:00.000005'),
  is('ge', 'id', '12'),
  is('eq', 'paid', true),
  is('eq', 'customer', ''),
  { op: 'in', column: 'id', values: [1, 2, 99] },
  { op: 'not_in', column: 'customer', values: ['Ada', 'two\nlines'] },
  { op: 'is_null', column: 'paid' },
  { op: 'is_not_null', column: 'amount' },
  {
    op: 'and',
    all: [is('gt', 'id', 3), { op: 'or', all: [is('eq', 'paid', false), { op: 'is_null', column: 'amount' }] }],
  },
  { op: 'not', predicate: is('gt', 'amount', '1010') },
];

export const pushesPredicates: Behaviour<SourceScenario> = {
  id: 'source.pushes-predicates',
  title: 'a predicate leaves exactly the rows that fit, with NULL as in SQL',
  run: async (scenario) => {
    const fixture = held(scenario, orders(1, 40));
    await seeded(scenario, fixture, (c, place) =>
      useSource(scenario, c, place, async (source) => {
        for (const where of PREDICATES) {
          const { rows } = await readOnce(source, request({ where }), c);
          const expected = fixture.rows.filter((row) => matches(where, row, fixture.schema.columns) === true);
          sameRows(rows, expected, fixture.schema.columns, JSON.stringify(where));
        }
      }),
    );
  },
};

export const partitionsCover: Behaviour<SourceScenario> = {
  id: 'source.partitions-cover',
  title: 'partitions are plain JSON and together hold every row exactly once',
  applies: ({ definition }) => definition.capabilities.partitions,
  run: async (scenario) => {
    const fixture = held(scenario, orders(1, 101));
    await seeded(scenario, fixture, (c, place) =>
      useSource(scenario, c, place, async (source) => {
        const read = await source.open(request({ parallel: 4 }));
        try {
          if (read.partitions.length > 4)
            throw new Error(`${read.partitions.length} partitions, at most 4 were asked for.`);
          const crossed = {
            ...read,
            partitions: JSON.parse(JSON.stringify(read.partitions)) as typeof read.partitions,
            data: read.data.bind(read),
          };
          if (crossed.partitions.some((p, i) => p.index !== i))
            throw new Error('Partitions are not numbered 0, 1, ...');
          sameRows(await readRows(crossed, firstLane(read), c), fixture.rows, fixture.schema.columns, 'all partitions');
        } finally {
          await read.close();
        }
      }),
    );
  },
};
