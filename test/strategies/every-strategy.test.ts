import { freshDatabase, type FreshDatabase } from '@dpone/test-services';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { queryDuckdb } from '../support/duckdb.js';
import { tempProject, type TempProject } from '../support/temp-project.js';

type Rows = readonly Record<string, unknown>[];

/** Strategies by the options that they are tried with. */
const STRATEGIES: Readonly<Record<string, string>> = {
  ranged: '{mode: replace, window: {column: day, from: 2026-01-02, to: 2026-01-04}}',
  days: '{mode: partition_replace, partition: {column: day}}',
  mirror: '{mode: snapshot_diff, unique_key: id}',
  marked: '{mode: snapshot_diff, unique_key: id, diff: {delete_policy: soft_delete, compare: row_hash}}',
  history: '{mode: scd2, unique_key: id, scd2: {delete_policy: expire}}',
  dated: '{mode: scd2, unique_key: id, scd2: {effective_column: changed_at}}',
  events: '{mode: cdc_apply, unique_key: id}',
  versions: '{mode: xmin, unique_key: id}',
};

const SINKS = {
  postgres: (uri: string, name: string) => `{type: postgres, connection: "${uri}", table: mart.${name}`,
  duckdb: (_: string, name: string) => `{type: duckdb, connection: mart.duckdb, table: ${name}`,
} as const;
type SinkId = keyof typeof SINKS;

const manifest = (uri: string): string => `kind: dpone.batch.v1
defaults: {source: {type: postgres, connection: "${uri}"}}
schemas:
  shop:
    tables:
${Object.entries(SINKS)
  .flatMap(([sink, at]) =>
    Object.entries(STRATEGIES).map(
      ([name, strategy]) =>
        `      - {table: items, id: ${sink}_${name}, overrides: {name: ${sink}_${name}, sink: ${at(uri, name)}, strategy: ${strategy}}}}`,
    ),
  )
  .join('\n')}
`;

const SETUP = `CREATE SCHEMA shop; CREATE SCHEMA mart;
CREATE TABLE shop.items (id int PRIMARY KEY, day date NOT NULL, name text, doc json, big text, changed_at timestamptz NOT NULL);
ALTER TABLE shop.items ALTER big SET STORAGE EXTERNAL;
INSERT INTO shop.items SELECT i, date '2026-01-01' + i % 5, 'item ' || i, json_build_object('n', i), repeat(i::text, 5000),
  timestamptz '2026-01-01 00:00Z' + i * interval '1 hour' FROM generate_series(1, 12) AS i;
CREATE TABLE mart.days (id int, day date NOT NULL, name text, doc json, big text, changed_at timestamptz) PARTITION BY LIST (day);
${[1, 2, 3, 4, 5].map((d) => `CREATE TABLE mart.days_${d} PARTITION OF mart.days FOR VALUES IN ('2026-01-0${d}');`).join('\n')}
CREATE UNIQUE INDEX ON mart.days (day, id);`;

/** A key that changes under a large value, several changes of one row, NULL, and a column that comes in mid-stream. */
const CHANGES = `UPDATE shop.items SET name = 'changed', changed_at = '2026-02-01 00:00Z' WHERE id = 1;
UPDATE shop.items SET name = NULL, doc = NULL WHERE id = 2;
UPDATE shop.items SET id = 40 WHERE id = 4;
UPDATE shop.items SET name = 'moved' WHERE id = 40;
DELETE FROM shop.items WHERE id IN (3, 5);
INSERT INTO shop.items VALUES (13, '2026-01-02', 'new', '{"n": 13}', repeat('13', 4000), '2026-02-02 00:00Z');
ALTER TABLE shop.items ADD COLUMN extra int;
UPDATE shop.items SET extra = 7 WHERE id IN (6, 13);
INSERT INTO shop.items VALUES (14, '2026-01-03', 'newer', NULL, NULL, '2026-02-03 00:00Z', 8);
INSERT INTO shop.items VALUES (5, '2026-01-01', 'back', NULL, 'small', '2026-02-03 00:00Z', 9);`;

/** Everything goes; a row comes, and changes without its large value. */
const EMPTIED = `TRUNCATE shop.items;
INSERT INTO shop.items VALUES (30, '2026-01-02', 'alone', '{"n": 30}', repeat('30', 4000), '2026-03-01 00:00Z', 1);
UPDATE shop.items SET name = 'still alone' WHERE id = 30;`;

const COLUMNS = 'id::text AS id, day::text AS day, name, doc::text AS doc, md5(big) AS big, extra::text AS extra';
const FIRST_COLUMNS = COLUMNS.replace('extra::text', 'NULL');

describe('every strategy, Postgres to Postgres and to DuckDB', function () {
  this.timeout(240_000);
  let db: FreshDatabase;
  let project: TempProject;
  before(async () => {
    db = await freshDatabase();
    await db.sql(SETUP);
    project = tempProject({ 'items.yml': manifest(db.uri) });
  });
  after(async () => {
    // The slots that follow the table go with their processes; a database with one cannot be dropped.
    await db?.sql(
      'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()',
    );
    await db?.drop();
    project?.remove();
  });

  const run = async (): Promise<void> => {
    const { code, stdout, stderr } = await dpone(['run', 'items.yml', '--all', '--format', 'json'], {
      cwd: project.path,
    });
    expect(code, failures(stdout) + stderr).to.equal(0);
  };
  const read = async (sink: SinkId, sql: string): Promise<Rows> =>
    sink === 'postgres' ? db.sql(sql.replaceAll('FROM ', 'FROM mart.')) : queryDuckdb(project.file('mart.duckdb'), sql);
  const source = (columns: string = COLUMNS, where: string = 'true'): Promise<Rows> =>
    db.sql(`SELECT ${columns} FROM shop.items WHERE ${where} ORDER BY items.id`);
  const expectSame = async (
    name: string,
    expected: Rows,
    where: string = 'true',
    columns: string = COLUMNS,
  ): Promise<void> => {
    for (const sink of Object.keys(SINKS) as SinkId[]) {
      const rows = await read(sink, `SELECT ${columns} FROM ${name} WHERE ${where} ORDER BY ${name}.id`);
      expect(rows.map(plainly), `${sink} ${name}`).to.deep.equal(expected.map(plainly));
    }
  };
  const before4 = "day >= '2026-01-02' AND day < '2026-01-04'";

  it('loads what the source holds at first', async () => {
    await run();
    const first = await source(FIRST_COLUMNS);
    for (const name of ['days', 'mirror', 'marked', 'events', 'versions'])
      await expectSame(name, first, 'true', FIRST_COLUMNS);
    await expectSame('ranged', await source(FIRST_COLUMNS, before4), 'true', FIRST_COLUMNS);
    for (const name of ['history', 'dated']) await expectSame(name, first, '__dpone__is_current', FIRST_COLUMNS);
  });

  it('follows what changed', async () => {
    const gone = await source(COLUMNS.replace('extra::text', 'NULL'), 'id IN (3, 4)');
    await db.sql(CHANGES);
    await run();
    const now = await source();
    for (const name of ['days', 'mirror', 'events']) await expectSame(name, now);
    await expectSame('ranged', await source(COLUMNS, before4));
    await expectSame('marked', now, '__dpone__deleted_at IS NULL');
    await expectSame('marked', gone, '__dpone__deleted_at IS NOT NULL');
    await expectSame('versions', now, 'id NOT IN (3, 4)');
    await expectSame('history', now, '__dpone__is_current');
    await expectSame('dated', now, '__dpone__is_current AND id NOT IN (3, 4)');
  });

  it('changes nothing where nothing changed', async () => {
    const counts =
      'SELECT inserted + updated + deleted AS n, strategy FROM __dpone__loads ORDER BY committed_at DESC LIMIT 1';
    const { code, stdout } = await dpone(['run', 'items.yml', '--all', '--format', 'json'], { cwd: project.path });
    expect(code, stdout).to.equal(0);
    for (const sink of Object.keys(SINKS) as SinkId[])
      for (const name of ['mirror', 'marked', 'history', 'dated', 'events']) {
        const [newest] = await read(sink, counts.replace('ORDER', `WHERE process = '${sink}_${name}' ORDER`));
        expect(Number(newest?.['n']), `${sink} ${name}`).to.equal(0);
      }
  });

  it('follows a table that is emptied', async () => {
    await db.sql(EMPTIED);
    await run();
    const now = await source();
    for (const name of ['mirror', 'events', 'ranged']) await expectSame(name, now);
    await expectSame('marked', now, '__dpone__deleted_at IS NULL');
    await expectSame('history', now, '__dpone__is_current');
    await expectSame('days', now, "day = '2026-01-02'");
  });

  it('keeps histories without gaps and overlaps', async () => {
    const broken = (name: string): string =>
      `SELECT id FROM (SELECT id, __dpone__valid_from_at AS f, __dpone__valid_to_at AS u, __dpone__is_current AS c,
        lead(__dpone__valid_from_at) OVER (PARTITION BY id ORDER BY __dpone__valid_from_at) AS next FROM ${name}) AS v
        WHERE u <= f OR u > next OR (u IS NULL) <> c OR (u IS NULL AND next IS NOT NULL)`;
    for (const sink of Object.keys(SINKS) as SinkId[])
      for (const name of ['history', 'dated'])
        expect(await read(sink, broken(name).replace('FROM (', 'FROM(')), `${sink} ${name}`).to.deep.equal([]);
    const versions = 'SELECT count(*)::text AS n FROM history WHERE id = 1 OR id = 5';
    for (const sink of Object.keys(SINKS) as SinkId[]) expect(await read(sink, versions)).to.deep.equal([{ n: '4' }]);
  });

  it('chooses by mode: auto what strategy advise advises, for the same reason', async () => {
    project.write(
      'auto.yml',
      `name: auto
source: {type: postgres, connection: "${db.uri}", table: shop.items, options: {partition_column: day, estimated_rows: 2000000, changed_percent: 10}}
sink: {type: duckdb, connection: auto.duckdb, table: items, strategy: {mode: auto, unique_key: id}}
`,
    );
    const answer = async (...args: string[]): Promise<Record<string, unknown>> => {
      const { code, stdout, stderr } = await dpone([...args, '--format', 'json'], { cwd: project.path });
      expect(code, stdout + stderr).to.equal(0);
      return JSON.parse(stdout) as Record<string, unknown>;
    };
    const planned = (await answer('plan', 'auto.yml', '--explain-strategy'))['strategy'] as Record<string, unknown>;
    const advised = (await answer('strategy', 'advise', 'auto.yml'))['decision'] as Record<string, unknown>;
    expect(planned['mode']).to.equal('partition_replace').and.to.equal(advised['strategy_mode']);
    expect([planned['chosen']]).to.deep.equal(advised['reasons']);
  });

  it('undoes a load, but not one whose log has been read on', async () => {
    const kept = (name: string, strategy: string): string =>
      `      - {table: items, id: ${name}, overrides: {name: ${name}, sink: {type: postgres, connection: "${db.uri}", table: mart.${name}, options: {keep_backup: true}, strategy: ${strategy}}}}\n`;
    project.write(
      'kept.yml',
      `kind: dpone.batch.v1
defaults: {source: {type: postgres, connection: "${db.uri}"}}
schemas:
  shop:
    tables:
${kept('kept_history', STRATEGIES['history']!)}${kept('kept_days', '{mode: partition_replace, partition: {column: day, native_mode: required}}')}${kept('kept_events', STRATEGIES['events']!)}`,
    );
    await db.sql('CREATE TABLE mart.kept_days (LIKE mart.days) PARTITION BY RANGE (day)');
    await db.sql(
      "CREATE TABLE mart.kept_days_1 PARTITION OF mart.kept_days FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
    );
    const load = async (): Promise<void> => {
      const { code, stdout, stderr } = await dpone(['run', 'kept.yml', '--all', '--format', 'json'], {
        cwd: project.path,
      });
      expect(code, failures(stdout) + stderr).to.equal(0);
    };
    const rows = (name: string): Promise<Rows> => db.sql(`SELECT * FROM mart.${name} ORDER BY 1, 2, 3`);
    await load();
    const before = [await rows('kept_history'), await rows('kept_days')];
    await db.sql("UPDATE shop.items SET name = 'a mistake', changed_at = '2026-04-01 00:00Z'");
    await load();
    const undo = async (name: string): Promise<{ code: number | null; stdout: string }> => {
      const [newest] = await db.sql(
        `SELECT load_id FROM mart.__dpone__loads WHERE process = '${name}' ORDER BY committed_at DESC LIMIT 1`,
      );
      const args = `--sink postgres --target mart.${name} --load-id ${String(newest!['load_id'])} --manifest kept.yml --selector ${name} --yes --format json`;
      return dpone(['ops', 'rollback-execute', ...args.split(' ')], { cwd: project.path });
    };
    for (const [i, name] of ['kept_history', 'kept_days'].entries()) {
      const { code, stdout } = await undo(name);
      expect(code, stdout).to.equal(0);
      expect(await rows(name), name).to.deep.equal(before[i]);
    }
    const { code, stdout } = await undo('kept_events');
    expect(code).to.equal(1);
    expect(stdout).to.contain('rollback.state_not_rewindable');
  });

  it('says in the plan what it will do', async () => {
    const { code, stdout } = await dpone(['plan', 'items.yml', '--all', '--format', 'json'], { cwd: project.path });
    expect(code, stdout).to.equal(0);
    for (const word of ['TRUNCATE', '__dpone__valid_from_at', '__touches', 'MERGE INTO', '__dpone__history'])
      expect(stdout).to.contain(word);
  });
});

const failures = (stdout: string): string => {
  const { processes } = JSON.parse(stdout) as { processes: { process: string; result: { errors: unknown[] } }[] };
  return JSON.stringify(
    processes.flatMap((p) => (p.result.errors.length === 0 ? [] : [p.process, ...p.result.errors])),
  );
};

const plainly = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([k, v]) => [
      k,
      v === null || typeof v !== 'string' || k !== 'doc' ? v : JSON.stringify(JSON.parse(v)),
    ]),
  );
