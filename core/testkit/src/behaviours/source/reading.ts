import { canHold, typeName } from '@dpone/sdk';
import type { Behaviour } from '../../behaviour.js';
import { sameRows } from '../../compare.js';
import { allTypes } from '../../fixtures/all-types.js';
import { awkwardNames, orders } from '../../fixtures/domain.js';
import { withRows, type Fixture } from '../../fixtures/fixture.js';
import { refusal } from '../../lane-data.js';
import type { SourceScenario } from '../../scenario.js';
import { held, readOnce, readRows, request, seeded, useSource } from './use-source.js';

/** A source reads a fixture whole and as it is. */
async function readsWhole(scenario: SourceScenario, fixture: Fixture): Promise<void> {
  await seeded(scenario, fixture, (c, place) =>
    useSource(scenario, c, place, async (source) => {
      const { rows } = await readOnce(source, request(), c);
      sameRows(rows, fixture.rows, fixture.schema.columns, fixture.name);
    }),
  );
}

export const readsAllOnce: Behaviour<SourceScenario> = {
  id: 'source.reads-all-once',
  title: 'every row is read once, as it is, NULL and empty text apart',
  run: (scenario) => readsWhole(scenario, held(scenario, orders(1, 40))),
};

export const readsEmpty: Behaviour<SourceScenario> = {
  id: 'source.reads-empty',
  title: 'a table without rows has its columns and no rows',
  run: async (scenario) => {
    const fixture = withRows(held(scenario, orders(1, 1)), []);
    await seeded(scenario, fixture, (c, place) =>
      useSource(scenario, c, place, async (source) => {
        const { rows, schema } = await readOnce(source, request(), c);
        if (rows.length > 0) throw new Error(`${rows.length} rows of an empty table.`);
        sameNames(
          schema.columns.map((x) => x.name),
          fixture.schema.columns.map((x) => x.name),
        );
      }),
    );
  },
};

export const readsAllTypes: Behaviour<SourceScenario> = {
  id: 'source.reads-all-types',
  title: 'extreme values of every type are read exactly',
  run: (scenario) =>
    readsWhole(
      scenario,
      allTypes((column) => scenario.holds?.(column) ?? true, scenario.reaches),
    ),
};

export const readsAwkwardNames: Behaviour<SourceScenario> = {
  id: 'source.reads-awkward-names',
  title: 'names with quotes, blanks, keywords and mixed case are read',
  run: (scenario) => readsWhole(scenario, held(scenario, awkwardNames())),
};

export const describesSchema: Behaviour<SourceScenario> = {
  id: 'source.describes-schema',
  title: 'the schema has every column in order, of a type that holds its values',
  run: async (scenario) => {
    const fixture = held(scenario, orders(1, 40));
    await seeded(scenario, fixture, (c, place) =>
      useSource(scenario, c, place, async (source) => {
        const { schema } = await readOnce(source, request(), c);
        sameNames(
          schema.columns.map((x) => x.name),
          fixture.schema.columns.map((x) => x.name),
        );
        for (const [i, column] of schema.columns.entries()) {
          const expected = fixture.schema.columns[i]!.type;
          if (column.inferred !== true && !canHold(column.type, expected))
            throw new Error(
              `${column.name} is ${typeName(column.type)}, which does not hold every ${typeName(expected)}.`,
            );
        }
      }),
    );
  },
};

export const projects: Behaviour<SourceScenario> = {
  id: 'source.projects',
  title: 'the columns asked for are read, in the order asked for',
  run: async (scenario) => {
    const fixture = held(scenario, orders(1, 10));
    const columns = fixture.schema.columns
      .map((c) => c.name)
      .reverse()
      .slice(0, 2);
    await seeded(scenario, fixture, (c, place) =>
      useSource(scenario, c, place, async (source) => {
        const { rows, schema } = await readOnce(source, request({ columns }), c);
        sameNames(
          schema.columns.map((x) => x.name),
          columns,
        );
        sameRows(
          rows,
          fixture.rows,
          fixture.schema.columns.filter((x) => columns.includes(x.name)),
          'projected rows',
        );
      }),
    );
  },
};

export const lanesAgree: Behaviour<SourceScenario> = {
  id: 'source.lanes-agree',
  title: 'every offered lane gives the same rows, and only declared lanes are offered',
  run: async (scenario) => {
    const fixture = held(scenario, orders(1, 30));
    await seeded(scenario, fixture, (c, place) =>
      useSource(scenario, c, place, async (source) => {
        const read = await source.open(request());
        try {
          if (read.lanes.length === 0) throw new Error('The read offers no lane.');
          for (const offer of read.lanes) {
            if (!scenario.definition.capabilities.lanes.includes(offer.id))
              throw new Error(`Lane ${offer.id} is offered but not declared in capabilities.lanes.`);
            // What only a sink's server reads, the kit cannot.
            if (offer.remote === true || refusal(offer, read.schema) !== undefined) continue;
            sameRows(
              await readRows(read, offer, c),
              fixture.rows,
              fixture.schema.columns,
              `lane ${offer.id} (${offer.transport})`,
            );
          }
        } finally {
          await read.close();
        }
      }),
    );
  },
};

export function sameNames(actual: readonly string[], expected: readonly string[]): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected))
    throw new Error(`Columns are ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}.`);
}
