import { freshDatabase, postgresMajors, type FreshDatabase } from '@dpone/test-services';
import type { Column, LaneData, LoadRef, Sink, StagingCheck } from '@dpone/sdk';
import { inCase } from '@dpone/testkit';
import { expect } from 'chai';
import { postgresSink } from '../dist/definitions.js';
import { failure, request, useSource } from './support/use-source.js';

const COLUMNS: readonly Column[] = [
  { name: 'id', type: { kind: 'int32' }, nullable: false },
  { name: 'name', type: { kind: 'string' }, nullable: true },
];
const SPEC = { columns: COLUMNS, framework: [], badRows: 'fail' } as const;

const rows = (ids: readonly number[], name: (id: number) => string | null = String): LaneData => ({
  transport: 'rows',
  schema: { columns: COLUMNS },
  batches: (async function* () {
    yield { rows: ids.length, columns: [[...ids], ids.map(name)] };
  })(),
});

for (const major of await postgresMajors())
  describe(`staging in Postgres ${major}`, function () {
    this.timeout(60_000);
    let db: FreshDatabase;
    let loads = 0;
    before(async () => {
      db = await freshDatabase({ major });
      await db.sql('CREATE TABLE target (id int PRIMARY KEY, name text NOT NULL)');
    });
    after(() => db?.drop());

    const load = (): LoadRef => ({
      loadId: `01JDP0NE00TESTK1T${String(++loads).padStart(9, '0')}`,
      runId: '01JDP0NE00TESTK1T900000000',
      process: 'staging',
      target: { schema: 'public', name: 'target' },
      startedAt: '2026-01-01T00:00:00.000Z',
      fence: 1,
    });

    /** A sink as a process of its own has it. */
    const useSink = <T>(run: (sink: Sink) => Promise<T>): Promise<T> =>
      inCase({}, async (c) => {
        const sink = await postgresSink.create({
          ...c.ctx,
          connection: postgresSink.connection!.parse(db.uri),
          options: postgresSink.options.parse({}),
          table: { schema: 'public', name: 'target' },
          step: async () => {},
        });
        await sink.inspect();
        try {
          return await run(sink);
        } finally {
          await sink.close();
        }
      });

    it('counts what another process put in, too', async () => {
      const ref = load();
      await useSink(async (sink) => {
        const staging = await sink.begin(ref, SPEC);
        await staging.stage(rows([1, 2]), 0, () => {});
        expect(await staging.count()).to.equal(2);
        await staging.stage(rows([3]), 1, () => {});
        await useSink(async (other) => (await other.attach(ref, SPEC)).stage(rows([4, 5, 6]), 2, () => {}));
        expect(await staging.count()).to.equal(6);
        await staging.drop();
      });
    });

    const check = (column: string): StagingCheck => ({
      id: `not_null.${column}`,
      kind: 'not_null',
      column,
      on: 'fail',
    });

    for (const [what, name, violations] of [
      ['none is NULL', String, 0],
      ['some are NULL', (id: number) => (id % 2 === 0 ? null : String(id)), 2],
    ] as const)
      it(`says how many rows break a NOT NULL of the target where ${what}`, async () => {
        await useSink(async (sink) => {
          const ref = load();
          const staging = await sink.begin(ref, SPEC);
          await staging.stage(rows([1, 2, 3, 4], name), 0, () => {});
          const outcomes = await staging.measure([check('id'), check('name')]);
          expect(outcomes.map((outcome) => outcome.violations)).to.deep.equal([0, violations]);
          const [column] = await db.sql<{ held: boolean }>(
            `SELECT attnotnull AS held FROM pg_attribute WHERE attrelid = '"__dpone__stg_${ref.loadId}"'::regclass AND attname = 'name'`,
          );
          expect(String(column!.held)[0]).to.equal(violations === 0 ? 't' : 'f');
          await staging.drop();
        });
      });

    it('says how many keys come more than once', async () => {
      await useSink(async (sink) => {
        const staging = await sink.begin(load(), SPEC);
        await staging.stage(rows([1, 2, 2, 3, 3, 3]), 0, () => {});
        const unique = (column: string): StagingCheck => ({
          id: `unique.${column}`,
          kind: 'unique',
          columns: [column],
          on: 'fail',
        });
        const outcomes = await staging.measure([unique('id'), unique('name')]);
        expect(outcomes.map((outcome) => outcome.violations)).to.deep.equal([2, 2]);
        await staging.drop();
      });
    });

    /** More than sockets hold, with what staging refuses in the middle: the source is ended, not waited for. */
    it('ends a COPY from server to server where the target refuses a row', async () => {
      const query = 'SELECT nullif(i, 300000)::int AS id, md5(i::text) AS name FROM generate_series(1, 3000000) i';
      await useSource({ connection: db.uri, options: { query } }, async (source) => {
        const read = await source.open(request());
        const data = await read.data(read.partitions[0]!, { id: 'pg-copy-binary', transport: 'stream' });
        await useSink(async (sink) => {
          const staging = await sink.begin(load(), SPEC);
          const { code } = await failure(() => staging.stage(data, 0, () => {}));
          expect(code).to.equal('DPONE_SINK_WRITE');
          await staging.drop();
        });
        if (data.transport === 'stream') await failure(async () => data.sent);
        await read.close();
      });
    });
  });
