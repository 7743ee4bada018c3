import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isDponeError, policyBlockers, readEvidence, readPolicy, signaturePath, signStatement } from '@dpone/sdk';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('a policy over evidence', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'dpone-policy-'));
  });
  afterEach(() => rm(cwd, { recursive: true }));
  const put = (name: string, value: unknown): Promise<void> => writeFile(join(cwd, name), JSON.stringify(value));
  const blockers = async (waived: readonly string[] = []): Promise<string[]> => {
    const policy = await readPolicy('policy.json', cwd);
    return policyBlockers(policy, [await readEvidence(cwd, 'report', 'report.json')], waived, cwd);
  };

  it('computes recorded checksums again: of rows, of pairs of keys, of files that are gone', async () => {
    for (const name of ['same', 'changed', 'gone']) await put(`${name}.json`, { name });
    await put('report.json', {
      passed: true,
      items: [
        { path: 'same.json', sha256: hash('{"name":"same"}') },
        { path: 'changed.json', sha256: hash('{"name":"changed"}') },
        { path: 'never.json', sha256: '0'.repeat(64) },
        'not a row',
      ],
      approval_path: 'gone.json',
      approval_sha256: hash('{"name":"gone"}'),
    });
    await put('policy.json', { verify_checksums: true });
    expect(await blockers()).to.eql([]);
    await put('changed.json', { name: 'another' });
    await rm(join(cwd, 'gone.json'));
    const both = ['policy.checksum_mismatch:report:changed.json', 'policy.checksum_mismatch:report:gone.json'];
    expect(await blockers()).to.eql(both);
    await put('policy.json', { verify_checksums: ['report'] });
    expect(await blockers()).to.eql(both);
    await put('policy.json', { verify_checksums: ['other'] });
    expect(await blockers()).to.eql([]);
  });

  it('forbids waived requirements', async () => {
    await put('report.json', { passed: true });
    await put('policy.json', { forbid_waived: true });
    expect(await blockers(['docs'])).to.eql(['policy.waived:docs']);
  });

  it('asks for a signature that a trusted key made over these bytes', async () => {
    const pair = generateKeyPairSync('ed25519');
    await writeFile(join(cwd, 'key.pub'), pair.publicKey.export({ type: 'spki', format: 'pem' }));
    await put('policy.json', { require_signed: true, trusted_keys: ['key.pub'] });
    await put('report.json', { passed: true });
    expect(await blockers()).to.eql(['policy.unsigned:report']);
    const sign = (sha256: string): Promise<void> =>
      put(
        signaturePath('report.json'),
        signStatement(
          {
            _type: 'https://in-toto.io/Statement/v1',
            subject: [{ name: 'report.json', digest: { sha256 } }],
            predicateType: 'https://example.test/v1',
            predicate: {},
          },
          pair.privateKey,
        ),
      );
    await sign(hash('another'));
    expect(await blockers()).to.eql(['policy.signature_invalid:report']);
    await sign(hash('{"passed":true}'));
    expect(await blockers()).to.eql([]);
  });

  it('refuses a policy that it does not understand', async () => {
    for (const policy of [{ forbid_waved: true }, [], { verify_checksums: 'yes' }]) {
      await put('policy.json', policy);
      const error: unknown = await readPolicy('policy.json', cwd).catch((thrown: unknown) => thrown);
      expect(isDponeError(error) && error.exit).to.equal(2);
    }
  });
});
