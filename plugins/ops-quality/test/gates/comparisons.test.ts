import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectError } from '@dpone/testkit';
import { diff, reconcile } from '@dpone/ops-quality';
import { expect } from 'chai';
import fc from 'fast-check';
import { json, run } from '../support/gate.js';
import { memoryHost, type MemoryTable } from '../support/live.js';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'dpone-compare-'));
});
afterEach(() => rm(cwd, { recursive: true }));

const both =
  (gate: unknown) =>
  (source: string, target: string, more: object = {}) =>
    run(gate, { source_rows_json: source, target_rows_json: target, key: 'id', ...more }, cwd);
const differ = both(diff);
const agree = both(reconcile);

const kinds = (report: Readonly<Record<string, unknown>>): string[] =>
  (report['samples'] as { kind: string; key: { id: unknown } }[]).map(({ kind, key }) => `${kind} ${json(key)}`);

describe('diff', () => {
  it('takes numbers, truth values, null and absence for what they mean', async () => {
    for (const [a, b] of [
      ['[{"id": 1, "v": 1}]', '[{"id": 1.0, "v": 1e0}]'],
      ['[{"id": true, "v": false}]', '[{"id": 1, "v": 0}]'],
      ['[{"id": 1, "v": null}]', '[{"id": 1}]'],
      ['[{"id": 1, "v": {"a": 1, "b": [0.10]}}]', '[{"id": 1, "v": {"b": [0.1], "a": 1.0}}]'],
      ['[{"id": null}]', '[{}]'],
    ] as const)
      expect(await differ(a, b), `${a} ${b}`).to.include({ passed: true, mismatch_count: 0 });
    for (const [a, b] of [
      ['[{"id": 1, "v": 9007199254740993}]', '[{"id": 1, "v": 9007199254740992}]'],
      ['[{"id": 1, "v": "1"}]', '[{"id": 1, "v": 1}]'],
      ['[{"id": 1, "v": "n1"}]', '[{"id": 1, "v": 1}]'],
      ['[{"id": 1, "v": [1, 2]}]', '[{"id": 1, "v": [2, 1]}]'],
      ['[{"id": 1, "v": "[1]"}]', '[{"id": 1, "v": [1]}]'],
      ['[{"id": 1, "v": NaN}]', '[{"id": 1, "v": NaN}]'],
      ['[{"id": 1, "v": ""}]', '[{"id": 1}]'],
    ] as const)
      expect(await differ(a, b), `${a} ${b}`).to.include({ passed: false, mismatch_count: 1 });
  });

  it('never confuses the cells of a row, whatever they hold', async () => {
    const report = await differ('[{"id": 1, "a": "x1:y", "b": "z"}]', '[{"id": 1, "a": "x", "b": "1:y1:z"}]');
    expect(report['samples']).to.have.nested.property('[0].columns').eql(['a', 'b']);
  });

  it('counts keys that come twice, takes the first row of them, and shows samples in their order', async () => {
    const source = [{ id: 2, v: 1 }, { id: 10, v: 1 }, { id: 3, v: 1 }, { id: 3, v: 2 }, { id: 4 }];
    const target = [{ id: 3, v: 1 }, { id: 4, v: 9 }, { id: 5 }, { id: 5 }];
    const report = await differ(json(source), json(target));
    expect(report).to.include({
      source_count: 5,
      target_count: 4,
      missing_in_target_count: 2,
      extra_in_target_count: 1,
      mismatch_count: 1,
      duplicate_source_key_count: 1,
      duplicate_target_key_count: 1,
    });
    expect(kinds(report)).to.eql([
      'duplicate_source_key {"id":3}',
      'duplicate_target_key {"id":5}',
      'missing_in_target {"id":10}',
      'missing_in_target {"id":2}',
      'extra_in_target {"id":5}',
      'mismatch {"id":4}',
    ]);
    const few = await differ(json(source), json(target), { sample_limit: 3 });
    expect(kinds(few)).to.eql(kinds(report).slice(0, 3));
    expect(kinds(await differ(json(source), json(target), { sample_limit: -1 }))).to.eql([]);
  });

  it('finds what a comparison of two maps finds, for any rows', async () => {
    const row = fc.record({ id: fc.integer({ min: 0, max: 12 }), v: fc.constantFrom(1, 2, 'a', null) });
    const rows = fc.uniqueArray(row, { selector: ({ id }) => id });
    await fc.assert(
      fc.asyncProperty(rows, rows, async (source, target) => {
        const [a, b] = [source, target].map((list) => new Map(list.map(({ id, v }) => [id, v])));
        const report = await differ(json(source), json(target), {
          compare_columns: source.length + target.length === 0 ? undefined : 'v',
        });
        expect(report).to.include({
          missing_in_target_count: [...a!.keys()].filter((id) => !b!.has(id)).length,
          extra_in_target_count: [...b!.keys()].filter((id) => !a!.has(id)).length,
          mismatch_count: [...a!].filter(([id, v]) => b!.has(id) && b!.get(id) !== v).length,
        });
      }),
      { numRuns: 50 },
    );
  });

  it('refuses what compares nothing, and keys that are none', async () => {
    for (const more of [{ key: ' , ' }, { compare_columns: ',' }])
      await expectError(() => differ('[{"id": 1}]', '[{"id": 1}]', more), ['DPONE_USAGE']);
    await expectError(
      () => differ('[{"id": 1}]', '[{"id": 1}]', { compare_columns: 'amuont' }),
      ['DPONE_INPUT_INVALID'],
    );
    await expectError(() => differ('[{"id": [1]}]', '[]'), ['DPONE_INPUT_INVALID']);
    await expectError(() => run(diff, { key: 'id', target_rows_json: '[]' }), ['DPONE_USAGE']);
    await expectError(() => differ('[]', '[]', { target: '{"type": "x"}' }), ['DPONE_USAGE']);
  });
});

describe('reconcile', () => {
  it('lists repairs by kind, each sorted by the text of its key, and writes them', async () => {
    const source = [
      { id: 10, v: 1 },
      { id: 2, v: 1 },
      { id: 3, v: 1, gone: 'yes' },
      { id: 4, v: 1 },
    ];
    const target = [
      { id: 3, v: 1 },
      { id: 4, v: 2 },
      { id: 5, v: 1 },
    ];
    const report = await agree(json(source), json(target), { delete_column: 'gone', output_dir: 'out' });
    expect(
      (report['repair_actions'] as { action: string; key: unknown }[]).map((a) => `${a.action} ${json(a.key)}`),
    ).to.eql([
      'insert_target_row {"id":10}',
      'insert_target_row {"id":2}',
      'delete_target_row {"id":3}',
      'delete_target_row {"id":5}',
      'update_target_row {"id":4}',
    ]);
    expect(report).to.include({ missing_count: 2, extra_count: 2, mismatch_count: 1, delete_count: 1, passed: false });
    expect(JSON.parse(await readFile(join(cwd, 'out/reconciliation_report.json'), 'utf8'))).to.deep.include({
      missing_count: 2,
    });
  });

  it('agrees with diff on numbers: equal values give equal checksums', async () => {
    const report = await agree('[{"id": 1, "v": 1}]', '[{"v": 1.0, "id": 1.0}]');
    expect(report.passed).to.equal(true);
    expect(report['source_checksum']).to.equal(report['target_checksum']);
  });

  it('sums up the same rows alike in whatever order they come, and others otherwise', async () => {
    const rows = [
      { id: 1, v: 'a' },
      { id: 2, v: 'b' },
    ];
    const same = await agree(json(rows), json(rows.toReversed()));
    expect(same.passed).to.equal(true);
    const other = await agree(
      json(rows),
      json([
        { id: 1, v: 'b' },
        { id: 2, v: 'a' },
      ]),
    );
    expect(other['source_checksum']).to.equal(same['source_checksum']);
    expect(other['target_checksum']).to.not.equal(same['source_checksum']);
  });

  it('is red where a key comes twice, though the last row agrees', async () => {
    const report = await agree('[{"id": 1, "v": 2}]', '[{"id": 1, "v": 1}, {"id": 1, "v": 2}]');
    expect(report.blockers).to.eql(['duplicate_target_keys']);
    expect(report['mismatch_count']).to.equal(0);
  });

  it('takes 0, false, an empty text and null for a row that lives', async () => {
    const source = [0, false, '', null, 'false', 1].map((gone, id) => ({ id, gone }));
    expect((await agree(json(source), '[]', { delete_column: 'gone' }))['delete_count']).to.equal(2);
  });

  it('lists no more repairs than it is asked for, and says how many it left out', async () => {
    const source = Array.from({ length: 50 }, (_, id) => ({ id }));
    const report = await agree(json(source), '[]', { action_limit: 3 });
    expect(report['repair_actions']).to.have.length(3);
    expect(report).to.include({ missing_count: 50, repair_actions_omitted: 47 });
  });
});

describe('diff of live tables', () => {
  const NUMBERS: MemoryTable = {
    columns: {
      id: { kind: 'int64' },
      price: { kind: 'decimal', precision: 12, scale: 2 },
      at: { kind: 'timestamp', precision: 6, tz: true },
    },
    rows: [
      [1n, '1.50', '2026-01-01T10:00:00.500000Z'],
      [9007199254740993n, '0.00', null],
    ],
  };
  const live = (tables: Readonly<Record<string, MemoryTable>>, input: object) => {
    const host = memoryHost(tables, cwd);
    return run(diff, { key: 'id', ...input }, cwd, { host: () => Promise.resolve(host) });
  };

  it('compares by what types mean: decimals, floats, integers, and moments of any precision', async () => {
    const other: MemoryTable = {
      columns: {
        id: { kind: 'decimal', precision: 20, scale: 0 },
        at: { kind: 'timestamp', precision: 3, tz: false },
        price: { kind: 'float64' },
      },
      rows: [
        ['9007199254740993', null, 0],
        ['1', '2026-01-01T10:00:00.500', 1.5],
      ],
    };
    const report = await live({ a: NUMBERS, b: other }, { source: '{"type": "a"}', target: '{"type": "b"}' });
    expect(report).to.include({ passed: true, source_count: 2, compared_by: 'rows' });
    expect(report['warnings']).to.eql(['at.only_one_side_has_a_zone']);
  });

  it('compares a live table with rows of JSON', async () => {
    const rows = '[{"id": 1, "price": 1.5, "at": "2026-01-01 10:00:00.5"}, {"id": 9007199254740993, "price": 0}]';
    expect((await live({ a: NUMBERS }, { source: '{"type": "a"}', target_rows_json: rows })).passed).to.equal(true);
    const texts = rows.replace('1.5', '"1.5"');
    expect(
      (await live({ a: NUMBERS }, { source: '{"type": "a"}', target_rows_json: texts }))['mismatch_count'],
    ).to.equal(1);
  });

  it('names columns that one side lacks, and leaves out what tells of a load', async () => {
    const other: MemoryTable = {
      columns: { ...NUMBERS.columns, note: { kind: 'string' }, __dpone__load_id: { kind: 'string' } },
      rows: NUMBERS.rows.map((row) => [...row, null, 'l1']),
    };
    const report = await live({ a: NUMBERS, b: other }, { source: '{"type": "a"}', target: '{"type": "b"}' });
    expect(report.passed).to.equal(true);
    expect(report['warnings']).to.eql(['note.only_in_target']);
  });

  it('refuses a key that a table lacks, or that has no text', async () => {
    const lists: MemoryTable = { columns: { id: { kind: 'json' } }, rows: [] };
    for (const table of [lists, { columns: { no: { kind: 'int8' } }, rows: [] } satisfies MemoryTable])
      await expectError(
        () => live({ a: NUMBERS, b: table }, { source: '{"type": "a"}', target: '{"type": "b"}' }),
        ['DPONE_INPUT_INVALID'],
      );
  });
});
