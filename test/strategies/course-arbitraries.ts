import {
  convergingCourse,
  eventsCourse,
  versionsCourse,
  type Course,
  type CourseBatch,
  type Row,
} from '@dpone/testkit';
import fc from 'fast-check';

const holds = (): boolean => true;
const names = fc.constantFrom(null, '', 'a', 'b', "o'c");
const docs = fc.constantFrom(null, '{"n": 1}', '{"n": 2}');
const amounts = fc.constantFrom(null, '1.00', '-2.50');
const ids = fc.integer({ min: 1, max: 4 });
const item = fc.record({ id: ids, name: names, doc: docs, amount: amounts });

/** Loads within few hours, so that clocks stand still and go back. */
const at = fc.integer({ min: 0, max: 4 }).map((h) => new Date(Date.UTC(2026, 2, 1, h)).toISOString());

const batches = (rows: fc.Arbitrary<readonly Row[]>): fc.Arbitrary<CourseBatch[]> =>
  fc.array(fc.record({ rows, at }), { minLength: 1, maxLength: 4 });

const items = fc
  .uniqueArray(item, { selector: ({ id }) => id, maxLength: 4 })
  .map((rows) => rows.map((row): Row => ({ ...row, id: BigInt(row.id) })));

/** At most one row of a key and a day. */
const dated = fc
  .uniqueArray(fc.tuple(item, fc.integer({ min: 1, max: 9 })), {
    selector: ([{ id }, day]) => `${id} ${day}`,
    maxLength: 6,
  })
  .map((rows) =>
    rows.map(([row, day]): Row => ({ ...row, id: BigInt(row.id), since: `2026-01-0${day}T00:00:00.000000Z` })),
  );

const event = fc.record({
  id: ids,
  name: names,
  doc: docs,
  amount: amounts,
  op: fc.constantFrom('insert', 'update', 'UPDATE', 'update', 'delete', 'truncate'),
  unchanged: fc.constantFrom(null, null, '["doc"]', '["doc", "amount"]'),
  from: fc.oneof(fc.constant(null), ids),
  /** It comes so many loads later, too. */
  again: fc.constantFrom(null, null, null, 0, 1),
});

/** Batches of events with growing numbers, in any order, some of them twice or late. */
const events = fc
  .array(fc.tuple(fc.array(event, { maxLength: 7 }), at, fc.infiniteStream(fc.nat(1000))), {
    minLength: 1,
    maxLength: 4,
  })
  .map((loads) => {
    let seq = 0;
    const rows: Row[][] = loads.map(() => []);
    for (const [i, [list]] of loads.entries())
      for (const one of list) {
        const row = eventRow(one, ++seq);
        rows[i]!.push(row);
        if (one.again !== null) rows[i + one.again]?.push(row);
      }
    return loads.map(([, time, order], i) => ({ at: time, rows: shuffled(rows[i]!, order) }));
  });

const shuffled = (rows: readonly Row[], order: Iterable<number>): Row[] => {
  const numbers = order[Symbol.iterator]();
  return rows
    .map((row) => ({ row, n: Number(numbers.next().value) }))
    .sort((a, b) => a.n - b.n)
    .map(({ row }) => row);
};

type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

function eventRow({ id, name, doc, amount, op, unchanged, from }: Event, seq: number): Row {
  const common = { _op: op, _seq: BigInt(seq), _at: '2026-01-01T00:00:00.000000Z', _unchanged: null, _old_key: null };
  const none = { name: null, doc: null, amount: null };
  if (op === 'truncate') return { ...none, ...common, id: null };
  if (op === 'delete') return { ...none, ...common, id: BigInt(id) };
  if (op === 'insert') return { name, doc, amount, ...common, id: BigInt(id) };
  const left = unchanged === null ? [] : (JSON.parse(unchanged) as string[]);
  const values = Object.fromEntries(Object.entries({ name, doc, amount }).filter(([column]) => !left.includes(column)));
  const moved = from === null || from === id ? null : `{"id": ${from}}`;
  return { ...none, ...values, ...common, id: BigInt(id), _unchanged: unchanged, _old_key: moved };
}

/** Courses of every step whose effect shows over several loads. */
export const COURSES: Readonly<Record<string, fc.Arbitrary<Course>>> = {
  'merges of what differs': fc
    .tuple(fc.constantFrom('upsert', 'delete_insert'), fc.constantFrom('delete', 'mark'), batches(items))
    .map(([by, how, list]) => convergingCourse(holds, by, how, list)),
  'versions since the load': fc
    .tuple(fc.constantFrom('end', 'keep'), batches(items))
    .map(([absent, list]) => versionsCourse(holds, null, absent, list)),
  'versions since their time': fc
    .tuple(fc.constantFrom('end', 'keep'), batches(dated))
    .map(([absent, list]) => versionsCourse(holds, 'since', absent, list)),
  events: fc
    .tuple(fc.constantFrom('apply', 'mark', 'ignore'), events)
    .map(([deletes, list]) => eventsCourse(holds, deletes, list)),
};
