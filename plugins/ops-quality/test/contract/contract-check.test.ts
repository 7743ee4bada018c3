import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CanonicalType } from '@dpone/sdk';
import { expectError } from '@dpone/testkit';
import { contractCheck } from '@dpone/ops-quality';
import { expect } from 'chai';
import { json, run } from '../support/gate.js';
import { memoryHost } from '../support/live.js';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'dpone-contract-'));
});
afterEach(() => rm(cwd, { recursive: true }));

const check = (rows: unknown, contract: unknown, more: object = {}) =>
  run(contractCheck, { rows_json: json(rows), contract_json: json(contract), ...more }, cwd);

describe('contract-check', () => {
  it('holds rules in their order, over all rows', async () => {
    const rows = [{ id: 1, a: null }, { id: 1 }, { id: '1', a: 1 }];
    const report = await check(rows, {
      max_null_ratio: { a: 0.5, id: '0' },
      min_rows: '3.9',
      unique: ['id', ['id', 'a'], 'a'],
      not_null: ['a'],
      required_columns: ['id', 'a'],
    });
    expect((report['results'] as { code: string; severity: string }[]).map((r) => `${r.code} ${r.severity}`)).to.eql([
      'required_columns.id pass',
      'required_columns.a fail',
      'not_null.a fail',
      'unique.id fail',
      'unique.id,a fail',
      'unique.a fail',
      'min_rows pass',
      'max_null_ratio.a fail',
      'max_null_ratio.id pass',
    ]);
  });

  it('takes nulls for values where they must be unique, and numbers for what they are', async () => {
    expect(
      (await check([{ a: 1 }, { a: 1.0 }, {}, { a: true }, { a: '1' }], { unique: ['a'] }))['results'],
    ).to.have.nested.property('[0].message', '2 of 5 rows repeat a.');
    expect((await check([{ a: null }, {}], { unique: ['a'] })).passed).to.equal(false);
  });

  it('only tells of breaches with --mode warn', async () => {
    const report = await check([{}], { not_null: ['a'] }, { mode: 'warn' });
    expect(report).to.deep.include({ passed: true, blockers: [], warnings: ['not_null.a'] });
  });

  it('refuses a contract that would hold less than it seems to', async () => {
    for (const contract of [{ not_nul: ['a'] }, { not_null: 'a' }, { min_rows: 'many' }, { unique: [[]] }])
      await expectError(() => check([{ a: 1 }], contract), ['DPONE_INPUT_INVALID']);
    await expectError(() => run(contractCheck, { rows_json: '[]' }), ['DPONE_USAGE']);
    await expectError(() => run(contractCheck, { contract_json: '{}' }), ['DPONE_USAGE']);
  });
});

const property = (name: string, more: object = {}) => ({ name, ...more });
const odcs = (properties: readonly object[], more: object = {}) => ({
  apiVersion: 'v3.1.0',
  kind: 'DataContract',
  id: 'c1',
  version: '1.0.0',
  status: 'active',
  schema: [{ name: 'orders', properties, ...more }],
});
const ROWS = [
  { id: 1, mail: 'a@example.com', amount: 5, day: '2026-01-31' },
  { id: 2, mail: null, amount: 10.5, day: '2026-02-01' },
];
const RULES = [
  property('id', { logicalType: 'integer', primaryKey: true, logicalTypeOptions: { minimum: 1, format: 'u8' } }),
  property('mail', { logicalType: 'string', logicalTypeOptions: { format: 'email', maxLength: 20 } }),
  property('amount', { logicalType: 'number', required: true, logicalTypeOptions: { multipleOf: 0.5, maximum: 10.5 } }),
  property('day', {
    logicalType: 'date',
    logicalTypeOptions: { minimum: '2026-01-01', exclusiveMaximum: '2026-02-02' },
  }),
];

describe('contract-check with an Open Data Contract', () => {
  it('is green for rows that keep it', async () => {
    const report = await check(ROWS, odcs(RULES));
    expect(report).to.deep.include({ passed: true, warnings: [], row_count: 2 });
    expect(report['results']).to.have.length(17);
  });

  for (const [code, change] of [
    ['logical_type.id', { id: 1.5 }],
    ['not_null.id', { id: null }],
    ['unique.id', { id: 2 }],
    ['minimum.id', { id: 0 }],
    ['format.id', { id: 256 }],
    ['format.mail', { mail: 'no mail' }],
    ['max_length.mail', { mail: `${'x'.repeat(20)}@example.com` }],
    ['multiple_of.amount', { amount: 0.25 }],
    ['maximum.amount', { amount: 11.5 }],
    ['logical_type.amount', { amount: 'much' }],
    ['logical_type.day', { day: '2026-02-32' }],
    ['minimum.day', { day: '2025-12-31' }],
    ['exclusive_maximum.day', { day: '2026-02-02' }],
  ] as const)
    it(`sees ${code} broken`, async () => {
      expect((await check([{ ...ROWS[0], ...change }, ROWS[1]], odcs(RULES))).blockers).to.include(code);
    });

  const quality = (rule: object) => check(ROWS, odcs([property('mail', { quality: [{ name: 'q', ...rule }] })]));

  it('counts what quality rules count, and compares it as they say', async () => {
    for (const [rule, passed] of [
      [{ metric: 'nullValues', mustBe: 1 }, true],
      [{ metric: 'nullValues', mustBeLessThan: 1 }, false],
      [{ metric: 'nullValues', unit: 'percent', mustBeBetween: [49, 51] }, true],
      [{ metric: 'nullValues', unit: 'percent', mustNotBeBetween: [49, 51] }, false],
      [{ metric: 'missingValues', arguments: { missingValues: ['a@example.com'] }, mustBe: 2 }, true],
      [{ metric: 'invalidValues', arguments: { pattern: '@example.org$' }, mustBeGreaterThan: 0 }, true],
      [{ metric: 'invalidValues', arguments: { validValues: ['a@example.com'] }, mustNotBe: 0 }, false],
      [{ metric: 'duplicateValues', mustBeLessOrEqualTo: 0 }, true],
      [{ metric: 'rowCount', mustBeGreaterOrEqualTo: 3 }, false],
    ] as const)
      expect((await quality(rule)).passed, json(rule)).to.equal(passed);
  });

  it('warns where a rule is no error, and names rules that nobody here can check', async () => {
    const report = await quality({ metric: 'rowCount', mustBe: 0, severity: 'warning' });
    expect(report).to.deep.include({ passed: true, warnings: ['quality.q'] });
    expect(await quality({ type: 'custom', engine: 'soda', implementation: 'x' })).to.deep.include({
      passed: true,
      warnings: ['quality.q.not_checked'],
    });
    expect((await quality({ type: 'sql', query: 'SELECT 1', mustBe: 1 }))['warnings']).to.eql([
      'quality.q.not_checked',
    ]);
  });

  it('refuses a document that is not whole, and rules without a comparison', async () => {
    const { id: _, ...without } = odcs(RULES);
    await expectError(() => check(ROWS, without), ['DPONE_INPUT_INVALID']);
    await expectError(() => check(ROWS, { ...odcs(RULES), apiVersion: 'v2.2.0' }), ['DPONE_INPUT_INVALID']);
    await expectError(() => check(ROWS, odcs(RULES), { object: 'customers' }), ['DPONE_INPUT_INVALID']);
    await expectError(() => quality({ metric: 'nullValues' }), ['DPONE_INPUT_INVALID']);
    await expectError(() => quality({ metric: 'nullValues', mustBe: 1, mustNotBe: 2 }), ['DPONE_INPUT_INVALID']);
    await expectError(
      () => check(ROWS, odcs([property('mail', { logicalType: 'string', logicalTypeOptions: { pattern: '(' } })])),
      ['DPONE_INPUT_INVALID'],
    );
    const two = odcs(RULES);
    await expectError(() => check(ROWS, { ...two, schema: [...two.schema, { name: 'b' }] }), ['DPONE_INPUT_INVALID']);
  });

  it('reads YAML, and holds the document against a JSON Schema', async () => {
    await writeFile(
      join(cwd, 'c.yaml'),
      `apiVersion: v3.1.0\nkind: DataContract\nid: c\nversion: 1.0.0\nstatus: active\nschema:\n  - name: o\n    properties: [{name: id, required: true}]\n`,
    );
    const input = { rows_json: '[{"id": null}]', contract: 'c.yaml' };
    expect((await run(contractCheck, input, cwd)).blockers).to.eql(['not_null.id']);
    const schema = (status: readonly string[]) => ({
      $schema: 'https://json-schema.org/draft/2019-09/schema',
      type: 'object',
      properties: { status: { enum: status } },
      required: ['status'],
    });
    await writeFile(join(cwd, 'good.json'), json(schema(['active'])));
    await writeFile(join(cwd, 'bad.json'), json(schema(['retired'])));
    await writeFile(join(cwd, 'no.json'), '{"type": 1}');
    expect((await run(contractCheck, { ...input, contract_schema: 'good.json' }, cwd)).blockers).to.eql([
      'not_null.id',
    ]);
    for (const contract_schema of ['bad.json', 'no.json', 'none.json'])
      await expectError(() => run(contractCheck, { ...input, contract_schema }, cwd), ['DPONE_INPUT_INVALID']);
    await writeFile(join(cwd, 'c.yaml'), 'id: 1\nid: 2\n');
    await expectError(() => run(contractCheck, input, cwd), ['DPONE_INPUT_INVALID']);
  });

  it('goes by the types of a live table, names columns without regard to case, and asks its queries there', async () => {
    const columns: Readonly<Record<string, CanonicalType>> = {
      ID: { kind: 'int64' },
      mail: { kind: 'string' },
      amount: { kind: 'string' },
    };
    const asked = memoryHost({ postgres: { columns, rows: [[1n, 'a@b.example', '1']] } }, cwd);
    const more = [{ name: 'count', type: 'sql', query: 'SELECT count(*) FROM ${table}', mustBe: 1 }];
    const report = await run(
      contractCheck,
      {
        source: '{"type": "postgres", "table": "s.o\\"r"}',
        contract_json: json(odcs(RULES.slice(0, 3), { quality: more })),
      },
      cwd,
      { host: () => Promise.resolve(asked) },
    );
    expect(report.blockers).to.eql(['logical_type.amount']);
    expect(report['warnings']).to.eql(['quality.count.not_checked']);
    await run(
      contractCheck,
      {
        source: '{"type": "postgres", "table": {"schema": "s", "name": "o\\"r"}}',
        contract_json: json(odcs([], { quality: more })),
      },
      cwd,
      { host: () => Promise.resolve(asked) },
    );
    expect(asked.asked.at(-1)).to.eql({ type: 'postgres', options: { query: 'SELECT count(*) FROM "s"."o""r"' } });
  });
});
