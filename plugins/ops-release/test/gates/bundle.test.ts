import { createHash } from 'node:crypto';
import { expectError } from '@dpone/testkit';
import { expect } from 'chai';
import { goLiveGate, policyEvaluate } from '@dpone/ops-release';
import type { GateReport } from '@dpone/sdk';
import { inWorkspace } from '../support/workspace.js';

const ZEROS = '0'.repeat(64);
const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const item = (name: string, more: object = {}) => ({
  name,
  path: `${name}.json`,
  sha256: ZEROS,
  required: true,
  passed: true,
  ...more,
});

describe('a bundle of evidence', () => {
  const w = inWorkspace();
  const bundle = (items: readonly unknown[], more: object = {}): Promise<void> =>
    w.put('bundle.json', { run_id: 'r1', passed: true, items, ...more });
  const live = (more: object = {}): Promise<GateReport> => w.run(goLiveGate, { bundle_json: 'bundle.json', ...more });
  const evaluate = (policy: unknown = {}): Promise<GateReport> =>
    w.run(policyEvaluate, { bundle_json: 'bundle.json', policy_json: JSON.stringify(policy) });

  it('goes live on green required items; an optional one only warns', async () => {
    await bundle([item('a'), item('docs', { required: false, passed: false })]);
    expect(await live()).to.deep.include({ passed: true, blockers: [], warnings: ['docs'] });
    await bundle([item('a', { passed: 'yes' }), item('b', { required: 'no', passed: false })], { passed: false });
    expect((await live()).blockers).to.eql(['a', 'b']);
  });

  it('is red without items, and says so where only the bundle itself is red', async () => {
    await bundle([]);
    expect((await live()).blockers).to.eql(['bundle.empty']);
    expect((await evaluate())['violations']).to.eql(['bundle.empty']);
    await bundle([item('a')], { passed: false });
    expect((await live()).blockers).to.eql(['bundle.not_passed']);
    await bundle([item('a')], { blockers: ['x'] });
    expect((await live()).blockers).to.eql(['bundle.not_passed']);
  });

  it('holds its files against the checksums that it names', async () => {
    await w.put('a.json', 'one');
    await bundle([item('a', { sha256: sha('one').toUpperCase() }), item('gone', { sha256: sha('x') })]);
    expect((await live()).passed).to.equal(true);
    await bundle([
      item('a', { sha256: sha('two') }),
      item('o', { path: 'a.json', sha256: sha('two'), required: false }),
    ]);
    expect(await live()).to.deep.include({
      blockers: ['a.checksum_mismatch'],
      warnings: ['o.checksum_mismatch'],
    });
    expect((await evaluate())['violations']).to.eql(['checksum_mismatch.a', 'checksum_mismatch.o']);
  });

  it('is ambiguous where a name stands for two items', async () => {
    await bundle([item('a'), item('a', { passed: false, required: false }), item('b')]);
    expect((await live()).blockers).to.eql(['a.ambiguous']);
    expect((await evaluate())['violations']).to.eql(['ambiguous_evidence.a']);
  });

  it('fits rules or breaks them, with an action each', async () => {
    await w.put('a.json', '{}');
    await bundle([item('a'), item('b', { passed: false }), item('c', { required: false, passed: false })], {
      passed: false,
    });
    const report = await evaluate({ required_evidence: ['a', 'c', 'z', 'z'], require_artifacts_exist: true });
    expect(report['violations']).to.eql([
      'bundle.failed',
      'missing_required_evidence.z',
      'required_evidence_failed.b',
      'required_evidence_failed.c',
      'artifact_missing.b',
      'artifact_missing.c',
    ]);
    expect(report.blockers).to.eql(report['violations']);
    expect(report['actions']).to.have.length(6);
    expect((await evaluate({ require_bundle_passed: false }))['violations']).to.eql(['required_evidence_failed.b']);
  });

  for (const [what, content] of [
    ['no JSON', 'nope'],
    ['a list', []],
    ['without run_id', { passed: true, items: [] }],
    ['without passed', { run_id: 'r', items: [] }],
    ['with items that are no list', { run_id: 'r', passed: true, items: {} }],
    ['with an item that is no object', { run_id: 'r', passed: true, items: [item('a'), 7] }],
    ['with an item that lacks a key', { run_id: 'r', passed: true, items: [{ name: 'a', passed: true }] }],
    ['with a name that is no text', { run_id: 'r', passed: true, items: [item('a', { name: 1 })] }],
  ] as const) {
    it(`is refused: ${what}`, async () => {
      await w.put('bundle.json', content);
      await expectError(() => live(), ['DPONE_INPUT_INVALID']);
      await expectError(() => evaluate(), ['DPONE_INPUT_INVALID']);
    });
  }

  it('is refused when it is not there, and so are rules that nobody knows', async () => {
    await expectError(() => live(), ['DPONE_FILE_NOT_FOUND']);
    await bundle([item('a')]);
    for (const policy of [{ required_evidenc: ['z'] }, { required_evidence: 'abc' }, [], 7])
      await expectError(() => evaluate(policy), ['DPONE_USAGE']);
    await expectError(
      () => w.run(policyEvaluate, { bundle_json: 'bundle.json', policy_json: 'p.json' }),
      ['DPONE_USAGE'],
    );
  });

  it('may have to be signed', async () => {
    await bundle([item('a')]);
    await w.put('policy.json', { require_signed: true });
    expect((await live({ policy: 'policy.json' })).blockers).to.eql(['policy.unsigned:bundle']);
  });
});
