import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GateHost, LoadedRows } from '@dpone/sdk';
import { expectError } from '@dpone/testkit';
import { quarantineExport, quarantineReplay } from '@dpone/ops-quality';
import { expect } from 'chai';
import { json, run } from '../support/gate.js';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'dpone-quarantine-'));
  await mkdir(join(cwd, 'q'));
});
afterEach(() => rm(cwd, { recursive: true }));

const entry = (id: number, more: object = {}) => ({
  quarantine_id: `01J0000000000000000000000${id}`,
  run_id: 'r1',
  load_id: 'l1',
  row: { id },
  reason: 'type_mismatch',
  diagnostics: { column: 'id' },
  created_at: '2026-01-01T00:00:00+00:00',
  ...more,
});
const put = (name: string, ...entries: readonly unknown[]): Promise<void> =>
  writeFile(join(cwd, 'q', name), entries.map((one) => `${json(one)}\n`).join(''));
const ids = (report: Readonly<Record<string, unknown>>): string[] =>
  (report['entries'] as { quarantine_id: string }[]).map(({ quarantine_id }) => quarantine_id.slice(-1));

describe('quarantine-export', () => {
  const list = (run_id = 'r1') => run(quarantineExport, { dir: 'q', run_id }, cwd);

  it('lists rows of hand-made files and of every load of a run, with their keys in order', async () => {
    await put('r1.jsonl', entry(1));
    await put('r1.l2.jsonl', entry(2, { load_id: 'l2' }));
    await put('r1.other.jsonl', entry(3, { run_id: 'r1.other' }));
    await put('r10.jsonl', entry(4, { run_id: 'r10' }));
    const report = await list();
    expect(ids(report)).to.eql(['1', '2']);
    expect(report['files']).to.eql(['q/r1.jsonl', 'q/r1.l2.jsonl']);
    expect(Object.keys((report['entries'] as object[])[0]!)).to.eql(Object.keys(entry(1)));
    expect(ids(await list('r1.other'))).to.eql(['3']);
    expect((await list('none'))['total_rows']).to.equal(0);
  });

  it('finds a run whose id is no file name, under either way to write it, and only its own rows there', async () => {
    await put('a_b.jsonl', entry(1, { run_id: 'a/b' }), entry(2, { run_id: 'a:b' }));
    await put('a%2Fb.jsonl', entry(3, { run_id: 'a/b' }));
    expect(ids(await list('a/b'))).to.eql(['3', '1']);
    expect((await list('../q/r1'))['total_rows']).to.equal(0);
  });

  it('names rows that say they are of another run', async () => {
    await put('r1.jsonl', entry(1), entry(2, { run_id: 'x' }));
    expect((await list())['warnings']).to.eql(['entries_of_other_runs=1']);
  });

  it('keeps numbers as they are', async () => {
    await writeFile(join(cwd, 'q/r1.jsonl'), json(entry(1)).replace('"id":1', '"id":9007199254740993'));
    expect((await list())['entries']).to.have.nested.property('[0].row.id', 9007199254740993n);
  });

  it('refuses a line that is no entry, with its place', async () => {
    const { reason: _, ...without } = entry(1);
    for (const line of [
      'nope',
      '[]',
      'null',
      json(without),
      json({ ...entry(1), x: 1 }),
      json({ ...entry(1), row: [] }),
    ]) {
      await writeFile(join(cwd, 'q/r1.jsonl'), `${json(entry(2))}\n${line}\n`);
      const error = await expectError(() => list(), ['DPONE_INPUT_INVALID']);
      expect((error as { where?: string }).where, line).to.equal('q/r1.jsonl:2');
    }
  });
});

describe('quarantine-replay', () => {
  let loads: { manifest: string; rows: string }[];
  let outcome: Partial<LoadedRows>;
  beforeEach(() => {
    loads = [];
    outcome = {};
  });
  const host = {
    loadRows: async (process, path) => {
      loads.push({ manifest: process.manifest, rows: await readFile(join(cwd, path), 'utf8') });
      const loaded = {
        process: 'orders',
        run_id: 'r9',
        load_id: 'l9',
        passed: true,
        rows_read: 1,
        rows_loaded: 1,
        rows_rejected: 0,
        quarantine: null,
        error: null,
      };
      return { ...loaded, ...outcome };
    },
  } as Partial<GateHost> as GateHost;
  const replay = (more: object = {}) =>
    run(quarantineReplay, { dir: 'q', run_id: 'r1', ...more }, cwd, { host: () => Promise.resolve(host) });
  const record = async (run_id: string, value: object): Promise<void> => {
    await mkdir(join(cwd, '.dpone/runs', run_id), { recursive: true });
    await writeFile(join(cwd, '.dpone/runs', run_id, 'orders.json'), json(value));
  };

  it('only tells without --yes', async () => {
    await put('r1.jsonl', entry(1), entry(2));
    expect(await replay()).to.include({ applied: false, replayed_rows: 0, pending_rows: 2, passed: true });
    expect(await readdir(join(cwd, 'q'))).to.eql(['r1.jsonl']);
  });

  it('puts rows of an unknown process into a file, once, and leaves the quarantine as it is', async () => {
    await put('r1.jsonl', entry(1), entry(2));
    const before = await readFile(join(cwd, 'q/r1.jsonl'), 'utf8');
    const report = await replay({ yes: true });
    expect(report).to.include({ applied: true, replayed_rows: 2, pending_rows: 0 });
    const [{ released_to }] = report['replays'] as [{ released_to: string }];
    expect(await readFile(join(cwd, released_to), 'utf8')).to.equal('{"id":1}\n{"id":2}\n');
    expect(report['warnings']).to.eql([`${released_to}.not_loaded`]);
    expect(await replay({ yes: true })).to.include({ replayed_rows: 0, replayed_before: 2 });
    expect(await readFile(join(cwd, 'q/r1.jsonl'), 'utf8')).to.equal(before);
    expect(loads).to.eql([]);
  });

  it('loads rows where the record of their run says, and later only what is new', async () => {
    await put('r1.jsonl', entry(1), entry(2, { load_id: 'l2' }));
    await record('r1', { load_id: 'l1', manifest: 'm.yml', selector: null });
    expect(await replay({ yes: true })).to.include({ replayed_rows: 2 });
    expect(loads).to.eql([{ manifest: 'm.yml', rows: '{"id":1}\n' }]);
    await put('r1.l3.jsonl', entry(3, { load_id: 'l1' }));
    expect(await replay({ yes: true })).to.include({ replayed_rows: 1, replayed_before: 2 });
    expect(loads[1]).to.eql({ manifest: 'm.yml', rows: '{"id":3}\n' });
  });

  it('is red where a load fails, and replays the same file again', async () => {
    await put('r1.jsonl', entry(1));
    outcome = { passed: false, error: 'DPONE_X: no' };
    expect(await replay({ yes: true, manifest: 'm.yml' })).to.deep.include({
      blockers: ['orders.load_failed'],
      replayed_rows: 0,
      pending_rows: 1,
    });
    outcome = {};
    expect(await replay({ yes: true, manifest: 'm.yml' })).to.include({
      passed: true,
      replayed_rows: 1,
      replayed_before: 0,
    });
    expect(loads).to.have.length(2);
  });

  it('is red where rows are set aside again, or are no rows', async () => {
    await put('r1.jsonl', entry(1), entry(2, { row: { raw: 'a;b' } }));
    outcome = { rows_rejected: 1 };
    expect((await replay({ yes: true, manifest: 'm.yml' })).blockers).to.eql([
      'orders.rows_set_aside_again',
      'rows_without_columns',
    ]);
    expect(loads[0]!.rows).to.equal('{"id":1}\n');
  });

  it('refuses rows of other runs, ids that come twice, and a ledger that cannot be read', async () => {
    await put('r1.jsonl', entry(1, { run_id: 'x' }));
    await expectError(() => replay({ yes: true }), ['DPONE_INPUT_INVALID']);
    await put('r1.jsonl', entry(1), entry(1, { row: { id: 9 } }));
    await expectError(() => replay({ yes: true }), ['DPONE_INPUT_INVALID']);
    await put('r1.jsonl', entry(1));
    await mkdir(join(cwd, 'q/replay'));
    await writeFile(join(cwd, 'q/replay/r1.ledger.jsonl'), '{"quarantine_id": "0');
    await expectError(() => replay({ yes: true }), ['DPONE_INPUT_INVALID']);
    await expectError(() => replay({ selector: 'a' }), ['DPONE_USAGE']);
  });
});
