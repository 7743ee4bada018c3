import { freshDatabase, postgresMajors, type FreshDatabase } from '@dpone/test-services';
import type { Json } from '@dpone/sdk';
import { inCase, laneRows } from '@dpone/testkit';
import { expect } from 'chai';
import { postgresSource } from '../dist/definitions.js';
import { cdcStep, type CdcStep } from './support/cdc-step.js';
import { failure, request } from './support/use-source.js';

const PUBLICATION = 'dpone_public_t';

for (const major of await postgresMajors())
  describe(`what the log does not tell is not passed over in silence, Postgres ${major}`, function () {
    this.timeout(120_000);
    let db: FreshDatabase;
    let first: CdcStep;
    beforeEach(async () => {
      db = await freshDatabase({ major });
      await db.sql(`CREATE TABLE t (id int PRIMARY KEY, a text, b text); CREATE TABLE u (id int PRIMARY KEY);
        INSERT INTO t VALUES (0, 'a0', 'b0')`);
      first = await step(null);
    });
    afterEach(() => db?.drop());

    const step = (state: Json): Promise<CdcStep> => cdcStep({ connection: db.uri, table: { name: 't' } }, state);
    /** What a load of the changes warns of. */
    const warnings = (state: Json): Promise<string[]> =>
      inCase({}, async ({ ctx }) => {
        const said: string[] = [];
        const source = await postgresSource.create({
          ...ctx,
          log: { ...ctx.log, warn: (text) => void said.push(text) },
          connection: postgresSource.connection!.parse(db.uri),
          options: postgresSource.options.parse({}),
          table: { name: 't' },
        });
        const read = await source.open(request({ scope: { cursor: 'cdc' }, state }));
        const lane = { id: 'rows', transport: 'rows' } as const;
        await laneRows(await read.data(read.partitions[0]!, lane), lane, ctx);
        await read.close();
        await source.close();
        return said;
      });
    const ids = ({ rows }: CdcStep): unknown[] => rows.map((row) => row['id']);

    const gaps: readonly (readonly [string, string, string])[] = [
      ['without the table', `DROP TABLE t`, `ADD TABLE t`],
      ['without deletes', `SET (publish = 'insert')`, `SET (publish = 'insert, update, delete, truncate')`],
    ];
    for (const [how, away, back] of gaps)
      it(`a publication that was ${how} for a while: what it left out is lost`, async () => {
        await db.sql(`ALTER PUBLICATION ${PUBLICATION} ${away}`);
        await db.sql('DELETE FROM t; INSERT INTO t VALUES (1)');
        await db.sql(`ALTER PUBLICATION ${PUBLICATION} ${back}`);
        await db.sql('INSERT INTO t VALUES (2)');
        const { code, text } = await failure(() => step(first.state));
        expect(code).to.equal('DPONE_SOURCE_READ');
        expect(text).to.contain(`publication ${PUBLICATION}`).and.contain('state reset');
        expect(ids(await step(null))).to.deep.equal([1, 2]);
      });

    it('a publication that was dropped and made again', async () => {
      await db.sql(
        `DROP PUBLICATION ${PUBLICATION}; INSERT INTO t VALUES (1); CREATE PUBLICATION ${PUBLICATION} FOR TABLE t`,
      );
      expect((await failure(() => step(first.state))).text).to.contain(`publication ${PUBLICATION}`);
    });

    it('goes on where the publication is given other tables and its catalog is vacuumed', async () => {
      await db.sql(`ALTER PUBLICATION ${PUBLICATION} ADD TABLE u; INSERT INTO t VALUES (1)`);
      const second = await step(first.state);
      expect(ids(second)).to.deep.equal([1]);
      await db.sql(`ALTER PUBLICATION ${PUBLICATION} SET TABLE t; INSERT INTO t VALUES (2)`);
      await db.sql('VACUUM (FREEZE) pg_publication');
      await db.sql('VACUUM (FULL) pg_publication_rel');
      expect(ids(await step(second.state))).to.deep.equal([2]);
    });

    it('knows a publication that others made, for all tables too', async () => {
      await db.sql('CREATE PUBLICATION everything FOR ALL TABLES');
      const of = {
        connection: db.uri,
        table: { name: 't' },
        options: { publication: 'everything', slot: 'dpone_all' },
      };
      const begun = await cdcStep(of, null);
      await db.sql('INSERT INTO t VALUES (1)');
      expect(ids(await cdcStep(of, begun.state))).to.deep.equal([1]);
      await db.sql(`ALTER PUBLICATION everything SET (publish = 'insert'); DELETE FROM t WHERE id = 1`);
      await db.sql(`ALTER PUBLICATION everything SET (publish = 'insert, update, delete, truncate')`);
      expect((await failure(() => cdcStep(of, begun.state))).text).to.contain('publication everything');
    });

    it('says that a default gave values to rows of before', async () => {
      await db.sql(
        `ALTER TABLE t ADD c int NOT NULL DEFAULT 7; ALTER TABLE t ADD d int; INSERT INTO t (id) VALUES (1)`,
      );
      const warned = await warnings(first.state);
      expect(warned.filter((text) => text.includes('default'))).to.have.length(1);
      expect(warned[0]).to.contain('column c');
    });

    it('a column that was dropped and added again is another one', async () => {
      await db.sql(`INSERT INTO t VALUES (1, 'a1', 'former'); ALTER TABLE t DROP b; ALTER TABLE t ADD b text`);
      const { code, text } = await failure(() => step(first.state));
      expect(code).to.equal('DPONE_SOURCE_READ');
      expect(text).to.contain('column b').and.contain('state reset');
    });

    it('a column that got a name and went, and a later one of that name, are two', async () => {
      await db.sql(`ALTER TABLE t RENAME b TO d; INSERT INTO t VALUES (1, 'a1', 'former');
        ALTER TABLE t ADD b text; ALTER TABLE t DROP d; ALTER TABLE t ADD d text`);
      expect((await failure(() => step(first.state))).code).to.equal('DPONE_SOURCE_READ');
    });

    if (major >= 15)
      it('tells columns that the publication leaves out from columns that are not there yet', async () => {
        await db.sql('CREATE PUBLICATION narrow FOR TABLE t (id, b)');
        const of = {
          connection: db.uri,
          table: { name: 't' },
          options: { publication: 'narrow', slot: 'dpone_narrow' },
        };
        const columns = ['id', 'b', '_cdc_op'];
        const begun = await cdcStep(of, null, { columns });
        await db.sql(
          `INSERT INTO t VALUES (1, 'a1', 'b1'); ALTER TABLE t ADD c text; INSERT INTO t VALUES (2, 'a2', 'b2', 'c2')`,
        );
        const { rows } = await cdcStep(of, begun.state, { columns });
        expect(rows.map(({ id, b }) => [id, b])).to.deep.equal([
          [1, 'b1'],
          [2, 'b2'],
        ]);
      });

    it('a column whose name a later one has got', async () => {
      await db.sql(`ALTER TABLE t RENAME b TO x; INSERT INTO t VALUES (1, 'a1', 'b1'); ALTER TABLE t RENAME x TO y;
        ALTER TABLE t ADD x text`);
      expect((await failure(() => step(first.state))).code).to.equal('DPONE_SOURCE_READ');
    });

    it('goes on over a dropped and an added column of another name', async () => {
      await db.sql(`INSERT INTO t VALUES (1, 'a1', 'b1'); ALTER TABLE t DROP b; ALTER TABLE t ADD c text;
        INSERT INTO t VALUES (2, 'a2', 'c2')`);
      expect((await step(first.state)).rows.map(({ id, a, c }) => ({ id, a, c }))).to.deep.equal([
        { id: 1, a: 'a1', c: null },
        { id: 2, a: 'a2', c: 'c2' },
      ]);
    });
  });
