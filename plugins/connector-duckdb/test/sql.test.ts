import { expect } from 'chai';
import type { Column, FinalizeStep, LoadProgram, Predicate } from '@dpone/sdk';
import { programStatements } from '../dist/finalize-sql.js';
import { stagingNames } from '../dist/names.js';
import { predicateSql } from '../dist/predicate-sql.js';
import { duckdbError } from '../dist/errors.js';
import { receiptOf, reference } from './support/load.js';

const COLUMNS: Column[] = [
  { name: 'id', type: { kind: 'int64' }, nullable: false },
  { name: 'a "b"', type: { kind: 'string' }, nullable: true },
];

const program = (...steps: FinalizeStep[]): LoadProgram => ({
  load: reference('L1'),
  columns: COLUMNS,
  changes: [],
  steps,
  receipt: receiptOf('L1'),
  state: null,
});

const statements = (p: LoadProgram): string[] =>
  programStatements(p, stagingNames('L1', { name: 'orders' }), null).map((s) => s.sql);

describe('duckdb statements', () => {
  const COLUMN_LIST = '"id", "a ""b"""';
  const STAGING = '"main"."__dpone__stg_L1"';
  const INSERT = `INSERT INTO "main"."orders" (${COLUMN_LIST}) SELECT ${COLUMN_LIST} FROM ${STAGING} AS s`;

  it('of a swap into a table that is not there', () => {
    const p: LoadProgram = {
      ...program({ op: 'replace_all', by: 'swap' }),
      changes: [{ kind: 'create_table', schema: { columns: COLUMNS } }],
    };
    expect(statements(p)).to.deep.equal([
      `COMMENT ON TABLE ${STAGING} IS NULL`,
      `ALTER TABLE ${STAGING} RENAME TO "orders"`,
      'ALTER TABLE "main"."orders" ALTER "id" SET NOT NULL',
    ]);
  });

  it('of a table made and filled', () => {
    const p: LoadProgram = {
      ...program({ op: 'append' }),
      changes: [{ kind: 'create_table', schema: { columns: COLUMNS } }],
    };
    expect(statements(p)).to.deep.equal([
      'CREATE TABLE "main"."orders" ("id" BIGINT NOT NULL, "a ""b""" VARCHAR)',
      INSERT,
    ]);
  });

  it('of a merge', () => {
    expect(statements(program({ op: 'merge', key: ['id', 'a "b"'], by: 'delete_insert' }))).to.deep.equal([
      `DELETE FROM "main"."orders" AS t USING ${STAGING} AS s WHERE t."id" IS NOT DISTINCT FROM s."id" AND t."a ""b""" IS NOT DISTINCT FROM s."a ""b"""`,
      INSERT,
    ]);
  });

  it('of a delete and an append that skips known keys', () => {
    expect(
      statements(
        program(
          { op: 'delete', where: { op: 'ge', column: 'id', value: '9007199254740993' } },
          { op: 'append', unlessKey: ['id'] },
        ),
      ),
    ).to.deep.equal([
      `DELETE FROM "main"."orders" WHERE "id" >= '9007199254740993'`,
      `${INSERT} WHERE NOT EXISTS (SELECT 1 FROM "main"."orders" AS t WHERE t."id" IS NOT DISTINCT FROM s."id")`,
    ]);
  });

  it('are refused where partitions of its own are required', () => {
    expect(() => statements(program({ op: 'replace_partitions', column: 'id', native: 'required' }))).to.throw(
      'partitions',
    );
  });

  const PREDICATES: readonly [Predicate, string][] = [
    [{ op: 'eq', column: 'a', value: "it's; DROP TABLE t --" }, `"a" = 'it''s; DROP TABLE t --'`],
    [{ op: 'ne', column: 'a"', value: null }, '"a""" <> NULL'],
    [{ op: 'lt', column: 'a', value: 1.5 }, '"a" < 1.5'],
    [{ op: 'gt', column: 'a', value: Infinity }, `"a" > 'Infinity'::DOUBLE`],
    [{ op: 'in', column: 'a', values: [1, true, 'x'] }, `"a" IN (1, true, 'x')`],
    [{ op: 'in', column: 'a', values: [] }, 'false'],
    [{ op: 'not_in', column: 'a', values: [] }, 'true'],
    [{ op: 'not', predicate: { op: 'is_null', column: 'a' } }, 'NOT ("a" IS NULL)'],
    [{ op: 'and', all: [] }, 'true'],
    [
      {
        op: 'or',
        all: [
          { op: 'is_not_null', column: 'a' },
          { op: 'sql', sql: 'b > 1 -- why' },
        ],
      },
      '("a" IS NOT NULL OR (b > 1 -- why\n))',
    ],
  ];
  for (const [predicate, sql] of PREDICATES)
    it(`say ${JSON.stringify(predicate)}`, () => expect(predicateSql(predicate)).to.equal(sql));
});

describe('duckdb errors', () => {
  const CASES = [
    ['IO Error: Could not write file "x": No space left on device', 'DPONE_DISK_FULL'],
    [
      'IO Error: Could not set lock on file "/d/t.duckdb": Conflicting lock is held in /usr/bin/node (PID 12) by user u.',
      'DPONE_TARGET_LOCKED',
    ],
    [
      'Invalid Input Error: Cannot execute statement of type "INSERT" on database "t" which is attached in read-only mode!',
      'DPONE_TARGET_READ_ONLY',
    ],
    ['INTERRUPT Error: Interrupted!', 'DPONE_CANCELLED'],
    ['Out of Memory Error: failed to pin block of size 256.0 KiB', 'DPONE_SINK_WRITE'],
    ['Conversion Error: Type INT32 with value 300 is out of range', 'DPONE_VALUE_OUT_OF_RANGE'],
    ['Constraint Error: Duplicate key "a: 1" violates primary key constraint.', 'DPONE_SINK_WRITE'],
    ['Catalog Error: Table with name t does not exist!', 'DPONE_SOURCE_NOT_FOUND'],
    ['Something new', 'DPONE_SOURCE_READ'],
  ] as const;
  for (const [message, code] of CASES)
    it(`${code}: ${message.slice(0, 40)}`, () => {
      const doing = {
        what: 'reading t',
        code: code === 'DPONE_SINK_WRITE' ? ('DPONE_SINK_WRITE' as const) : ('DPONE_SOURCE_READ' as const),
        missing: 'DPONE_SOURCE_NOT_FOUND' as const,
      };
      const error = duckdbError(new Error(`${message}\n\nLINE 1: SELECT`), doing);
      expect(error.code).to.equal(code);
      expect(error.message).to.not.contain('LINE 1');
      expect(error.remedy).to.not.equal('');
    });

  it('names the process that holds the file', () => {
    const error = duckdbError(new Error(CASES[1][0]), { what: 'opening t', code: 'DPONE_SINK_WRITE' });
    expect(error.message).to.contain('process 12').and.to.contain('/usr/bin/node');
  });
});
