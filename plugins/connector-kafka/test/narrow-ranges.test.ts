import type { Column, Predicate } from '@dpone/sdk';
import { expect } from 'chai';
import fc from 'fast-check';
import { CLOCK_ALLOWANCE_MS, narrowRanges, type LogIndex } from '../dist/narrow-ranges.js';
import { compilePredicate } from '../dist/predicate.js';
import { whereBounds, type PlaceOf } from '../dist/where-bounds.js';

interface Message {
  readonly partition: number;
  readonly offset: number;
  /** -1 where its producer gave none. */
  readonly ms: number;
  readonly stamped: boolean;
}

const COLUMNS: readonly Column[] = [
  { name: 'kafka_partition', type: { kind: 'int32' }, nullable: false },
  { name: 'kafka_offset', type: { kind: 'int64' }, nullable: false },
  { name: 'kafka_timestamp', type: { kind: 'timestamp', precision: 3, tz: true }, nullable: true },
  { name: 'id', type: { kind: 'int64' }, nullable: true },
];
const PLACES: Readonly<Record<string, ReturnType<PlaceOf>>> = {
  kafka_partition: 'partition',
  kafka_offset: 'offset',
  kafka_timestamp: 'timestamp',
};
const placeOf: PlaceOf = (column) => PLACES[column];

const iso = (ms: number): string => new Date(ms).toISOString();
const rowOf = ({ partition, offset, ms }: Message): unknown[] => [
  partition,
  BigInt(offset),
  ms < 0 ? null : iso(ms),
  7n,
];
const fits = (where: Predicate, message: Message): boolean =>
  compilePredicate(where, COLUMNS)(
    rowOf(message).map((value) => [value]),
    0,
  ) === true;

/** What brokers answer of these messages, by their definition: https://kafka.apache.org/39/javadoc/org/apache/kafka/clients/admin/OffsetSpec.html */
const indexOf = (log: readonly Message[]): LogIndex => ({
  firstAt: (partitions, ms) =>
    Promise.resolve(
      new Map(
        partitions.map((partition) => [
          partition,
          log.find((message) => message.partition === partition && message.ms >= ms)?.offset ?? -1,
        ]),
      ),
    ),
  isStamped: (partition, offset) =>
    Promise.resolve(
      log.find((message) => message.partition === partition && message.offset >= offset)?.stamped ?? false,
    ),
});

const narrowed = async (log: readonly Message[], where: Predicate): Promise<Record<number, [number, number]>> => {
  const partitions = [...new Set(log.map(({ partition }) => partition))];
  const whole = partitions.map((partition) => {
    const own = log.filter((message) => message.partition === partition);
    return { partition, from: own[0]!.offset, to: own.at(-1)!.offset + 1 };
  });
  const ranges = await narrowRanges(whole, whereBounds(where, placeOf), indexOf(log));
  return Object.fromEntries(ranges.map(({ partition, from, to }) => [partition, [from, to]]));
};

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

/** A partition whose producers give times as they like, then one whose broker stamps, its clock now and then going back. */
const partitionLog = (partition: number): fc.Arbitrary<Message[]> =>
  fc
    .record({
      first: fc.nat(5),
      given: fc.array(
        fc.oneof(
          fc.constant(-1),
          fc.integer({ min: 0, max: 30 }).map((h) => START + h * HOUR),
        ),
        {
          maxLength: 12,
        },
      ),
      steps: fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 0, max: CLOCK_ALLOWANCE_MS - 1 })), { maxLength: 12 }),
    })
    .map(({ first, given, steps }) => {
      const messages = given.map((ms, i) => ({ partition, offset: first + i, ms, stamped: false }));
      let clock = START;
      for (const [hours, back] of steps) {
        clock += hours * HOUR;
        messages.push({ partition, offset: first + messages.length, ms: clock - back, stamped: true });
      }
      return messages;
    });

const logs = fc
  .tuple(partitionLog(0), partitionLog(1), partitionLog(2))
  .map((all) => all.flat())
  .filter((log) => log.length > 0);

const numbers = fc.oneof(
  fc.integer({ min: -2, max: 30 }),
  fc.integer({ min: -2, max: 30 }).map(String),
  fc.constantFrom('4.5', '-0.5', '7.00', '5.00000000000000000001', '4.99999999999999999999', 6.5),
);
const times = fc
  .integer({ min: -2 * HOUR, max: 40 * HOUR })
  .chain((since) =>
    fc.constantFrom(
      iso(START + since),
      iso(START + since).replace('T', ' '),
      iso(START + since).replace('Z', '500Z'),
      iso(START + since + 2 * HOUR).replace('Z', '+02:00'),
      iso(START + since).slice(0, 10),
    ),
  );
const compared = fc.constantFrom('eq', 'ne', 'lt', 'le', 'gt', 'ge');
const listed = fc.constantFrom('in', 'not_in');
const on = (column: string, value: fc.Arbitrary<string | number>): fc.Arbitrary<Predicate> =>
  fc.oneof(
    fc.record({ op: compared, column: fc.constant(column), value }),
    fc.record({ op: listed, column: fc.constant(column), values: fc.array(value, { minLength: 1, maxLength: 3 }) }),
    fc.record({ op: fc.constantFrom('is_null', 'is_not_null'), column: fc.constant(column) }),
  ) as fc.Arbitrary<Predicate>;
const leaf = fc.oneof(
  on('kafka_partition', numbers),
  on('kafka_offset', numbers),
  on('kafka_timestamp', times),
  on('id', numbers),
);
const { where } = fc.letrec<{ where: Predicate }>((tie) => ({
  where: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      all: fc.array(tie('where'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ op: fc.constant('not' as const), predicate: tie('where') }),
  ),
}));

const window = (column: string, from: string | number, to: string | number): Predicate => ({
  op: 'and',
  all: [
    { op: 'ge', column, value: from },
    { op: 'lt', column, value: to },
  ],
});

const line = (partition: number, stamped: boolean, ...hours: number[]): Message[] =>
  hours.map((h, offset) => ({ partition, offset, ms: h < 0 ? -1 : START + h * HOUR, stamped }));

describe('the part of a topic that a condition leaves to read', () => {
  it('holds every message that fits, whoever stamped them and whatever the condition (property)', () =>
    fc.assert(
      fc.asyncProperty(logs, where, async (log, condition) => {
        const left = await narrowed(log, condition);
        for (const message of log.filter((one) => fits(condition, one))) {
          const [from, to] = left[message.partition] ?? [0, 0];
          expect(message.offset, JSON.stringify(message)).to.be.within(from, to - 1);
        }
      }),
      { numRuns: 500 },
    ));

  it('is bounded on both sides by offsets and partitions', async () => {
    const log = [...line(0, false, 1, 2, 3, 4, 5), ...line(1, false, 1, 2, 3)];
    expect(await narrowed(log, window('kafka_offset', 1, 3))).to.eql({ 0: [1, 3], 1: [1, 3] });
    expect(await narrowed(log, window('kafka_offset', 3, 9))).to.eql({ 0: [3, 5] });
    expect(await narrowed(log, window('kafka_partition', 1, 2))).to.eql({ 1: [0, 3] });
    expect(await narrowed(log, window('kafka_partition', 2, 9))).to.eql({});
    expect(await narrowed(log, { op: 'eq', column: 'kafka_offset', value: '2' })).to.eql({ 0: [2, 3], 1: [2, 3] });
    expect(await narrowed(log, { op: 'eq', column: 'kafka_offset', value: '2.5' })).to.eql({});
    expect(await narrowed(log, window('id', 1, 3))).to.eql({ 0: [0, 5], 1: [0, 3] });
  });

  it('begins at the time; it ends there where brokers stamp, and at the end where producers do', async () => {
    const at = (hour: number): string => iso(START + hour * HOUR);
    const late = [0, 4, 3, 9, 2, 8, 12];
    expect(await narrowed(line(0, false, ...late), window('kafka_timestamp', at(3), at(5)))).to.eql({ 0: [1, 7] });
    expect(await narrowed(line(0, false, ...late), window('kafka_timestamp', at(13), at(14)))).to.eql({});
    const inOrder = [0, 1, 3, 4, 6, 8, 12];
    expect(await narrowed(line(0, true, ...inOrder), window('kafka_timestamp', at(3), at(5)))).to.eql({ 0: [2, 4] });
    // The clock of a broker may be behind that of the one before it.
    expect(await narrowed(line(0, true, ...inOrder), window('kafka_timestamp', at(3), at(5.5)))).to.eql({ 0: [2, 5] });
    expect(await narrowed(line(0, true, ...inOrder), window('kafka_timestamp', at(-9), at(-2)))).to.eql({});
  });

  it('keeps its end where the topic was stamped by producers before, behind the time or last', async () => {
    const at = (hour: number): string => iso(START + hour * HOUR);
    const before = [...line(0, false, 9, 3), ...line(0, true, 10, 11).map((m) => ({ ...m, offset: m.offset + 2 }))];
    expect(await narrowed(before, window('kafka_timestamp', at(3), at(5)))).to.eql({ 0: [0, 4] });
    const since = [...line(0, true, 3, 9), ...line(0, false, 10, 4).map((m) => ({ ...m, offset: m.offset + 2 }))];
    expect(await narrowed(since, window('kafka_timestamp', at(3), at(5)))).to.eql({ 0: [0, 4] });
  });
});

describe('times of messages beside those of a manifest', () => {
  const holds = (value: string, type: Column['type'], bound: string): readonly string[] => {
    const column = { name: 'at', type, nullable: true };
    const ops = ['lt', 'eq', 'gt'] as const;
    return ops.filter((op) => compilePredicate({ op, column: 'at', value: bound }, [column])([[value]], 0) === true);
  };
  const tz: Column['type'] = { kind: 'timestamp', precision: 6, tz: true };
  const local: Column['type'] = { kind: 'timestamp', precision: 6, tz: false };

  it('are compared by what they mean, not by how they are written', () => {
    expect(holds('2026-01-01T05:00:00Z', tz, '2026-01-01 12:00:00')).to.eql(['lt']);
    expect(holds('2026-01-01T10:30:00Z', tz, '2026-01-01T12:00:00+02:00')).to.eql(['gt']);
    expect(holds('2026-01-01T10:00:00.000Z', tz, '2026-01-01T12:00:00+02')).to.eql(['eq']);
    expect(holds('2026-01-01T00:00:00', local, '2026-01-01')).to.eql(['eq']);
    expect(holds('2026-01-01T00:00:00.000001', local, '2026-01-01T00:00:00.000')).to.eql(['gt']);
    expect(holds('2026-01-01', { kind: 'date' }, '2026-01-01T00:00:00')).to.eql(['eq']);
    expect(holds('12026-01-01T00:00:00', local, '2026-01-01')).to.eql(['gt']);
    expect(holds('0000-03-01T00:00:00Z', tz, '-000001-03-01T00:00:00Z')).to.eql(['gt']);
  });

  it('are refused where they are none, or have an offset that the column has not', () => {
    const code = (bound: string | number, type = tz): string | undefined => {
      try {
        compilePredicate({ op: 'lt', column: 'at', value: bound }, [{ name: 'at', type, nullable: true }]);
      } catch (error) {
        return (error as { code: string }).code;
      }
      return undefined;
    };
    expect(code(17)).to.equal('DPONE_OPTION_CONFLICT');
    expect(code('yesterday')).to.equal('DPONE_OPTION_CONFLICT');
    expect(code('2026-01-01T00:00:00+02:00', local)).to.equal('DPONE_OPTION_CONFLICT');
    expect(code('2026-01-01T00:00:00Z', local)).to.equal(undefined);
  });
});
