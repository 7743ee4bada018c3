import { createHash } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectError, gateContext } from '@dpone/testkit';
import { runGate } from '@dpone/sdk/run-gate';
import { expect } from 'chai';
import { docsPublishPack, releaseGate, releaseOrchestrator, runbookPack } from '@dpone/ops-release';
import { stableJson, type GateDefinition, type GateHost, type GateReport } from '@dpone/sdk';
import { dpone } from '../support/cli.js';
import { inWorkspace } from '../support/workspace.js';

const OWN: Readonly<Record<string, GateDefinition>> = {
  'release-gate': releaseGate,
  'docs-publish-pack': docsPublishPack,
  'runbook-pack': runbookPack,
};

describe('release-orchestrator', () => {
  const w = inWorkspace();
  const called: [id: string, input: Record<string, unknown>][] = [];

  /** The gates of another plugin as they would answer; those of this one as they are. */
  const host = (index: GateReport): GateHost =>
    ({
      runGate: async (id: string, input: Record<string, unknown>) => {
        called.push([id, input]);
        if (OWN[id] !== undefined) return runGate(OWN[id], input, gateContext(w.cwd));
        const [folder, file] =
          id === 'artifact-index'
            ? [input['output_dir'], 'artifact_index.json']
            : [input['chain_dir'], `${String(input['release'])}__evidence_chain.json`];
        const report = id === 'artifact-index' ? index : { passed: true, verified: true, chain_hash: 'c'.repeat(64) };
        await mkdir(join(w.cwd, folder as string), { recursive: true });
        await writeFile(join(w.cwd, folder as string, file), stableJson(report));
        return report as unknown as GateReport;
      },
    }) as unknown as GateHost;
  const run = (input: Record<string, unknown>, index: object = { passed: true }): Promise<GateReport> => {
    called.length = 0;
    const report = { total_artifacts: 3, blockers: [], ...index } as unknown as GateReport;
    return w.run(
      releaseOrchestrator,
      { release: 'v1', root: ['ev'], output_dir: 'rel', ...input },
      { host: () => Promise.resolve(host(report)) },
    );
  };

  it('gives every step what the steps before it made', async () => {
    await w.put('slo.json', { passed: true });
    const report = await run({ artifact: { slo: 'slo.json' } });
    expect(report).to.include({ passed: true, release: 'v1' });
    const judged = {
      slo: 'slo.json',
      artifact_index: 'rel/artifact-index/artifact_index.json',
      evidence_chain: 'rel/evidence-chain/v1__evidence_chain.json',
    };
    const shown = { ...judged, release_gate: 'rel/release-gate/release_gate.json' };
    expect(called).to.deep.equal([
      ['artifact-index', { release: 'v1', root: ['ev'], output_dir: 'rel/artifact-index' }],
      ['evidence-chain', { release: 'v1', artifact_index: judged.artifact_index, chain_dir: 'rel/evidence-chain' }],
      ['release-gate', { release: 'v1', artifact: judged, artifact_dir: 'rel/release-gate', require: [] }],
      ['docs-publish-pack', { release: 'v1', artifact: shown, output_dir: 'rel/docs-publish-pack' }],
      [
        'runbook-pack',
        {
          runbook_id: 'v1-release',
          title: 'dpone v1 release operations runbook',
          artifact: { ...shown, docs_publish_pack: 'rel/docs-publish-pack/docs_publish_pack.json' },
          output_dir: 'rel/runbook-pack',
        },
      ],
    ]);
    expect((report['steps'] as { summary: string }[]).map(({ summary }) => summary)).to.eql([
      'total_artifacts=3',
      'chain_hash=cccccccccccc',
      'blockers=0',
      'sections=4',
      'sections=5',
    ]);
  });

  it('goes on after a red step, and hands rules to the gate', async () => {
    await w.put('policy.json', {});
    const report = await run({ require: ['slo'], policy: 'policy.json' }, { passed: false });
    expect(report.blockers).to.eql(['artifact_index', 'release_gate', 'docs_publish_pack', 'runbook_pack']);
    expect((await w.json('rel/release-gate/release_gate.json'))['blockers']).to.eql(['artifact_index', 'slo']);
    expect(called[2]![1]).to.include({ policy: 'policy.json' });
  });

  it('gives a run over other artifacts a link of its own', async () => {
    const hashOf = (value: object): string => createHash('sha256').update(stableJson(value)).digest('hex');
    const index = { total_artifacts: 3, blockers: [], passed: true };
    const links = async (entries: object[]): Promise<unknown> => {
      await w.put('rel/evidence-chain/evidence_chain_index.json', { entries });
      await run({});
      return called[1]![1]['release'];
    };
    const other = { artifact_index_hash: 'a'.repeat(64) };
    expect(await links([{ release: 'v0', ...other }])).to.equal('v1');
    expect(await links([{ release: 'v1', artifact_index_hash: hashOf(index) }])).to.equal('v1');
    expect(await links([{ release: 'v1', ...other }])).to.equal('v1.2');
    expect(
      await links([
        { release: 'v1', ...other },
        { release: 'v1.2', ...other },
      ]),
    ).to.equal('v1.3');
  });

  it('sets reports of an earlier run aside where they would be evidence, and nothing else', async () => {
    const names = async (): Promise<string[]> => (await readdir(join(w.cwd, 'ev/rel/release-gate'))).sort();
    await run({ output_dir: 'ev/rel' });
    await w.put('ev/rel/release-gate/notes.md', 'mine');
    expect(await names()).to.eql(['notes.md', 'release_gate.json', 'release_gate.md']);
    const before = await w.read('ev/rel/release-gate/release_gate.json');
    await run({ output_dir: 'ev/rel', root: ['elsewhere', 'ev/re'] });
    expect(await names()).to.have.length(3);
    await run({ output_dir: 'ev/rel' });
    expect(await names()).to.have.length(5);
    expect(await w.read('ev/rel/release-gate/release_gate.json.previous')).to.equal(before);
  });

  it('keeps its own two names to itself', async () => {
    for (const name of ['artifact_index', 'evidence_chain'])
      await expectError(() => run({ artifact: { [name]: 'x.json' } }), ['DPONE_USAGE']);
    expect(called).to.eql([]);
  });

  it('is red, then mended, then green, in its standard folders', async function () {
    this.timeout(60_000);
    await w.put('.dpone/x.json', { passed: false });
    expect((await dpone(w.cwd, 'ops release-orchestrator --release v1')).exit).to.equal(1);
    await w.put('.dpone/x.json', { passed: true });
    const { exit, stdout } = await dpone(w.cwd, 'ops release-orchestrator --release v1 --format text');
    expect(stdout.trim()).to.equal('passed');
    expect(exit).to.equal(0);
    const chain = await w.json('.dpone/release/evidence-chain/evidence_chain_index.json');
    expect((chain['entries'] as { release: string }[]).map(({ release }) => release)).to.eql(['v1', 'v1.2']);
    const verify = 'ops evidence-chain-verify --chain-dir .dpone/release/evidence-chain';
    expect((await dpone(w.cwd, verify)).exit).to.equal(0);
  });
});
