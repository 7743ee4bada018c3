import { expectError } from '@dpone/testkit';
import { expect } from 'chai';
import {
  changeRequest,
  docsPublishPack,
  postDeployVerify,
  releaseGate,
  releasePromote,
  runbookPack,
} from '@dpone/ops-release';
import type { GateDefinition, GateReport } from '@dpone/sdk';
import { inWorkspace } from '../support/workspace.js';

interface Row {
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
  readonly passed: boolean;
  readonly summary: string;
}

const GATES: Readonly<
  Record<string, { gate: GateDefinition; input: Record<string, unknown>; rows: string; first: string[] }>
> = {
  'release-gate': { gate: releaseGate, input: { release: 'v1' }, rows: 'items', first: [] },
  'release-promote': {
    gate: releasePromote,
    input: { release: 'v1', from_env: 'staging', to_env: 'production' },
    rows: 'items',
    first: [],
  },
  'change-request': {
    gate: changeRequest,
    input: {
      change_id: 'CR-1',
      release: 'v1',
      target_env: 'production',
      risk_level: 'low',
      requested_by: 'rm@x',
      approver: ['a@x'],
    },
    rows: 'items',
    first: [],
  },
  'docs-publish-pack': { gate: docsPublishPack, input: { release: 'v1' }, rows: 'sections', first: [] },
  'runbook-pack': { gate: runbookPack, input: { runbook_id: 'RB', title: 'T' }, rows: 'sections', first: [] },
  'post-deploy-verify': {
    gate: postDeployVerify,
    input: { deployment_record: 'deployment.json' },
    rows: 'items',
    first: ['deployment_record'],
  },
};

describe('evidence that is attached', () => {
  const w = inWorkspace();
  beforeEach(() => w.put('deployment.json', { passed: true, deployment_id: 'D', release: 'v1' }));

  for (const [id, { gate, input, rows, first }] of Object.entries(GATES)) {
    describe(`to ${id}`, () => {
      const run = (more: Record<string, unknown>): Promise<GateReport> => w.run(gate, { ...input, ...more });
      const rowsOf = (report: GateReport): Row[] => report[rows] as Row[];

      it('is judged by its content, and listed by name', async () => {
        const files: Record<string, [content: unknown, passed: boolean]> = {
          'b.json': [{ passed: true, blockers: [] }, true],
          'a.txt': [{ passed: true }, true],
          'red.txt': [{ passed: false }, false],
          'text.json': ['a note', false],
          'words.json': [{ passed: 'true' }, false],
          'status.json': [{ status: 'failed' }, false],
          'checks.json': [{ failed_post_checks: ['smoke'] }, false],
          'list.json': [[1], false],
          'empty.json': ['', false],
          'counted.json': [{ findings: [1, 2] }, true],
          'told.json': [{ findings: [1, 'a leak'] }, false],
          'audit.json': [{ passed: true, findings: [{ code: 'none', passed: true }] }, true],
        };
        for (const [name, [content]] of Object.entries(files)) await w.put(`in/${name}`, content);
        const artifact = Object.fromEntries(Object.keys(files).map((name) => [name, `./in//${name}`]));
        const report = await run({ artifact: { ...artifact, gone: 'in/gone.json', folder: 'in' } });
        const expected = {
          ...Object.fromEntries(Object.entries(files).map(([n, [, p]]) => [n, p])),
          gone: false,
          folder: false,
        };
        const seen = Object.fromEntries(rowsOf(report).map((row) => [row.name, row.passed]));
        expect(seen).to.eql({ ...Object.fromEntries(first.map((name) => [name, true])), ...expected });
        expect(rowsOf(report).map((row) => row.name)).to.eql([...first, ...Object.keys(expected).sort()]);
        expect(report.blockers).to.eql(
          Object.keys(expected)
            .filter((n) => !expected[n as 'gone'])
            .sort(),
        );
        expect(rowsOf(report).find((row) => row.name === 'gone')).to.include({
          path: 'in/gone.json',
          sha256: '0'.repeat(64),
        });
      });

      it('may be a note, which is listed with its checksum and named as silent', async () => {
        await w.put('in/a.json', { passed: true });
        await w.put('in/note.txt', 'looked at by hand');
        await w.put('in/scan.pdf', new Uint8Array([0x25, 0x50, 0x44, 0x46, 0xff, 0xfe]));
        await w.put('in/cut.txt', '{"passed": tr');
        const report = await run({ artifact: { a: 'in/a.json', note: 'in/note.txt', scan: 'in/scan.pdf' } });
        expect(report.passed).to.equal(true);
        expect(rowsOf(report).find((row) => row.name === 'note')!.sha256).to.not.equal('0'.repeat(64));
        const silent = report['silent'] ?? report['warnings'];
        expect(silent).to.eql(['note.no_verdict', 'scan.no_verdict']);
        expect((await run({ artifact: { a: 'in/a.json', cut: 'in/cut.txt' } })).blockers).to.eql(['cut']);
      });

      it('must be there where it is required, and fit the policy', async () => {
        await w.put('in/a.json', { passed: true, items: [{ path: 'in/other.json', sha256: 'f'.repeat(64) }] });
        await w.put('in/other.json', { passed: true });
        const artifact = { a: 'in/a.json' };
        expect((await run({ artifact })).passed).to.equal(true);
        expect((await run({ artifact, require: ['a', 'z'] })).blockers).to.eql(['z']);
        await w.put('policy.json', { verify_checksums: ['a'], require_signed: ['a'] });
        expect((await run({ artifact, policy: 'policy.json' })).blockers).to.eql([
          'policy.checksum_mismatch:a:in/other.json',
          'policy.unsigned:a',
        ]);
        await expectError(() => run({ artifact, policy: 'no-policy.json' }), ['DPONE_INPUT_INVALID']);
      });
    });
  }

  for (const id of ['release-gate', 'release-promote', 'change-request']) {
    it(`is needed by ${id}, and a note is none`, async () => {
      const { gate, input } = GATES[id]!;
      await w.put('note.md', 'fine');
      for (const artifact of [{}, { note: 'note.md' }]) {
        const report = await w.run(gate, { ...input, artifact });
        expect(report.blockers).to.eql(['evidence.missing']);
      }
    });
  }

  it('is not needed by a change that expires: an emergency', async () => {
    const { gate, input } = GATES['change-request']!;
    const ask = (more: object): Promise<GateReport> => w.run(gate, { ...input, ...more });
    expect((await ask({ expires_at: '2030-01-01' })).passed).to.equal(true);
    expect((await ask({ approver: [' '] })).blockers).to.eql(['approval.approvers_missing']);
    for (const expires_at of ['soon', '2026-02-30', '2026-01-01T25:00:00Z', ''])
      await expectError(() => ask({ expires_at }), ['DPONE_USAGE']);
  });

  it('goes with a warning when only the one who asks may approve', async () => {
    const { gate, input } = GATES['change-request']!;
    const report = await w.run(gate, {
      ...input,
      approver: ['rm@x', ' rm@x '],
      expires_at: '2030-01-01T00:00:00+02:00',
    });
    expect(report['warnings']).to.eql(['approval.requester_alone']);
    expect(report['expires_at']).to.equal('2030-01-01T00:00:00+02:00');
  });

  it('does not take an environment onto itself', async () => {
    await expectError(
      () => w.run(releasePromote, { release: 'v1', from_env: 'production', to_env: ' production', artifact: {} }),
      ['DPONE_USAGE'],
    );
  });

  it('makes the texts that a README and the pages show', async () => {
    await w.put('gate.json', { passed: false, blockers: ['slo'] });
    await w.put('badges.json', {
      passed: true,
      entries: [{ connector: 'post|gres', badge: 'certified' }, { connector: 'kafka' }, 7],
    });
    await w.put('index.json', { passed: true, total_artifacts: 12 });
    const artifact = { release_gate: 'gate.json', connector_badges: 'badges.json', artifact_index: 'index.json' };
    const pack = async (): Promise<string[]> => {
      await w.run(docsPublishPack, { release: 'v1\n## x', artifact, output_dir: 'out' });
      return Promise.all(['out/README_SNIPPET.md', 'out/PAGES_INDEX.md'].map((path) => w.read(path)));
    };
    const [snippet, index] = await pack();
    expect(snippet).to.equal(`<!-- dpone-ops-readme-snippet:start -->

### dpone v1 ## x

Release gate: **blocked**

| connector | badge |
| --- | --- |
| post\\|gres | certified |
| kafka | - |

<!-- dpone-ops-readme-snippet:end -->
`);
    expect(index).to.equal(`# dpone operations of v1 ## x

- Release: \`v1 ## x\`

| section | status | path |
| --- | --- | --- |
| artifact_index | pass | index.json |
| connector_badges | pass | badges.json |
| release_gate | fail | gate.json |

Artifacts in the index: 12
`);
    expect(await pack()).to.eql([snippet, index]);
  });

  it('makes the runbook of the person on duty', async () => {
    await w.put('gate.json', { passed: false, blockers: ['slo', 'security'] });
    await w.put('rollback.json', { applied: false, post_actions: ['Compare counts.', 'Tell support.'] });
    const artifact = { release_gate: 'gate.json', rollback_execute: 'rollback.json' };
    const pack = async (): Promise<string> => {
      await w.run(runbookPack, { runbook_id: 'RB-1', title: 'v1 go-live', artifact, output_dir: 'out' });
      return w.read('out/OPERATOR_RUNBOOK.md');
    };
    const runbook = await pack();
    expect(await pack()).to.equal(runbook);
    expect(runbook).to.match(
      /^# v1 go-live\n\n- Runbook: `RB-1`\n\n## Current status\n\n\| section \| status \| summary \|/,
    );
    const [, live, back, incident] = runbook.split(/^## .*$/m).slice(1);
    expect(live).to.include('The release gate is blocked by: slo, security.');
    expect(back).to.match(/\n4\. Compare counts\.\n5\. Tell support\.\n/);
    expect(incident).to.include('Sections that failed: release_gate.');
  });
});
