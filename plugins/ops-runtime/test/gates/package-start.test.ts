import { conformance, expectError } from '@dpone/testkit';
import { expect } from 'chai';
import { packageStart } from '@dpone/ops-runtime';
import { folder, type Folder } from '../support/folder.js';

const NO_EVIDENCE = 'it records what is said on the command line and reads no file';

describe('package-start', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'package-start',
    definition: packageStart,
    green: () => ({ input: { run_id: 'R1', target: 'landing.orders' }, evidence: [] }),
    waivers: [
      { behaviour: 'gate.broken-evidence-is-never-green', reason: NO_EVIDENCE },
      { behaviour: 'gate.survives-any-json', reason: NO_EVIDENCE },
    ],
  }))
    it(c.name, c.run);

  let space: Folder;
  beforeEach(async () => {
    space = await folder();
  });
  afterEach(() => space.remove());

  it('writes a package with exactly the documented keys, and nothing else', async () => {
    const report = await space.run(packageStart, { run_id: 'R1', target: 'landing.orders', chunk_id: 'day=1' });
    expect(await space.files()).to.eql([`.dpone/load-packages/${report.load_id}.json`]);
    expect(await space.json(`.dpone/load-packages/${report.load_id}.json`)).to.eql({
      run_id: 'R1',
      load_id: report.load_id,
      target: 'landing.orders',
      chunk_id: 'day=1',
      status: 'started',
      started_at: report.started_at,
      updated_at: report.started_at,
      rows_staged: 0,
      rows_loaded: 0,
      artifact_uri: null,
      state_after: {},
      error: null,
    });
  });

  it('never writes over another package', async () => {
    const { load_id } = await space.run(packageStart, { run_id: 'R1', target: 't' });
    await expectError(() => space.run(packageStart, { run_id: 'R2', target: 't' }), ['DPONE_FILE_EXISTS']);
    expect((await space.json(`.dpone/load-packages/${load_id}.json`))['run_id']).to.equal('R1');
  });

  for (const [what, input] of [
    ['a blank run', { run_id: ' ', target: 't' }],
    ['a target of two lines', { run_id: 'R1', target: 'a\nb' }],
    ['no target', { run_id: 'R1' }],
  ] as const)
    it(`refuses ${what} and writes nothing`, async () => {
      await expectError(() => space.run(packageStart, input), ['DPONE_USAGE']);
      expect(await space.files()).to.eql([]);
    });
});
