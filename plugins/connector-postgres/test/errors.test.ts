import { freshDatabase, type FreshDatabase } from '@dpone/test-services';
import { expect } from 'chai';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { pipeline } from 'node:stream/promises';
import { fail, type DponeError, type ErrorCode } from '@dpone/sdk';
import { postgresError, type Doing } from '../dist/errors.js';
import { open } from './support/connecting.js';

const WRITING: Doing = { what: 'writing t', code: 'DPONE_SINK_WRITE' };
const READING: Doing = { what: 'reading t', code: 'DPONE_SOURCE_READ', missing: 'DPONE_SOURCE_NOT_FOUND' };
const SECRET = 'hunter2';

describe("a server's errors in dpone's words", function () {
  this.timeout(120_000);
  let db: FreshDatabase;
  let client: Client;

  before(async () => {
    db = await freshDatabase();
    await db.sql(`CREATE TABLE t (a int PRIMARY KEY, b varchar(3), c date, d numeric(4,1) CONSTRAINT small CHECK (d < 99), e text NOT NULL DEFAULT '');
      CREATE TABLE child (a int CONSTRAINT parent REFERENCES t);
      INSERT INTO t (a) VALUES (1); CREATE SCHEMA hidden; CREATE TABLE hidden.x (a int); CREATE SEQUENCE s`);
    await db.sql('DO $$ BEGIN CREATE ROLE dpone_test_nobody LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$');
  });
  after(async () => {
    await db?.drop();
    await db?.server.sql('DROP ROLE IF EXISTS dpone_test_nobody');
  });
  beforeEach(async () => {
    client = await open(db.uri);
  });
  afterEach(() => client.end());

  async function said(sql: string, doing: Doing): Promise<DponeError> {
    const error: unknown = await client.query(sql).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error === undefined) throw new Error('it went through');
    return postgresError(error, doing);
  }

  interface Case {
    readonly name: string;
    readonly sql: string;
    readonly doing?: Doing;
    readonly code: ErrorCode;
    readonly message: RegExp;
    readonly remedy?: RegExp;
  }
  const nobody = (sql: string): string => `SET ROLE dpone_test_nobody; ${sql}`;
  const cases: readonly Case[] = [
    {
      name: 'a table to read that is not there',
      sql: 'SELECT * FROM nosuch',
      doing: READING,
      code: 'DPONE_SOURCE_NOT_FOUND',
      message: /^reading t: relation "nosuch" does not exist$/,
    },
    {
      name: 'a schema to read that is not there',
      sql: 'CREATE TABLE nosuch.t (a int)',
      doing: READING,
      code: 'DPONE_SOURCE_NOT_FOUND',
      message: /nosuch/,
    },
    {
      name: 'a table to write that is not there',
      sql: 'DELETE FROM nosuch',
      code: 'DPONE_SINK_WRITE',
      message: /nosuch/,
    },
    {
      name: 'a table that may not be read',
      sql: nobody('SELECT * FROM t'),
      doing: READING,
      code: 'DPONE_PRIVILEGE_MISSING',
      message: /permission denied for table t/,
      remedy: /^GRANT SELECT ON TABLE t /,
    },
    {
      name: 'a table that may not be written',
      sql: nobody('DELETE FROM t'),
      code: 'DPONE_PRIVILEGE_MISSING',
      message: /table t/,
      remedy: /DELETE/,
    },
    {
      name: 'a schema that may not be used',
      sql: nobody('SELECT * FROM hidden.x'),
      doing: READING,
      code: 'DPONE_PRIVILEGE_MISSING',
      message: /schema hidden/,
      remedy: /^GRANT USAGE ON SCHEMA hidden /,
    },
    {
      name: 'a schema where nothing may be made',
      sql: nobody('CREATE TABLE hidden.y (a int)'),
      code: 'DPONE_PRIVILEGE_MISSING',
      message: /schema hidden/,
      remedy: /USAGE, CREATE ON SCHEMA hidden/,
    },
    {
      name: 'a sequence that may not be read',
      sql: nobody('SELECT * FROM s'),
      doing: READING,
      code: 'DPONE_PRIVILEGE_MISSING',
      message: /sequence s/,
      remedy: /SELECT ON SEQUENCE s/,
    },
    {
      name: 'a table of another owner',
      sql: nobody('ALTER TABLE t ADD x int'),
      code: 'DPONE_PRIVILEGE_MISSING',
      message: /must be owner of table t/,
      remedy: /owner/,
    },
    {
      name: 'a text that is too long',
      sql: `INSERT INTO t (a, b) VALUES (2, '${SECRET}')`,
      code: 'DPONE_VALUE_OUT_OF_RANGE',
      message: /^writing t: value too long for type character varying\(3\)$/,
    },
    {
      name: 'a text that is no number',
      sql: `SELECT '${SECRET}'::int`,
      code: 'DPONE_VALUE_OUT_OF_RANGE',
      message: /^writing t: invalid input syntax for type integer$/,
    },
    {
      name: 'a number that is too large',
      sql: "SELECT '99999999999'::int",
      code: 'DPONE_VALUE_OUT_OF_RANGE',
      message: /^writing t: value is out of range for type integer$/,
    },
    {
      name: 'a date that is none',
      sql: "SELECT '2024-13-45'::date",
      code: 'DPONE_VALUE_OUT_OF_RANGE',
      message: /^writing t: date\/time field value out of range$/,
    },
    {
      name: 'a decimal that is too large',
      sql: 'INSERT INTO t (a, d) VALUES (3, 12345)',
      code: 'DPONE_VALUE_OUT_OF_RANGE',
      message: /^writing t: numeric field overflow$/,
    },
    {
      name: 'a view that divides by zero',
      sql: 'SELECT 1/0',
      doing: READING,
      code: 'DPONE_SOURCE_READ',
      message: /division by zero/,
    },
    {
      name: 'a key that is there already',
      sql: 'INSERT INTO t (a) VALUES (1)',
      code: 'DPONE_SINK_WRITE',
      message: /^writing t: public\.t, constraint t_pkey: duplicate key value violates unique constraint "t_pkey"$/,
      remedy: /constraint/,
    },
    {
      name: 'a null where none may be',
      sql: 'INSERT INTO t (a, e) VALUES (4, NULL)',
      code: 'DPONE_SINK_WRITE',
      message: /^writing t: public\.t, column e: /,
    },
    {
      name: 'a row that breaks a check',
      sql: 'INSERT INTO t (a, d) VALUES (5, 99)',
      code: 'DPONE_SINK_WRITE',
      message: /constraint small/,
    },
    {
      name: 'a row without its parent',
      sql: 'INSERT INTO child VALUES (77)',
      code: 'DPONE_SINK_WRITE',
      message: /public\.child, constraint parent/,
    },
    {
      name: 'a statement that takes too long',
      sql: "SET statement_timeout = '10ms'; SELECT pg_sleep(60)",
      code: 'DPONE_SINK_WRITE',
      message: /statement timeout/,
      remedy: /statement_timeout_ms/,
    },
    {
      name: 'a transaction that only reads',
      sql: 'BEGIN READ ONLY; CREATE TABLE w (a int)',
      code: 'DPONE_TARGET_READ_ONLY',
      message: /read-only/,
      remedy: /primary/,
    },
    { name: 'a statement that is wrong', sql: 'SELEC 1', code: 'DPONE_SINK_WRITE', message: /syntax error/ },
  ];
  for (const { name, sql, doing = WRITING, code, message, remedy } of cases)
    it(name, async () => {
      const error = await said(sql, doing);
      expect(error.code, error.message).to.equal(code);
      expect(error.message).to.match(message);
      expect(error.message + error.remedy).to.not.contain(SECRET);
      if (remedy !== undefined) expect(error.remedy).to.match(remedy);
      expect(error.cause).to.have.property('severity');
    });

  it('a row of COPY that does not fit, by line and column', async () => {
    const copy = async (text: string): Promise<DponeError> => {
      const stream = client.query(copyFrom('COPY t (a, b, c) FROM STDIN'));
      return pipeline([text], stream).then(
        () => expect.fail('it went through'),
        (error: unknown) => postgresError(error, WRITING),
      );
    };
    expect((await copy('11\tx\t2024-01-01\n12\tx\tnever\n')).message).to.equal(
      'writing t: row 2 of t, column c: invalid input syntax for type date',
    );
    const long = await copy(`13\t${SECRET}: "x", column z: "y"\t\\N\n`);
    expect(long.code).to.equal('DPONE_VALUE_OUT_OF_RANGE');
    expect(long.message).to.equal('writing t: row 1 of t, column b: value too long for type character varying(3)');
    expect((await copy('14\tx\n')).message).to.equal('writing t: row 1 of t: missing data for column "c"');
    const twice = await copy('15\tx\t\\N\n15\tx\t\\N\n');
    expect(twice.message).to.contain('constraint t_pkey').and.not.contain('(15)');
    expect((await copy('16\ta\\000\t\\N\n')).code).to.equal('DPONE_VALUE_OUT_OF_RANGE');
  });

  it('a table that somebody else holds', async () => {
    const other = await open(db.uri);
    await other.query('BEGIN; LOCK TABLE t');
    const timeout = await said("SET lock_timeout = '10ms'; DELETE FROM t", WRITING);
    expect(timeout).to.include({ code: 'DPONE_TARGET_LOCKED' });
    expect(timeout.remedy).to.contain('lock_timeout_ms');
    expect(await said("SET lock_timeout = '10ms'; SELECT * FROM t", READING)).to.include({ code: 'DPONE_SOURCE_READ' });
    await other.end();
  });

  it('two transactions in each other’s way', async () => {
    const other = await open(db.uri);
    await db.sql('INSERT INTO t (a) VALUES (100) ON CONFLICT DO NOTHING');
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM t');
    await other.query("UPDATE t SET e = 'x' WHERE a = 100");
    const conflict = await said("UPDATE t SET e = 'y' WHERE a = 100", WRITING);
    expect(conflict).to.include({ code: 'DPONE_TARGET_LOCKED', consequence: 'transient' });
    await other.end();
  });

  it('a statement that somebody ends, and a connection that is ended', async () => {
    const pid = (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid;
    const running = `SELECT 1 FROM pg_stat_activity WHERE pid = ${pid} AND query LIKE '%pg_sleep%' AND state = 'active'`;
    const during = async (call: string): Promise<DponeError> => {
      const sleeping = said('SELECT pg_sleep(60)', WRITING);
      while ((await db.sql(running)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await db.sql(`SELECT ${call}(${pid})`);
      return sleeping;
    };
    const cancelled = await during('pg_cancel_backend');
    expect(`${cancelled.code} ${cancelled.remedy}`).to.match(/^DPONE_CANCELLED .*pg_cancel_backend/);
    const ended = await during('pg_terminate_backend');
    expect(ended).to.include({ code: 'DPONE_CONNECTION_FAILED', consequence: 'transient' });
    expect(ended.remedy).to.match(/^Run again/);
  });

  it('what is no error of a server', () => {
    const of = (error: unknown): DponeError => postgresError(error, WRITING);
    const own = fail('DPONE_COUNT_MISMATCH', 'x');
    expect(of(own)).to.equal(own);
    for (const code of ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ERR_STREAM_PREMATURE_CLOSE'])
      expect(of(Object.assign(new Error('x'), { code }))).to.include({ code: 'DPONE_CONNECTION_FAILED' });
    expect(of(new Error('Connection terminated unexpectedly'))).to.include({ code: 'DPONE_CONNECTION_FAILED' });
    expect(of(Object.assign(new Error('no space'), { code: 'ENOSPC' }))).to.include({ code: 'DPONE_DISK_FULL' });
    expect(of(new DOMException('x', 'AbortError'))).to.include({ code: 'DPONE_CANCELLED' });
    expect(of(new TypeError('odd\nmore'))).to.include({ code: 'DPONE_SINK_WRITE', message: 'writing t: odd' });
    expect(of('text')).to.include({ code: 'DPONE_SINK_WRITE', message: 'writing t: text' });
  });

  it('what a test cannot make a server say', () => {
    const of = (code: string, doing: Doing): DponeError =>
      postgresError(Object.assign(new Error('m'), { code, severity: 'ERROR', hint: 'the hint' }), doing);
    expect(of('53100', WRITING)).to.include({ code: 'DPONE_DISK_FULL' });
    expect(of('53300', WRITING)).to.include({ code: 'DPONE_CONNECTION_FAILED' });
    expect(of('40P01', READING)).to.include({ code: 'DPONE_SOURCE_CHANGED' });
    for (const code of ['57P01', '57P02', '57P03', '57P05', '08006', '25P03', '25P04'])
      expect(of(code, READING), code).to.include({ code: 'DPONE_CONNECTION_FAILED', consequence: 'transient' });
    expect(of('XX001', READING)).to.include({ code: 'DPONE_SOURCE_READ' });
    expect(of('0A000', READING)).to.include({ code: 'DPONE_SOURCE_READ', remedy: 'the hint' });
  });
});
