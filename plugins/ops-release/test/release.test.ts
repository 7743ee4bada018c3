import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { gateContext } from '@dpone/testkit';
import { openEnvelope, readKey, type GateDefinition } from '@dpone/sdk';
import { runGate } from '@dpone/sdk/run-gate';
import { expect } from 'chai';
import { releaseGate } from '@dpone/ops-release';
import { dpone } from './support/cli.js';
import { makeRelease, SIGNED, signedFlags, type Trust } from './support/release.js';

/** The gates that verify, as the program ships them. A plugin does not import another one: this is what lies beside it. */
const evidence = (await import(new URL('../../ops-evidence/dist/index.js', import.meta.url).href)) as Record<
  'evidenceChainVerify' | 'evidenceVerify',
  GateDefinition
>;

describe('a whole release through the built program', () => {
  let made: string;
  let cwd: string;
  let exits: Readonly<Record<string, number[]>>;
  let trust: Trust;
  let files: string[];
  before(async function () {
    this.timeout(120_000);
    made = await mkdtemp(join(tmpdir(), 'dpone-release-'));
    cwd = join(made, 'release');
    await mkdir(cwd);
    ({ exits, trust } = await makeRelease(cwd));
    await writeFile(join(cwd, 'policy.json'), '{"verify_checksums": true}');
    files = await below(cwd, ['evidence', 'env', 'rel', 'final']);
  });
  after(() => rm(made, { recursive: true }));

  /** Everything that verifies, with what is wrong: each knows some of the files. */
  const verifiers: Readonly<Record<string, () => Promise<readonly string[]>>> = {
    'evidence-chain-verify of the release': () => chain('final/chain', trust.head),
    'evidence-chain-verify of the orchestrator': () => chain('rel/evidence-chain'),
    'evidence-verify': () => run(evidence.evidenceVerify, { artifact: SIGNED, public_key: [trust.publicKey] }),
    'release-gate with verify_checksums': () =>
      run(releaseGate, {
        release: 'v1',
        artifact: { drift: 'rel/drift/env_drift.json' },
        policy: 'policy.json',
        artifact_dir: '../check',
      }),
  };
  const chain = (chain_dir: string, expect_head?: string): Promise<readonly string[]> =>
    run(evidence.evidenceChainVerify, { chain_dir, expect_head, files: true, strict: true });
  const run = async (gate: GateDefinition, input: Record<string, unknown>): Promise<readonly string[]> =>
    (await runGate(gate, input, gateContext(cwd))).blockers;

  it('is green at every step, once both approvers have approved', () => {
    const { 'approval-record': approvals, ...others } = exits;
    expect(approvals).to.eql([1, 0]);
    expect(Object.values(others).flat()).to.eql(Array.from({ length: 12 }, () => 0));
  });

  it('leaves its records and their pages, which say the same', async () => {
    const close = await json('rel/close/release_close.json');
    expect(close).to.include({ status: 'closed', release: 'v1', deployment_id: 'DEP-1', environment: 'production' });
    expect(await json('rel/pack/release_evidence_pack.json')).to.include({ passed: true, release: 'v1' });
    expect((await json('rel/drift/env_drift.json'))['allowed_drift_count']).to.equal(1);
    const reports = files.filter((file) => /^rel\/.*(?<!dsse)\.json$/.test(file));
    expect(reports.filter((file) => !files.includes(file.replace(/json$/, 'md')))).to.eql([
      'rel/evidence-chain/evidence_chain_index.json',
    ]);
  });

  it('verifies', async () => {
    for (const [name, verify] of Object.entries(verifiers)) expect(await verify(), name).to.eql([]);
    for (const command of [
      `ops evidence-chain-verify --chain-dir final/chain --expect-head ${trust.head} --files --strict`,
      'ops evidence-chain-verify --chain-dir rel/evidence-chain --files --strict',
      `ops evidence-verify ${signedFlags} --public-key ${trust.publicKey}`,
    ])
      expect((await dpone(cwd, command)).exit, command).to.equal(0);
  });

  it('sees any byte that is changed in any of its artifacts', async function () {
    this.timeout(process.env['DPONE_TEST_EVERY_BYTE'] === undefined ? 600_000 : 0);
    const random = randomOf(20260301);
    const unseen: string[] = [];
    let changes = 0;
    for (const file of files) {
      const bytes = await readFile(join(cwd, file));
      // Files that are hashed as a whole are tried here and there, those that are read part by part at many places;
      // all at every byte on request, which takes minutes.
      const many = file.startsWith('final/chain/') && file.endsWith('.json') ? 40 : 4;
      const some = [0, bytes.length - 1, ...Array.from({ length: many }, () => random(bytes.length))];
      const spots = process.env['DPONE_TEST_EVERY_BYTE'] === undefined ? new Set(some) : bytes.keys();
      for (const at of spots) {
        const other = Buffer.from(bytes);
        other[at] = (other[at]! + 1 + random(255)) % 256;
        await writeFile(join(cwd, file), other);
        changes += 1;
        if (!(await isSeen(file, bytes, other))) unseen.push(`${file}:${at}: ${bytes[at]} -> ${other[at]}`);
      }
      await writeFile(join(cwd, file), bytes);
    }
    expect(unseen).to.eql([]);
    expect(changes).to.be.greaterThan(files.length * 4);
    for (const [name, verify] of Object.entries(verifiers)) expect(await verify(), name).to.eql([]);
  });

  it('sees it through the built program, with the file that was changed', async function () {
    this.timeout(600_000);
    const listed = files.filter((file) => !/^final\/|^env\/|artifact_index|evidence-chain/.test(file));
    const copy = join(made, 'changed');
    await cp(cwd, copy, { recursive: true });
    const random = randomOf(7);
    for (const file of listed) {
      const bytes = await readFile(join(copy, file));
      bytes[random(bytes.length)]! ^= 1 << random(8);
      await writeFile(join(copy, file), bytes);
    }
    const { exit, stdout } = await dpone(
      copy,
      `ops evidence-chain-verify --chain-dir final/chain --expect-head ${trust.head} --files --format json`,
    );
    expect(exit).to.equal(1);
    expect((JSON.parse(stdout) as { altered_files: string[] }).altered_files).to.have.members(listed);
    await rm(copy, { recursive: true });
  });

  it('sees a chain that was rewritten as a whole only by its head', async () => {
    const copy = join(made, 'rewritten');
    await cp(cwd, copy, { recursive: true });
    await rm(join(copy, 'final'), { recursive: true });
    await writeFile(join(copy, 'evidence/slo.json'), '{"passed": true, "results": [1]}\n');
    await dpone(copy, 'ops artifact-index --root evidence --root rel --release v1 --output-dir final/index');
    await dpone(
      copy,
      'ops evidence-chain --release v1 --artifact-index final/index/artifact_index.json --chain-dir final/chain',
    );
    expect((await dpone(copy, 'ops evidence-chain-verify --chain-dir final/chain --files')).exit).to.equal(0);
    const { exit } = await dpone(copy, `ops evidence-chain-verify --chain-dir final/chain --expect-head ${trust.head}`);
    expect(exit).to.equal(1);
    await rm(copy, { recursive: true });
  });

  it('repeats a record and replaces none', async () => {
    const before = await readFile(join(cwd, 'rel/close/release_close.json'));
    const close =
      'ops release-close --release v1 --closed-by rm@x --post-deploy-verify rel/verify/post_deploy_verify.json --output-dir rel/close';
    expect((await dpone(cwd, close)).exit).to.equal(0);
    const other = await dpone(cwd, `${close} --notes another`);
    expect(other.exit).to.equal(2);
    expect(other.stderr).to.include('never replaced');
    expect((await readFile(join(cwd, 'rel/close/release_close.json'))).equals(before)).to.equal(true);
  });

  const json = async (file: string): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(join(cwd, file), 'utf8')) as Record<string, unknown>;

  /** What saw the last change sees the next one of the same file. */
  let likeliest = Object.values(verifiers);

  async function isSeen(file: string, before: Buffer, after: Buffer): Promise<boolean> {
    for (const verify of likeliest) {
      if ((await verify()).length === 0) continue;
      likeliest = [verify, ...likeliest.filter((other) => other !== verify)];
      return true;
    }
    // A signature may be spelt otherwise; what it says, and who says it, is then what it was.
    return file.endsWith('.dsse.json') && (await spelling(before)) === (await spelling(after));
  }

  async function spelling(bytes: Buffer): Promise<string> {
    const key = readKey(await readFile(join(cwd, trust.publicKey), 'utf8'), 'public', trust.publicKey);
    return JSON.stringify(openEnvelope(JSON.parse(bytes.toString('utf8')), [key]));
  }
});

async function below(root: string, folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders)
    for (const entry of await readdir(join(root, folder), { withFileTypes: true, recursive: true }))
      if (entry.isFile()) found.push(relative(root, join(entry.parentPath, entry.name)));
  return found.sort();
}

/** Numbers that are the same in every run. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
