import { canHold, type Column, type SchemaChange } from '@dpone/sdk';
import type { Behaviour } from '../../behaviour.js';
import { orders } from '../../fixtures/domain.js';
import type { Fixture, Row } from '../../fixtures/fixture.js';
import type { SinkScenario } from '../../scenario.js';
import { bench, create, expectTarget, firstSteps, held, load, useSink } from './use-sink.js';

const asIs = (fixture: Fixture): Fixture => fixture;

interface Change {
  readonly name: string;
  readonly change: SchemaChange;
  /** What the source is before the change, and what it is after it. */
  readonly before: (whole: Fixture) => Fixture;
  readonly after: (whole: Fixture) => Fixture;
  /** What becomes of a row that is there. Default: nothing. */
  readonly there?: (row: Row) => Row;
}

const note: Column = { name: 'note', type: { kind: 'string' }, nullable: true };

/** The fixture with another column in place of one of the same name, or added, and its values. */
function withColumn(fixture: Fixture, column: Column, value: (row: Fixture['rows'][number]) => unknown): Fixture {
  const others = fixture.schema.columns.filter((c) => c.name !== column.name);
  const at = fixture.schema.columns.findIndex((c) => c.name === column.name);
  const columns = at < 0 ? [...others, column] : others.toSpliced(at, 0, column);
  return { ...fixture, schema: { columns }, rows: fixture.rows.map((row) => ({ ...row, [column.name]: value(row) })) };
}

const small: Column = { name: 'n', type: { kind: 'int32' }, nullable: false };
const large: Column = { name: 'n', type: { kind: 'int64' }, nullable: false };

const CHANGES: readonly Change[] = [
  {
    name: 'add_column',
    change: { kind: 'add_column', column: note },
    before: asIs,
    after: (whole) => withColumn(whole, note, (row) => `note ${String(row['id'])}`),
  },
  {
    name: 'widen_column',
    change: { kind: 'widen_column', column: large, from: small.type },
    before: (whole) => withColumn(whole, small, () => 7),
    after: (whole) => withColumn(whole, large, () => 5_000_000_000n),
  },
  {
    name: 'drop_not_null',
    change: { kind: 'drop_not_null', column: 'n' },
    before: (whole) => withColumn(whole, small, () => 7),
    after: (whole) => withColumn(whole, { ...small, nullable: true }, () => null),
  },
  {
    name: 'rename_column',
    change: { kind: 'rename_column', from: 'note', to: 'Remark "1"' },
    before: (whole) => withColumn(whole, note, (row) => `old ${String(row['id'])}`),
    after: (whole) => withColumn(whole, { ...note, name: 'Remark "1"' }, (row) => `new ${String(row['id'])}`),
    there: ({ note: text, ...row }) => ({ ...row, 'Remark "1"': text }),
  },
  {
    name: 'drop_column',
    change: { kind: 'drop_column', column: 'note' },
    before: (whole) => withColumn(whole, note, (row) => `old ${String(row['id'])}`),
    after: asIs,
    there: ({ note: _, ...row }) => row,
  },
];

/** Before a column is dropped for another, somebody asks what it alone holds. */
const countsUnfilled: Behaviour<SinkScenario> = {
  id: 'sink.schema.unfilled',
  title: 'unfilled() counts the rows that have a value in a column and none in its successor',
  applies: ({ definition }) => definition.capabilities.ddl.includes('drop_column'),
  run: (scenario) =>
    bench(scenario, async (b) => {
      const old = withColumn(held(scenario, orders(1, 6)), note, (row) => (Number(row['id']) > 4 ? null : 'old'));
      const successor = { ...note, name: 'Note "2"' };
      await create(
        b,
        1,
        withColumn(old, successor, (row) => (Number(row['id']) === 1 ? 'new' : null)),
      );
      const counted = await useSink(b, async (sink) => {
        await sink.inspect();
        return [await sink.unfilled?.('note', successor.name), await sink.unfilled?.(successor.name, 'note')];
      });
      if (counted.join() !== '3,0') throw new Error(`unfilled() says ${counted.join(' and ')}, expected 3 and 0.`);
    }),
};

/** Every schema change that a sink declares keeps the old rows and takes the new ones. */
export const SCHEMA_BEHAVIOURS: readonly Behaviour<SinkScenario>[] = [
  countsUnfilled,
  ...CHANGES.map(({ name, change, before, after, there = (row) => row }): Behaviour<SinkScenario> => ({
    id: `sink.schema.${name}`,
    title: `${name} keeps the rows that are there and takes the new ones`,
    applies: ({ definition }) =>
      definition.capabilities.ddl.includes(change.kind) && definition.capabilities.finalize.includes('append'),
    run: (scenario) =>
      bench(scenario, async (b) => {
        const old = before(held(scenario, orders(1, 3)));
        const fresh = after(held(scenario, orders(4, 6)));
        await create(b, 1, old);
        await load(b, 2, fresh, { changes: [change], steps: firstSteps(b) });
        const now = await useSink(b, (sink) => sink.inspect());
        for (const column of fresh.schema.columns) {
          const there = now.schema?.columns.find((c) => c.name === column.name);
          if (there === undefined || !canHold(there.type, column.type) || (column.nullable && !there.nullable))
            throw new Error(
              `inspect() after ${name} says ${JSON.stringify(there)}, expected ${JSON.stringify(column)}.`,
            );
        }
        const left = old.schema.columns.find(
          ({ name: gone }) =>
            !fresh.schema.columns.some((c) => c.name === gone) && now.schema?.columns.some((c) => c.name === gone),
        );
        if (left !== undefined) throw new Error(`inspect() after ${name} still has the column ${left.name}.`);
        await expectTarget(
          b,
          [...old.rows.map(there), ...fresh.rows],
          fresh.schema.columns,
          `the target after ${name}`,
        );
      }),
  })),
];
