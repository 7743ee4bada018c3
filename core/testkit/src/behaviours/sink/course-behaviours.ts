import type { FinalizePrimitive } from '@dpone/sdk';
import type { Behaviour } from '../../behaviour.js';
import type { Row } from '../../fixtures/fixture.js';
import type { SinkScenario } from '../../scenario.js';
import { convergingCourse, eventsCourse, versionsCourse } from './courses.js';
import { followsModel, type Course, type CourseBatch } from './following.js';

type Holds = Parameters<typeof convergingCourse>[0];

/** `h` hours after the first load; loads of one hour began at the same moment. */
const batch = (h: number, ...rows: Row[]): CourseBatch => ({
  at: new Date(Date.UTC(2026, 2, 1, h, 0, 0, 5)).toISOString(),
  rows,
});
const item = (id: number, name: string | null, doc: string | null = null, more: Row = {}): Row => ({
  id: BigInt(id),
  name,
  amount: name === null ? null : `${id}.50`,
  doc,
  ...more,
});

const CONVERGING: readonly CourseBatch[] = [
  batch(1, item(1, 'a'), item(2, null, '{"n": 1}'), item(3, "o'c"), item(4, '')),
  batch(2, item(1, 'a'), item(2, null, '{"n": 2}'), item(3, null), item(5, 'new')),
  batch(3, item(1, 'a'), item(2, null), item(4, ''), item(5, 'new')),
  batch(4),
];

/** New, changed and unchanged keys, ends and returns, and a clock that went back or stood still. */
const NOW: readonly CourseBatch[] = [
  batch(1, item(1, 'a'), item(2, null, '{"n": 1}'), item(3, 'c')),
  batch(2, item(1, 'b'), item(2, null, '{"n": 1}'), item(4, 'd')),
  batch(2, item(1, 'a'), item(3, 'c'), item(4, null)),
  batch(1, item(1, 'z'), item(2, 'back'), item(3, 'c')),
  batch(5),
  batch(5, item(1, 'z'), item(4, null)),
];

const since = (id: number, day: number, name: string | null): Row =>
  item(id, name, null, { since: `2026-01-${String(day).padStart(2, '0')}T00:00:00.000000Z` });

/** Late, back-dated and several at once; one that changes nothing; one that takes the place of another. */
const EFFECTIVE: readonly CourseBatch[] = [
  batch(1, since(1, 5, 'e'), since(1, 9, 'i'), since(2, 3, null), since(3, 4, 'x')),
  batch(2, since(1, 7, 'g'), since(1, 2, 'b'), since(2, 6, null), since(3, 4, 'y')),
  batch(3, since(1, 8, 'g'), since(1, 12, 'l'), since(1, 10, 'i')),
  batch(4, since(2, 1, 'first'), since(1, 5, 'b'), since(3, 20, 'y')),
];

const event = (seq: number, op: string, id: number | null, name: string | null = null, more: Row = {}): Row => ({
  ...item(id ?? 0, name, name === null ? null : `{"big": "${name}"}`),
  ...(id === null ? { id: null, amount: null } : {}),
  _op: op,
  _seq: BigInt(seq),
  _at: '2026-01-01T00:00:00.000000Z',
  ...more,
});
const kept = { _unchanged: '["doc", "amount"]', doc: null, amount: null };
const from = (id: number): Row => ({ _old_key: `{"id": ${id}}` });

/** Out of order and twice; changed keys; values left as they were; a table that is emptied. */
const EVENTS: readonly CourseBatch[] = [
  batch(1, event(2, 'update', 1, 'b'), event(1, 'INSERT', 1, 'a'), event(3, 'read', 2, 'c'), event(3, 'read', 3, 'c')),
  batch(
    2,
    event(4, 'update', 1, 'd', kept),
    event(5, 'update', 1, 'e', kept),
    event(6, 'delete', 2),
    event(7, 'update', 9, 'i', { ...kept, ...from(3) }),
    event(8, 'insert', 4, 'j'),
    event(9, 'update', 5, 'k', { ...kept, ...from(4) }),
    event(10, 'update', 5, 'l', kept),
    event(11, 'insert', 6, 'm'),
    event(12, 'Delete', 6),
    event(6, 'delete', 2),
  ),
  batch(3, event(13, 'insert', 2, 'n'), event(14, 'update', 2, 'o', kept), event(9, 'update', 5, 'late')),
  batch(
    4,
    event(15, 'insert', 7, 'p'),
    event(16, 'truncate', null),
    event(17, 'insert', 8, 'q'),
    event(18, 'update', 8, 'r', kept),
    event(18, 'insert', 2, 'again'),
  ),
  batch(5, event(19, 'update', 1, 's', kept), event(20, 'delete', 8), event(21, 'delete', 77)),
  batch(6, event(22, 'delete', 8), event(23, 'insert', 8, 't'), event(24, 'delete', 8), event(25, 'delete', 9)),
];

const COURSES: readonly {
  readonly name: string;
  readonly title: string;
  readonly needs: readonly FinalizePrimitive[];
  readonly by?: 'upsert' | 'delete_insert';
  readonly course: (holds: Holds) => Course;
}[] = [
  ...(['upsert', 'delete_insert'] as const).flatMap((by) => [
    {
      name: `converging-by-${by}`,
      title: `only rows that differ are written by ${by}, and counted; what is absent is removed`,
      needs: ['merge', 'remove_absent'] as const,
      by,
      course: (holds: Holds) => convergingCourse(holds, by, 'delete', CONVERGING),
    },
    {
      name: `marking-by-${by}`,
      title: `what is absent is marked, and what returns loses its mark, by ${by}`,
      needs: ['merge', 'remove_absent'] as const,
      by,
      course: (holds: Holds) => convergingCourse(holds, by, 'mark', CONVERGING),
    },
  ]),
  ...(['end', 'keep'] as const).flatMap((absent) => [
    {
      name: `versions-since-the-load-${absent}`,
      title: `rows become versions since the load; versions of absent keys ${absent}`,
      needs: ['add_versions'] as const,
      course: (holds: Holds) => versionsCourse(holds, null, absent, NOW),
    },
    {
      name: `versions-since-their-time-${absent}`,
      title: `rows become versions since their own time, late ones too; versions of absent keys ${absent}`,
      needs: ['add_versions'] as const,
      course: (holds: Holds) => versionsCourse(holds, 'since', absent, EFFECTIVE),
    },
  ]),
  ...(['apply', 'mark', 'ignore'] as const).map((deletes) => ({
    name: `events-deletes-${deletes}`,
    title: `events become their table; deletions: ${deletes}`,
    needs: ['apply_events'] as const,
    course: (holds: Holds) => eventsCourse(holds, deletes, EVENTS),
  })),
];

/** Steps whose effect shows over several loads, held against the model after each of them and its repetition. */
export const COURSE_BEHAVIOURS: readonly Behaviour<SinkScenario>[] = COURSES.map((one) => ({
  id: `sink.follows.${one.name}`,
  title: one.title,
  applies: ({ definition: { capabilities } }) =>
    one.needs.every((need) => capabilities.finalize.includes(need)) &&
    (one.by === undefined || (capabilities.mergeBy?.includes(one.by) ?? true)),
  run: (scenario) =>
    followsModel(
      scenario,
      one.course((column) => scenario.holds?.(column) ?? true),
    ),
}));
