import { readFileSync, writeFileSync } from 'node:fs';
import { duckdbSink } from '@dpone/connector-duckdb';
import { postgresSink } from '@dpone/connector-postgres';
import type { Column, FinalizeStep, SinkDefinition } from '@dpone/sdk';
import { eventsCourse, inCase, versionsCourse, convergingCourse } from '@dpone/testkit';
import { freshDatabase, type FreshDatabase } from '@dpone/test-services';
import { expect } from 'chai';

const GOLDEN = new URL('../../strategies/statements.golden.json', import.meta.url);
const held = (): boolean => true;

/** One course of each kind: its columns are those of the kit. */
const COURSES = {
  converging: convergingCourse(held, 'upsert', 'delete', []),
  marking: convergingCourse(held, 'delete_insert', 'mark', []),
  versions: versionsCourse(held, null, 'end', []),
  histories: versionsCourse(held, 'since', 'keep', []),
  events: eventsCourse(held, 'apply', []),
  marked_events: eventsCourse(held, 'mark', []),
};
const PARTITIONS: FinalizeStep = { op: 'replace_partitions', column: 'day', native: 'auto' };

describe('what a plan shows of each step', function () {
  this.timeout(60_000);
  let db: FreshDatabase;
  before(async () => {
    db = await freshDatabase({ major: 18 });
    await db.sql('CREATE TABLE orders (id bigint PRIMARY KEY, name text, amount numeric(12,2), doc jsonb)');
    await db.sql('CREATE TABLE days (id bigint, day date) PARTITION BY RANGE (day)');
  });
  after(() => db?.drop());

  const explain = (
    definition: SinkDefinition,
    connection: unknown,
    table: string,
    steps: readonly FinalizeStep[],
    columns: readonly Column[],
  ): Promise<readonly string[]> =>
    inCase({}, async ({ ctx }) => {
      const sink = await definition.create({
        ...ctx,
        connection: definition.connection!.parse(connection),
        options: definition.options.parse({}),
        table: { name: table },
        step: async () => {},
      });
      try {
        await sink.inspect().catch(() => undefined);
        const load = {
          loadId: 'L1',
          runId: 'R1',
          process: 'p',
          target: { name: table },
          fence: 1,
          startedAt: '2026-01-01T00:00:00.000Z',
        };
        const counts = { rowsStaged: 0, rowsRejected: 0, detail: null };
        const receipt = { ...load, ...counts, target: table, strategy: 's' };
        return sink.explain({ load, columns, changes: [], steps, receipt, state: null });
      } finally {
        await sink.close();
      }
    });

  it('is what its golden file says', async () => {
    const found: Record<string, readonly string[]> = {};
    for (const [system, definition, connection] of [
      ['postgres', postgresSink, db.uri],
      ['duckdb', duckdbSink, 'shop.duckdb'],
    ] as const) {
      for (const [name, course] of Object.entries(COURSES)) {
        const columns = [
          ...course.columns.filter((c) => !(course.envelope ?? []).includes(c.name)),
          ...(course.framework ?? []),
        ];
        found[`${system} ${name}`] = await explain(definition, connection, 'orders', course.steps, columns);
      }
      const day = { name: 'day', type: { kind: 'date' }, nullable: true } as const;
      found[`${system} partitions`] = await explain(definition, connection, 'days', [PARTITIONS], [day]);
    }
    if (process.env['DPONE_WRITE_PAGES'] !== undefined) writeFileSync(GOLDEN, `${JSON.stringify(found, null, 2)}\n`);
    expect(found).to.deep.equal(JSON.parse(readFileSync(GOLDEN, 'utf8')));
  });
});
