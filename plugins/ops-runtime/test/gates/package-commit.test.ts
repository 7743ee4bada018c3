import { conformance, expectError } from '@dpone/testkit';
import { expect } from 'chai';
import { packageCommit } from '@dpone/ops-runtime';
import { folder, type Folder } from '../support/folder.js';
import { hostOf, receiptOf } from '../support/live-target.js';

const started = (given: object = {}): object => ({
  run_id: 'R1',
  load_id: 'L1',
  target: 'landing.orders',
  chunk_id: null,
  status: 'started',
  started_at: '2026-01-01T00:00:00+00:00',
  updated_at: '2026-01-01T00:00:00+00:00',
  rows_staged: 0,
  rows_loaded: 0,
  artifact_uri: null,
  state_after: {},
  error: null,
  ...given,
});

describe('package-commit', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'package-commit',
    definition: packageCommit,
    green: async ({ workdir }) => {
      const { mkdir, writeFile } = await import('node:fs/promises');
      await mkdir(`${workdir}/p`, { recursive: true });
      await writeFile(`${workdir}/p/L1.json`, JSON.stringify(started()));
      return { input: { dir: 'p', load_id: 'L1', rows_loaded: 3 }, evidence: ['p/L1.json'] };
    },
  }))
    it(c.name, c.run);

  let space: Folder;
  beforeEach(async () => {
    space = await folder();
  });
  afterEach(() => space.remove());
  const commit = (given: object = {}, host?: ReturnType<typeof hostOf>['host']) =>
    space.run(packageCommit, { dir: 'p', load_id: 'L1', rows_loaded: 3, ...given }, host === undefined ? {} : { host });

  it('commits a started package and keeps the rest of it', async () => {
    await space.put('p/L1.json', started({ rows_staged: 3 }));
    const report = await commit({ state_after_json: '{"xmin":9007199254740993}' });
    expect(report).to.include({ passed: true, status: 'committed', written: true });
    const text = await space.text('p/L1.json');
    // An integer that a double cannot hold.
    expect(text).to.include('"xmin": 9007199254740993');
    expect(await space.json('p/L1.json')).to.include({ status: 'committed', rows_loaded: 3, rows_staged: 3 });
    expect(Object.keys(await space.json('p/L1.json'))).to.have.members(Object.keys(started()));
  });

  it('is green for the same commit again and changes nothing, red for another', async () => {
    await space.put('p/L1.json', started());
    await commit();
    const before = await space.text('p/L1.json');
    expect(await commit()).to.include({ passed: true, written: false });
    expect((await commit({ rows_loaded: 4 })).blockers).to.eql(['package.already_committed']);
    expect((await commit({ state_after_json: '{"a":1}' })).blockers).to.eql(['package.already_committed']);
    expect(await space.text('p/L1.json')).to.equal(before);
  });

  for (const status of ['failed', 'cancelled'])
    it(`is red for a package that ${status}, and leaves it`, async () => {
      await space.put('p/L1.json', started({ status, error: 'boom' }));
      const before = await space.text('p/L1.json');
      const report = await commit();
      expect(report.blockers).to.eql([`package.${status}`]);
      expect(await space.text('p/L1.json')).to.equal(before);
    });

  for (const [what, given] of [
    ['a negative count', { rows_loaded: -1 }],
    ['half a row', { rows_loaded: 1.5 }],
    ['a state that is a list', { state_after_json: '[1]' }],
    ['a state that is no JSON', { state_after_json: '{' }],
    ['a load id that leaves the folder', { load_id: '../x' }],
    ['a hidden load id', { load_id: '.x' }],
  ] as const)
    it(`refuses ${what}`, () => expectError(() => commit(given), ['DPONE_USAGE']));

  it('tells nothing of a state that is no JSON', async () => {
    const error = await expectError(() => commit({ state_after_json: '{"password":"hunter2"' }));
    expect(error.message).not.to.include('hunter2');
  });

  it('refuses a package that is of another load, or has keys of its own', async () => {
    await space.put('p/L1.json', started({ load_id: 'L2' }));
    await expectError(() => commit(), ['DPONE_INPUT_INVALID']);
    await space.put('p/L1.json', started({ extra: 1 }));
    await expectError(() => commit(), ['DPONE_INPUT_INVALID']);
  });

  it('leaves no folder where there was none', async () => {
    await expectError(() => commit({ dir: 'a/b' }), ['DPONE_INPUT_INVALID']);
    expect(await space.files()).to.eql([]);
  });

  describe('of a load that dpone began', () => {
    beforeEach(async () => {
      await space.put('p/L1.json', started({ process: 'orders', status: 'staged', state_after: null }));
      await space.put('p/.open/L1.0123456789abcdef', '');
    });

    it('is red without a manifest: its receipt decides', async () => {
      expect((await commit()).blockers).to.eql(['package.open_load']);
      expect((await space.json('p/L1.json'))['status']).to.equal('staged');
    });

    it('is red where the target has no receipt, or another count', async () => {
      const none = hostOf({ receipt: () => Promise.resolve(null) });
      expect((await commit({ manifest: 'm.yml' }, none.host)).blockers).to.eql(['package.receipt_missing']);
      const other = hostOf({ receipt: (id) => Promise.resolve(receiptOf(id, { inserted: 2, updated: 5 })) });
      expect((await commit({ manifest: 'm.yml' }, other.host)).blockers).to.eql(['package.receipt_differs']);
    });

    it('is green where the receipt says the same', async () => {
      const { host, asked } = hostOf({ receipt: (id) => Promise.resolve(receiptOf(id)) });
      const report = await commit({ manifest: 'm.yml', selector: 's' }, host);
      expect(report).to.deep.include({ passed: true, receipt: { committed_at: '2026-01-01T00:00:01Z', rows: 3 } });
      expect(asked).to.eql([{ manifest: 'm.yml', selector: 's' }]);
      expect(await space.json('p/L1.json')).to.include({ status: 'committed', process: 'orders' });
    });

    it('refuses the manifest of another process', () =>
      expectError(() => commit({ manifest: 'm.yml' }, hostOf({ process: 'other' }).host), ['DPONE_INPUT_INVALID']));
  });
});
