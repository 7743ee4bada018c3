import type { LoadProgram } from '@dpone/sdk';
import { postgresMajors } from '@dpone/test-services';
import { expect } from 'chai';
import { stagingNames } from '../dist/names.js';
import { ownPartitions } from '../dist/own-partitions.js';
import { doing, facts, openDatabase, type TestDatabase } from './support/swap-session.js';

const target = { schema: 'public', name: 't' };
const names = stagingNames('01JDP0NE00TESTK1T000000001', target);
const program = {
  load: { target },
  steps: [{ op: 'replace_partitions', column: 'part', native: 'auto' }],
} as unknown as LoadProgram;

for (const major of await postgresMajors())
  describe(`which partitions Postgres ${major} may empty as a whole`, function () {
    this.timeout(60_000);
    let open: TestDatabase;

    before(async () => {
      open = await openDatabase(major);
      await open.db.sql(`create table t (part int, id int, primary key (part, id)) partition by list (part);
        create table "One" partition of t for values in (1); create table two partition of t for values in (2, 3);
        create table four partition of t for values in (4); create table five partition of t for values in (5) partition by list (id);
        create table other partition of t default; create table five_1 partition of five for values in (1);
        insert into t select p, 1 from generate_series(1, 7) as p;
        create function f() returns trigger language plpgsql as 'begin return null; end';
        create trigger tells after delete on four for each row execute function f();
        create table ${names.rows} (part int, id int); insert into ${names.rows} values (1, 7), (1, 8), (2, 7), (4, 7), (5, 1), (6, 7), (8, 7)`);
    });
    after(() => open?.[Symbol.asyncDispose]());

    const found = () =>
      open.session.transaction(doing, async () =>
        ownPartitions(open.session, program, await facts(open.session, target), names, doing),
      );

    it('those that hold no other values, and that nothing watches', async () => {
      expect(await found()).to.deep.equal([
        { table: '"public"."One"', rows: 1, others: 0, refused: null },
        { table: '"public"."two"', rows: 2, others: 1, refused: null },
        { table: '"public"."four"', rows: 1, others: 0, refused: 'it has the trigger tells' },
        { table: '"public"."five"', rows: 1, others: 0, refused: 'it is no plain table' },
        { table: '"public"."other"', rows: 2, others: 1, refused: null },
      ]);
    });

    it('not one that is referred to, also by way of the table that it is part of', async () => {
      await open.db.sql('create table refers (part int, id int, foreign key (part, id) references t)');
      const [one] = await found();
      expect(one).to.deep.equal({ table: '"public"."One"', rows: 1, others: 0, refused: 'refers refers to it' });
      await open.db.sql('drop table refers');
    });
  });
