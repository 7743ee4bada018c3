import { createHash, createHmac } from 'node:crypto';
import { expect } from 'chai';
import { expectError } from '@dpone/testkit';
import { openEnvelope, readKey } from '@dpone/sdk';
import { supplyChainAttest } from '@dpone/ops-evidence';
import { keyPair } from '../support/keys.js';
import { Workspace } from '../support/workspace.js';

const GIVEN = { release: 'v1', repository: 'o/r', commit_sha: 'abc', subject: ['a.tgz'], output_dir: 'out' };
const PYPROJECT = `[project]
name = "demo"
version = "1.2.3"
dependencies = ["Requests[socks]>=2,<3", "pyyaml"]
[project.optional-dependencies]
pg = ["psycopg>=3; python_version>'3.8'"]
`;

interface Sbom {
  readonly components: readonly { name: string; version: string; scope: string; purl: string }[];
}

describe('supply-chain attest', () => {
  let space: Workspace;
  beforeEach(async () => {
    space = await Workspace.make();
    await space.put('a.tgz', 'abc');
  });
  afterEach(() => space.remove());
  const attest = (more: object = {}, env: Record<string, string> = {}) =>
    space.run(supplyChainAttest, { ...GIVEN, ...more }, { env });
  const components = async () => ((await space.json('out/sbom.cyclonedx.json')) as unknown as Sbom).components;

  it('signs with a shared key, and says when it stood on the command line', async () => {
    await space.put('pyproject.toml', PYPROJECT);
    const report = await attest({ signing_key_env: 'KEY' }, { KEY: 'shared' });
    expect(report).to.include({ passed: true, signature_path: 'out/signature.hmac-sha256.json' });
    const digest = createHash('sha256')
      .update(await space.text('out/provenance.intoto.json'))
      .digest('hex');
    expect(await space.json('out/signature.hmac-sha256.json')).to.eql({
      algorithm: 'HMAC-SHA256',
      key_id: 'local-hmac',
      signed_path: 'out/provenance.intoto.json',
      signed_sha256: digest,
      signature: createHmac('sha256', 'shared').update(digest).digest('hex'),
    });
    expect((await attest({ signing_key: 'shared' })).warnings).to.eql(['signing_key.on_command_line']);
    expect(JSON.stringify(report)).not.to.include('shared');
  });

  it('signs with a private key whose public half verifies the provenance', async () => {
    const { privatePem, publicPem } = keyPair();
    await space.put('pyproject.toml', PYPROJECT);
    const report = await attest({ dsse_key_env: 'KEY' }, { KEY: privatePem });
    expect(report).to.include({ passed: true, signature_path: 'out/provenance.intoto.json.dsse.json' });
    const opened = openEnvelope(await space.json(report.signature_path), [readKey(publicPem, 'public', 'test')]);
    expect('statement' in opened && opened.statement).to.eql(await space.json('out/provenance.intoto.json'));
  });

  it('records checksums of the files as they are', async () => {
    await space.put('pyproject.toml', PYPROJECT);
    const { artifacts } = await attest();
    expect(artifacts).to.have.length(3);
    for (const { path, sha256 } of artifacts)
      expect(
        createHash('sha256')
          .update(await space.text(path))
          .digest('hex'),
      ).to.equal(sha256);
  });

  it('is red for a missing subject and a missing key, and writes the documents all the same', async () => {
    await space.put('pyproject.toml', PYPROJECT);
    const report = await attest({ subject: ['a.tgz', 'dist/none.whl'] });
    expect(report.blockers).to.eql(['subject.missing.dist/none.whl', 'signature.missing_key']);
    expect((await space.json('out/provenance.intoto.json'))['subject']).to.have.length(1);
  });

  it('takes versions from the lock file of a Python project', async () => {
    await space.put('pyproject.toml', PYPROJECT);
    await space.put('uv.lock', '[[package]]\nname = "requests"\nversion = "2.32.0"\n');
    await attest();
    expect((await components()).map(({ name, version, scope, purl }) => [name, version, scope, purl])).to.eql([
      ['Requests', '2.32.0', 'runtime', 'pkg:pypi/requests@2.32.0'],
      ['pyyaml', 'pyyaml', 'runtime', 'pkg:pypi/pyyaml'],
      ['psycopg', "psycopg>=3; python_version>'3.8'", 'optional:pg', 'pkg:pypi/psycopg'],
    ]);
  });

  it('takes everything that the lock file of a Node.js project installs', async () => {
    await space.put('package.json', { name: 'demo', version: '1.0.0', dependencies: { a: '^1' } });
    await space.put('package-lock.json', {
      packages: {
        '': { name: 'demo' },
        'node_modules/a': { version: '1.4.0' },
        'node_modules/a/node_modules/@s/b': { version: '2.0.0', optional: true },
        'node_modules/tool': { version: '3.0.0', dev: true },
      },
    });
    await attest();
    expect((await components()).map(({ purl, scope }) => [purl, scope])).to.eql([
      ['pkg:npm/a@1.4.0', 'required'],
      ['pkg:npm/%40s/b@2.0.0', 'optional'],
    ]);
  });

  it('gives the same documents twice', async () => {
    await space.put('pyproject.toml', PYPROJECT);
    const files = ['sbom.spdx.json', 'sbom.cyclonedx.json', 'provenance.intoto.json'];
    const read = () => Promise.all(files.map((file) => space.text(`out/${file}`)));
    await attest();
    const first = await read();
    await attest();
    expect(await read()).to.eql(first);
  });

  it('refuses a folder without a project, a broken one, and keys in two places', async () => {
    await expectError(attest, ['DPONE_FILE_NOT_FOUND']);
    await space.put('pyproject.toml', '[project');
    await expectError(attest, ['DPONE_INPUT_INVALID']);
    await space.put('pyproject.toml', '[tool.x]\n');
    await expectError(attest, ['DPONE_INPUT_INVALID']);
    await space.put('pyproject.toml', PYPROJECT);
    await expectError(() => attest({ signing_key: 'a', signing_key_env: 'B' }), ['DPONE_OPTION_CONFLICT']);
    await expectError(() => attest({ signing_key_env: 'B' }), ['DPONE_SECRET_NOT_FOUND']);
  });
});
