import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expectError } from '@dpone/testkit';
import { expect } from 'chai';
import { approvalRecord, deploymentRecord, postDeployVerify, releaseClose } from '@dpone/ops-release';
import type { GateReport } from '@dpone/sdk';
import { inWorkspace } from '../support/workspace.js';

const at = (time: string) => ({ clock: { now: () => new Date(time) } });

describe('the records of a release', () => {
  const w = inWorkspace();
  const REQUEST = {
    passed: true,
    change_id: 'CR-1',
    release: 'v1',
    target_environment: 'production',
    requested_by: 'rm@x',
    approvers: ['a@x', 'b@x', 'rm@x'],
    expires_at: null,
  };
  beforeEach(() => w.put('cr.json', REQUEST));

  const approve = (more: object = {}, given = {}): Promise<GateReport> =>
    w.run(
      approvalRecord,
      { change_request: 'cr.json', actor: 'a@x', decision: 'approved', output_dir: 'ap', ...more },
      given,
    );

  describe('approval', () => {
    it('counts different people who may approve, once each', async () => {
      const first = await approve({ quorum_required: 2 });
      expect(first.blockers).to.eql(['approval.quorum_not_met']);
      expect((await approve({ quorum_required: 2, actor: ' a@x ' })).blockers).to.eql(['approval.quorum_not_met']);
      const third = await approve({ quorum_required: 2, actor: 'b@x' });
      expect(third).to.include({ passed: true, status: 'approved', approvals_count: 2, rejections_count: 0 });
      expect(third['decisions']).to.have.length(3);
    });

    it('does not count who may not approve, now or later, nor who asked for the change', async () => {
      const stranger = await approve({ actor: 'mallory@x' });
      expect(stranger.blockers).to.eql(['approval.actor_not_allowed', 'approval.quorum_not_met']);
      const requester = await approve({ actor: 'rm@x' });
      expect(requester.blockers).to.eql(['approval.actor_is_requester', 'approval.quorum_not_met']);
      expect(requester['approvals_count']).to.equal(0);
      expect((await approve({ quorum_required: 2 })).blockers).to.eql(['approval.quorum_not_met']);
      expect((await approve()).passed).to.equal(true);
    });

    it('stays rejected', async () => {
      expect((await approve({ decision: 'rejected', actor: 'b@x' })).blockers).to.eql([
        'approval.rejected',
        'approval.quorum_not_met',
      ]);
      const later = await approve();
      expect(later).to.include({ status: 'blocked', approvals_count: 1, rejections_count: 1 });
      expect(later.blockers).to.eql(['approval.rejected']);
    });

    it('is for the request as it was, and asks for a green one that has not expired', async () => {
      await approve();
      await w.put('cr.json', { ...REQUEST, risk_level: 'low' });
      expect((await approve({ actor: 'b@x', quorum_required: 2 }))['approvals_count']).to.equal(1);
      await w.put('cr.json', { ...REQUEST, passed: false, expires_at: '2026-01-01' });
      const red = await approve({ actor: 'b@x', output_dir: 'red' });
      expect(red.blockers).to.eql(['approval.change_request_expired', 'approval.change_request_not_passed']);
      for (const [expires_at, expired] of [
        ['2026-03-01T12:34:56Z', true],
        ['2026-03-01T12:34:57Z', false],
        ['2026-03-01T13:34:56.789+01:00', false],
        ['2026-03-01T12:34:58.000+01:00', true],
        ['2026-03-02', false],
        ['tomorrow', true],
        [17, true],
      ] as const) {
        await w.put('cr.json', { ...REQUEST, expires_at });
        const report = await approve({ output_dir: `ap-${String(expires_at)}` });
        expect(report.blockers.includes('approval.change_request_expired'), String(expires_at)).to.equal(expired);
      }
    });

    it('refuses a history that is foreign, unreadable or changed, and a quorum of nobody', async () => {
      await approve({ quorum_required: 2 });
      const path = 'ap/approval_record.json';
      const record = await w.read(path);
      await w.put('cr2.json', { ...REQUEST, change_id: 'CR-2' });
      await expectError(() => approve({ change_request: 'cr2.json' }), ['DPONE_INPUT_INVALID']);
      for (const changed of [
        record.slice(0, -9),
        '{"change_id": "CR-1"}',
        '{"change_id": "CR-1", "decisions": [7]}',
        record.replace('"decision": "approved"', '"decision": "rejected"'),
        record.replace('"actor": "a@x"', '"actor": "b@x"'),
      ]) {
        expect(changed).to.not.equal(record);
        await w.put(path, changed);
        await expectError(() => approve({ actor: 'b@x' }), ['DPONE_INPUT_INVALID']);
        expect(await w.read(path)).to.equal(changed);
      }
      await expectError(() => approve({ quorum_required: 0, output_dir: 'other' }), ['DPONE_USAGE']);
      await expectError(() => approve({ change_request: 'gone.json' }), ['DPONE_FILE_NOT_FOUND']);
    });

    it('goes on from a record that another program wrote', async () => {
      const sha = createHash('sha256').update(JSON.stringify(REQUEST)).digest('hex');
      await w.put('ap/approval_record.json', {
        change_id: 'CR-1',
        change_request_sha256: sha,
        decisions: [{ actor: 'b@x', decision: 'approved', comment: '', decided_at: '2026-01-01T00:00:00+00:00' }],
      });
      expect((await approve({ quorum_required: 2 }))['approvals_count']).to.equal(2);
    });

    it('loses none of many decisions at once', async () => {
      await Promise.all(['a@x', 'b@x', 'c@x', 'd@x'].map((actor) => approve({ actor })));
      expect((await w.json('ap/approval_record.json'))['decisions']).to.have.length(4);
    });
  });

  const deploy = (more: object = {}, given = {}): Promise<GateReport> =>
    w.run(
      deploymentRecord,
      {
        deployment_id: 'DEP-1',
        environment: 'production',
        actor: 'rm@x',
        approval_record: 'ap/approval_record.json',
        status: 'succeeded',
        output_dir: 'dep',
        ...more,
      },
      given,
    );

  describe('deployment', () => {
    beforeEach(() => approve());

    it('knows release and change from its approval, and sorts its checks', async () => {
      const report = await deploy({ post_check: { z: 'PASS', a: 'failed', b: 'True' } });
      expect(report).to.include({ change_id: 'CR-1', release: 'v1', post_checks_count: 3, passed: false });
      expect(Object.keys(report['post_checks'] as object)).to.eql(['a', 'b', 'z']);
      expect(report.blockers).to.eql(['post_check.a']);
      expect(report['failed_post_checks']).to.eql(['a']);
      await expectError(() => deploy({ post_check: { a: 'maybe' } }), ['DPONE_USAGE']);
    });

    it('is red without its approval, and for another environment than the approved one', async () => {
      await approve({ decision: 'rejected', actor: 'b@x' });
      expect((await deploy({ output_dir: 'd1' })).blockers).to.eql(['deployment.approval_not_passed']);
      await w.put('ap/approval_record.json', '{"passed": tr');
      expect((await deploy({ output_dir: 'd2' })).blockers).to.eql(['deployment.approval_not_passed']);
      await approve({ output_dir: 'ap2' });
      const other = await deploy({
        approval_record: 'ap2/approval_record.json',
        environment: 'staging',
        output_dir: 'd3',
      });
      expect(other.blockers).to.include('approval_record.environment_mismatch');
      await expectError(() => deploy({ approval_record: 'gone.json' }), ['DPONE_FILE_NOT_FOUND']);
    });

    it('is red once the approved request was changed; a request that is elsewhere is a warning', async () => {
      await w.put('cr.json', { ...REQUEST, risk_level: 'critical' });
      expect((await deploy({ output_dir: 'd1' })).blockers).to.eql(['change_request.checksum_mismatch']);
      await rename(join(w.cwd, 'cr.json'), join(w.cwd, 'moved.json'));
      const moved = await deploy({ output_dir: 'd2' });
      expect(moved).to.include({ passed: true });
      expect(moved['warnings']).to.eql(['change_request.unchecked']);
    });

    it('says how it ended, and where a rollback is', async () => {
      const failed = await deploy({ status: 'failed', output_dir: 'd1' });
      expect(failed.blockers).to.eql(['deployment.status_failed']);
      expect(failed['warnings']).to.eql(['deployment.rollback_artifact_not_given']);
      expect((await deploy({ status: 'partial', rollback_artifact: 'no.json', output_dir: 'd2' }))['warnings']).to.eql([
        'deployment.rollback_artifact_not_found',
      ]);
      await w.put('rb.json', '{}');
      expect(await deploy({ rollback_artifact: './rb.json', output_dir: 'd3' })).to.include({
        rollback_artifact_path: 'rb.json',
        rollback_artifact_sha256: createHash('sha256').update('{}').digest('hex'),
      });
    });

    it('refuses times that are none, or go backwards', async () => {
      await expectError(() => deploy({ started_at: 'yesterday' }), ['DPONE_USAGE']);
      await expectError(
        () => deploy({ started_at: '2026-01-02T00:00:00Z', finished_at: '2026-01-01T23:00:00Z' }),
        ['DPONE_USAGE'],
      );
    });

    it('is never replaced: the same call gives the same record, another one is refused', async () => {
      await deploy({}, at('2026-03-01T10:00:00Z'));
      const record = await w.read('dep/deployment_record.json');
      const again = await deploy({}, at('2026-03-02T10:00:00Z'));
      expect(again['started_at']).to.equal('2026-03-01T10:00:00+00:00');
      expect(await w.read('dep/deployment_record.json')).to.equal(record);
      await expectError(() => deploy({ status: 'failed' }), ['DPONE_FILE_EXISTS']);
      await expectError(() => deploy({ started_at: '2026-03-02T10:00:00Z' }), ['DPONE_FILE_EXISTS', 'DPONE_USAGE']);
      expect(await w.read('dep/deployment_record.json')).to.equal(record);
      expect((await deploy({ deployment_id: 'DEP-2' }))['deployment_id']).to.equal('DEP-2');
      await w.put('dep/deployment_record.json', 'cut');
      await expectError(() => deploy(), ['DPONE_FILE_EXISTS']);
    });
  });

  const verify = (more: object = {}): Promise<GateReport> =>
    w.run(postDeployVerify, {
      deployment_record: 'dep/deployment_record.json',
      output_dir: 'pdv',
      ...more,
    });
  const close = (more: object = {}, given = {}): Promise<GateReport> =>
    w.run(
      releaseClose,
      {
        release: 'v1',
        closed_by: 'rm@x',
        post_deploy_verify: 'pdv/post_deploy_verify.json',
        output_dir: 'close',
        ...more,
      },
      given,
    );

  describe('verification', () => {
    beforeEach(async () => {
      await approve();
      await deploy();
    });

    it('stands on the deployment record', async () => {
      expect(await verify()).to.include({ status: 'release_closed', deployment_id: 'DEP-1', checks_count: 1 });
      for (const broken of ['', '{"passed": tr', '[1]', { deployment_id: 'DEP-1' }]) {
        await w.put('broken.json', broken);
        const report = await verify({ deployment_record: 'broken.json' });
        expect(report).to.include({ status: 'rollback_required', passed: false });
        expect(report.blockers).to.eql(['deployment_record']);
      }
      await expectError(() => verify({ deployment_record: 'gone.json' }), ['DPONE_FILE_NOT_FOUND']);
      await expectError(() => verify({ artifact: { deployment_record: 'cr.json' } }), ['DPONE_USAGE']);
    });

    it('sees a record behind it that was changed', async () => {
      await w.put('ap/approval_record.json', (await w.read('ap/approval_record.json')).replace('approved', 'Approved'));
      expect((await verify()).blockers).to.eql(['approval_record.checksum_mismatch']);
    });
  });

  describe('close', () => {
    beforeEach(async () => {
      await approve();
      await deploy();
      await verify();
    });

    it('closes on a green verification of this release, and on no other', async () => {
      expect((await close({ release: 'v2', output_dir: 'c2' })).blockers).to.eql([
        'post_deploy_verify.release_mismatch',
        'deployment_record.release_mismatch',
        'approval_record.release_mismatch',
        'change_request.release_mismatch',
      ]);
      expect(await close()).to.include({ status: 'closed', deployment_id: 'DEP-1', environment: 'production' });
    });

    for (const [what, content, blockers] of [
      ['missing', undefined, ['release_close.post_deploy_missing']],
      ['unreadable', '{"passed":', ['release_close.post_deploy_not_passed']],
      ['without a verdict', { release: 'v1' }, ['release_close.post_deploy_not_passed']],
      [
        'at odds with itself',
        { release: 'v1', passed: true, status: 'rollback_required' },
        ['release_close.post_deploy_not_passed'],
      ],
    ] as const) {
      it(`does not close when the verification is ${what}`, async () => {
        if (content !== undefined) await w.put('pv.json', content);
        const report = await close({ post_deploy_verify: 'pv.json', output_dir: 'c2' });
        expect(report).to.include({ status: 'rollback_required', passed: false });
        expect(report.blockers).to.eql(blockers);
        expect((await w.json('c2/release_close.json'))['status']).to.equal('rollback_required');
      });
    }

    for (const path of [
      'pdv/post_deploy_verify.json',
      'dep/deployment_record.json',
      'ap/approval_record.json',
      'cr.json',
    ]) {
      it(`sees that ${path} is not what it was`, async () => {
        const text = await w.read(path);
        await w.put(
          path,
          path.startsWith('pdv') ? text.replace('\n  "passed": true', '\n  "passed": false') : `${text} `,
        );
        expect((await close({ output_dir: 'c2' })).blockers).to.have.length(1);
      });
    }

    it('stays closed, and may be closed after it was not', async () => {
      await close({ post_deploy_verify: 'gone.json' });
      await close({}, at('2026-03-01T10:00:00Z'));
      const record = await w.read('close/release_close.json');
      expect((await close({}, at('2026-03-02T10:00:00Z')))['closed_at']).to.equal('2026-03-01T10:00:00+00:00');
      await expectError(() => close({ closed_by: 'another' }), ['DPONE_FILE_EXISTS']);
      expect(await w.read('close/release_close.json')).to.equal(record);
    });
  });
});
