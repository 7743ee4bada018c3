import { createHash } from 'node:crypto';
import { conformance, expectError } from '@dpone/testkit';
import { expect } from 'chai';
import { schemaApprove } from '@dpone/ops-planning';
import { folder, type Folder } from '../support/folder.js';

describe('schema approve', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'schema-approve',
    definition: schemaApprove,
    green: async ({ workdir }) => {
      const { writeFile } = await import('node:fs/promises');
      await writeFile(`${workdir}/l.json`, '{"status":"deferred","blockers":["x"]}');
      return { input: { ledger: 'l.json', approver: 'da' }, evidence: ['l.json'] };
    },
    waivers: [
      {
        behaviour: 'gate.broken-evidence-is-never-green',
        reason: 'what is approved is a deferred change, and so a red ledger: that is why somebody has to approve it',
      },
    ],
  }))
    it(c.name, c.run);

  let space: Folder;
  beforeEach(async () => {
    space = await folder();
  });
  afterEach(() => space.remove());
  const approve = (given: object = {}, at = '2026-01-01T00:00:00Z') =>
    space.run(
      schemaApprove,
      { ledger: 'l.json', approver: 'da', output_dir: 'out', ...given },
      { clock: { now: () => new Date(at) } },
    );

  it('binds the approval to the bytes of the ledger', async () => {
    const ledger = '{"status":"deferred"}';
    await space.put('l.json', ledger);
    const report = await approve();
    expect(report.ledger_sha256).to.equal(createHash('sha256').update(ledger).digest('hex'));
    expect(report.approval_id).to.equal('appr_ea23593c6633caf2b829868b');
    expect(await space.json(`out/${report.approval_id}.json`)).to.deep.include({
      approver: 'da',
      approval_status: 'approved',
    });
  });

  it('does not give the same approval twice, and refuses another under its id', async () => {
    await space.put('l.json', '{"status":"deferred"}');
    const first = await approve();
    expect((await approve({}, '2026-02-01T00:00:00Z')).approved_at).to.equal(first.approved_at);
    await space.put('l.json', '{"status":"deferred","more":1}');
    await expectError(() => approve(), ['DPONE_FILE_EXISTS']);
    expect((await approve({ output_dir: 'other' })).ledger_sha256).not.to.equal(first.ledger_sha256);
  });

  it('says that values may be lost only where that is asked for, and beside an approval that does not', async () => {
    await space.put('l.json', '{"status":"deferred"}');
    const plain = await approve();
    const losing = await approve({ drop_unfilled: true });
    expect(losing.approval_id).not.to.equal(plain.approval_id);
    expect(await space.json(`out/${plain.approval_id}.json`)).not.to.have.property('drop_unfilled');
    expect(await space.json(`out/${losing.approval_id}.json`)).to.include({ drop_unfilled: true });
  });

  for (const content of ['{}', '[]', '"x"', '{', ''])
    it(`refuses the ledger ${JSON.stringify(content)} and writes nothing`, async () => {
      await space.put('l.json', content);
      await expectError(() => approve(), ['DPONE_INPUT_INVALID']);
      expect(await space.files()).to.eql(['l.json']);
    });

  for (const approver of ['', '  ', 'a\nb'])
    it(`refuses the approver ${JSON.stringify(approver)}`, async () => {
      await space.put('l.json', '{"status":"deferred"}');
      await expectError(() => approve({ approver }), ['DPONE_USAGE']);
    });
});
