import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { chainHash } from '@dpone/sdk';
import { conformance, expectError } from '@dpone/testkit';
import { artifactIndex, evidenceChain, evidenceChainVerify } from '@dpone/ops-evidence';
import { Workspace } from '../support/workspace.js';

const INDEX = '{"passed":true}\n';

describe('evidence chains', () => {
  for (const [id, definition] of Object.entries({ 'evidence-chain': evidenceChain }))
    for (const c of conformance({
      kind: 'gate',
      id,
      definition,
      green: async ({ workdir }) => {
        await writeFile(join(workdir, 'i.json'), INDEX);
        return { input: { release: 'v1', artifact_index: 'i.json' }, evidence: ['i.json'] };
      },
      waivers: [
        {
          behaviour: 'gate.broken-evidence-is-never-green',
          reason: 'A chain vouches for bytes, whatever they say; what is wrong with them is a warning.',
        },
      ],
    }))
      it(c.name, c.run);

  let space: Workspace;
  beforeEach(async () => {
    space = await Workspace.make();
    await space.put('i.json', INDEX);
  });
  afterEach(() => space.remove());
  const append = (release: string, more: object = {}) =>
    space.run(evidenceChain, { release, artifact_index: 'i.json', chain_dir: 'c', ...more });
  const verify = (more: object = {}) => space.run(evidenceChainVerify, { chain_dir: 'c', ...more });
  const entry = (release: string) => join(space.cwd, `c/${release}__evidence_chain.json`);

  it('links by the hash that every implementation computes', () => {
    const hash = '1ea63e7fda68e7ce49b013af8410102e9228f7591e79ef602dd23d95556d03bc';
    const first = {
      release: 'v1',
      artifact_index_hash: hash,
      previous_chain_hash: null,
      created_at: '2026-01-01T10:00:00.000001+00:00',
    };
    expect(chainHash(first)).to.equal('3c474582c499f4780f8894a43f56d88bfd7e6b8924f3b98bd154e55f8b765d5b');
    expect(
      chainHash({
        ...first,
        release: 'v2',
        created_at: '2026-01-02T10:00:00.000001+00:00',
        previous_chain_hash: chainHash(first),
      }),
    ).to.equal('e0c9e1a108b9393a0879b7ba929b2b1a6085bf94eae54363dcd538e07095710b');
  });

  it('verifies in the order of appending, whatever the names, and when the index file was written over', async () => {
    for (const release of ['v0.9', 'v0.10', 'v0.2']) {
      await space.put('i.json', `{"passed":true,"r":"${release}"}`);
      await append(release);
    }
    expect(await verify()).to.include({ passed: true, entry_count: 3 });
    await rm(join(space.cwd, 'c/evidence_chain_index.json'));
    expect(await verify()).to.include({ passed: true, entry_count: 3 });
  });

  it('writes entries of exactly the keys that other implementations read', async () => {
    await append('v1');
    expect(Object.keys(await space.json('c/v1__evidence_chain.json'))).to.eql([
      'artifact_index_hash',
      'artifact_index_path',
      'chain_hash',
      'created_at',
      'entry_path',
      'markdown_path',
      'previous_chain_hash',
      'release',
      'verified',
    ]);
  });

  it('repeats an entry unchanged, and refuses to change one', async () => {
    const first = await append('v1');
    const before = await space.text('c/v1__evidence_chain.json');
    const again = await space.run(
      evidenceChain,
      { release: 'v1', artifact_index: 'i.json', chain_dir: 'c' },
      { clock: { now: () => new Date('2030-01-01') } },
    );
    expect(again.chain_hash).to.equal(first.chain_hash);
    expect(await space.text('c/v1__evidence_chain.json')).to.equal(before);
    await space.put('i.json', '{}');
    await expectError(() => append('v1'), ['DPONE_FILE_EXISTS']);
    expect(await space.text('c/v1__evidence_chain.json')).to.equal(before);
  });

  it('refuses forks, clashing names, a missing index and a broken chain index', async () => {
    await append('v 1');
    await append('v2');
    await expectError(() => append('v/1'), ['DPONE_INPUT_INVALID']);
    await expectError(() => append('v3', { previous_entry: 'c/v_1__evidence_chain.json' }), ['DPONE_INPUT_INVALID']);
    await expectError(() => append('v3', { previous_entry: 'none.json' }), ['DPONE_FILE_NOT_FOUND']);
    await expectError(() => append('v3', { artifact_index: 'none.json' }), ['DPONE_FILE_NOT_FOUND']);
    expect(await append('v3', { previous_entry: 'c/v2__evidence_chain.json' })).to.include({ passed: true });
    await space.put('c/evidence_chain_index.json', '{');
    await expectError(() => append('v4'), ['DPONE_INPUT_INVALID']);
  });

  it('goes on where a run was killed between entry and index', async () => {
    await append('v1');
    const index = await space.text('c/evidence_chain_index.json');
    const unfinished = await append('v2');
    await space.put('c/evidence_chain_index.json', index);
    expect((await append('v2')).chain_hash).to.equal(unfinished.chain_hash);
    expect(await verify()).to.include({ passed: true, entry_count: 2 });
  });

  it('says what is wrong with the index that it vouches for', async () => {
    await space.put('i.json', '{"passed": false}');
    expect((await append('v1')).warnings).to.eql(['artifact_index.not_passed']);
  });

  it('loses no entry of several that are appended at once', async () => {
    await Promise.all(['a', 'b', 'c', 'd'].map((release) => append(release)));
    expect(await verify()).to.include({ passed: true, entry_count: 4 });
  });

  describe('evidence-chain-verify', () => {
    beforeEach(async () => {
      for (const release of ['v1', 'v2', 'v3']) await append(release);
    });

    it('is red for a chain without an entry', async () => {
      expect((await verify({ chain_dir: 'none' })).blockers).to.eql(['chain.empty']);
    });

    for (const [what, spoil, blockers] of [
      ['an entry that was removed', () => rm(entry('v3')), ['v3.not_verified', 'chain.index']],
      ['an entry that is no JSON', () => writeFile(entry('v2'), '{'), ['v2.not_verified', 'v3.not_verified']],
      [
        'a copy that was changed',
        () => appendFile(join(space.cwd, 'c/v1__artifact_index.copy'), ' '),
        ['v1.not_verified'],
      ],
    ] as const)
      it(`is red for ${what}`, async () => {
        await spoil();
        expect((await verify()).blockers).to.eql(blockers);
      });

    it('sees a second file for one release', async () => {
      await space.put('c/other__evidence_chain.json', await space.text('c/v2__evidence_chain.json'));
      expect((await verify()).blockers).to.eql(['v2.not_verified']);
    });

    it('sees a chain that was cut together with its index only by the head that is expected', async () => {
      const { head } = await verify();
      const index = await space.json('c/evidence_chain_index.json');
      const entries = (index['entries'] as { chain_hash: string }[]).slice(0, 2);
      await space.put('c/evidence_chain_index.json', {
        entry_count: 2,
        latest_chain_hash: entries[1]!.chain_hash,
        entries,
      });
      await rm(entry('v3'));
      expect(await verify()).to.include({ passed: true });
      expect((await verify({ expect_head: head! })).blockers).to.eql(['chain.head']);
      await expectError(() => verify({ expect_head: 'abc' }), ['DPONE_USAGE']);
    });

    it('names what it cannot check, and is red for it when strict', async () => {
      await rm(join(space.cwd, 'c/v2__artifact_index.copy'));
      await rm(join(space.cwd, 'i.json'));
      expect(await verify()).to.deep.include({ passed: true, warnings: ['v2.unchecked'] });
      expect((await verify({ strict: true })).blockers).to.eql(['v2.unchecked']);
    });
  });

  it('detects a change of any byte of the files of the last release', async () => {
    await space.put('in/a.json', '{"passed": true, "rows": 5}');
    await space.put('in/b.md', '# page');
    await space.run(artifactIndex, { root: ['in'], output_dir: 'idx' });
    await append('v1', { artifact_index: 'idx/artifact_index.json' });
    const check = async () => (await verify({ files: true, strict: true })).passed;
    expect(await check()).to.equal(true);
    for (const path of [
      'in/a.json',
      'in/b.md',
      'idx/artifact_index.json',
      'c/v1__evidence_chain.json',
      'c/evidence_chain_index.json',
      'c/v1__artifact_index.copy',
    ]) {
      const bytes = Buffer.from(await space.text(path));
      await fc.assert(
        fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
          const changed = Buffer.from(bytes);
          changed[at]! ^= flip;
          await space.put(path, changed);
          expect(await check(), `${path} at ${at}`).to.equal(false);
        }),
        { numRuns: 40 },
      );
      await space.put(path, bytes);
      expect(await check()).to.equal(true);
    }
  });
});
