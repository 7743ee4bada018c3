import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { conformance, expectError } from '@dpone/testkit';
import { evidenceSign, evidenceVerify, incidentPack } from '@dpone/ops-evidence';
import { signStatement, readKey } from '@dpone/sdk';
import { keyPair } from '../support/keys.js';
import { Workspace } from '../support/workspace.js';

const { privatePem, publicPem } = keyPair();

describe('evidence-sign and evidence-verify', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'evidence-sign',
    definition: evidenceSign,
    green: async ({ workdir }) => {
      await writeFile(join(workdir, 'key.pem'), privatePem);
      await writeFile(join(workdir, 'a.json'), '{"passed": true}');
      return { input: { artifact: { a: 'a.json' }, key: 'key.pem' }, evidence: ['a.json'] };
    },
    waivers: [
      {
        behaviour: 'gate.broken-evidence-is-never-green',
        reason: 'A signature says who vouches for the bytes, not that they are good; red evidence is a warning.',
      },
    ],
  }))
    it(`evidence-sign: ${c.name}`, c.run);
  for (const c of conformance({
    kind: 'gate',
    id: 'evidence-verify',
    definition: evidenceVerify,
    green: async ({ workdir }) => {
      const text = '{"passed": true}';
      const sha256 = createHash('sha256').update(text).digest('hex');
      const right = signStatement(
        {
          _type: 'https://in-toto.io/Statement/v1',
          subject: [{ name: 'a', digest: { sha256 } }],
          predicateType: 'x',
          predicate: {},
        },
        readKey(privatePem, 'private', 'key'),
      );
      await writeFile(join(workdir, 'key.pub'), publicPem);
      await writeFile(join(workdir, 'a.json'), text);
      await writeFile(join(workdir, 'a.json.dsse.json'), JSON.stringify(right));
      return {
        input: { artifact: { a: 'a.json' }, public_key: ['key.pub'] },
        evidence: ['a.json', 'a.json.dsse.json'],
      };
    },
  }))
    it(`evidence-verify: ${c.name}`, c.run);

  let space: Workspace;
  beforeEach(async () => {
    space = await Workspace.make();
    await space.put('key.pem', privatePem);
    await space.put('key.pub', publicPem);
    await space.put('a.json', '{"passed": true}');
  });
  afterEach(() => space.remove());
  const sign = (more: object = {}, env: Record<string, string> = {}) =>
    space.run(evidenceSign, { artifact: { a: 'a.json' }, key: 'key.pem', ...more }, { env });
  const verify = (more: object = {}, env: Record<string, string> = {}) =>
    space.run(evidenceVerify, { artifact: { a: 'a.json' }, public_key: ['key.pub'], ...more }, { env });
  const envelope = async () =>
    (await space.json('a.json.dsse.json')) as unknown as {
      payloadType: string;
      payload: string;
      signatures: { keyid: string; sig: string }[];
    };

  it('make an envelope that a verifier of another make takes', async () => {
    await sign({ release: 'v1' });
    const { payloadType, payload, signatures } = await envelope();
    const body = Buffer.from(payload, 'base64');
    // The signed bytes as the DSSE specification spells them out.
    const signed = `DSSEv1 ${payloadType.length} ${payloadType} ${body.length} ${body.toString()}`;
    const signature = Buffer.from(signatures[0]!.sig, 'base64');
    expect(verifySignature(null, Buffer.from(signed), createPublicKey(publicPem), signature)).to.equal(true);
    expect(JSON.parse(body.toString())).to.deep.include({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'a.json', digest: { sha256: createHash('sha256').update('{"passed": true}').digest('hex') } }],
    });
    expect(await verify()).to.include({ passed: true });
  });

  it('take keys from the environment, and keep them to themselves', async () => {
    const flat = privatePem.replaceAll('\n', String.raw`\n`);
    const report = await sign({ key: undefined }, { DPONE_SIGNING_KEY: flat });
    expect(JSON.stringify(report)).not.to.include(privatePem.split('\n')[1]);
    await sign({ key: undefined, key_env: 'OTHER' }, { OTHER: privatePem });
    expect(await verify({ public_key: [] }, { DPONE_PUBLIC_KEY: publicPem })).to.include({ passed: true });
  });

  it('refuse keys that are none, two places, none at all, and nothing to do', async () => {
    await space.put('rsa.pem', 'secret words, no key');
    const error = await expectError(() => sign({ key: 'rsa.pem' }), ['DPONE_INPUT_INVALID']);
    expect(String((error as Error).message)).not.to.include('secret');
    await expectError(() => sign({ key_env: 'X' }), ['DPONE_OPTION_CONFLICT']);
    await expectError(() => sign({ key: undefined }), ['DPONE_SECRET_NOT_FOUND']);
    await expectError(() => sign({ key: 'none.pem' }), ['DPONE_FILE_UNREADABLE']);
    await expectError(() => sign({ artifact: {} }), ['DPONE_USAGE']);
    await expectError(() => verify({ artifact: {} }), ['DPONE_USAGE']);
    await expectError(() => verify({ public_key: [] }), ['DPONE_SECRET_NOT_FOUND']);
  });

  for (const [what, spoil, blocker] of [
    ['no signature', () => space.put('b.json', '{}'), 'b.unsigned'],
    [
      'a signature that is no JSON',
      () => space.put('b.json.dsse.json', '{').then(() => space.put('b.json', '{}')),
      'b.signature_invalid',
    ],
    ['no file', () => Promise.resolve(), 'b.missing'],
  ] as const)
    it(`are red for ${what}`, async () => {
      await spoil();
      expect((await verify({ artifact: { b: 'b.json' } })).blockers).to.eql([blocker]);
    });

  it('are red for another key, other bytes, another payload, and what is no base64', async () => {
    await sign();
    await space.put('other.pub', keyPair().publicPem);
    expect((await verify({ public_key: ['other.pub'] })).blockers).to.eql(['a.signature_invalid']);
    const right = await envelope();
    const forged = JSON.parse(Buffer.from(right.payload, 'base64').toString()) as object;
    const payload = Buffer.from(JSON.stringify({ ...forged, predicate: { better: true } })).toString('base64');
    await space.put('a.json.dsse.json', { ...right, payload });
    expect((await verify()).blockers).to.eql(['a.signature_invalid']);
    await space.put('a.json.dsse.json', { ...right, payload: `${right.payload}!` });
    expect((await verify()).blockers).to.eql(['a.signature_invalid']);
    await space.put('a.json.dsse.json', right);
    expect(await verify()).to.include({ passed: true });
    await space.put('a.json', '{"passed": true }');
    expect((await verify()).blockers).to.eql(['a.digest_mismatch']);
  });

  it('sign red evidence, and say so; sign what is there, and are red for what is not', async () => {
    await space.put('red.json', '{"passed": false}');
    const report = await sign({ artifact: { red: 'red.json', gone: 'gone.json' } });
    expect(report.blockers).to.eql(['gone.missing']);
    expect(report.warnings).to.eql(['red.not_passed']);
    expect(await verify({ artifact: { red: 'red.json' } })).to.include({ passed: true });
  });

  it('serve a policy: unsigned and wrongly signed evidence blocks', async () => {
    await space.put('policy.json', { require_signed: true, trusted_keys: ['key.pub'] });
    const pack = () =>
      space.run(incidentPack, {
        incident_id: 'i',
        title: 't',
        artifact: { a: 'a.json' },
        policy: 'policy.json',
        artifact_dir: 'out',
      });
    expect((await pack()).blockers).to.eql(['policy.unsigned:a']);
    await sign();
    expect(await pack()).to.include({ passed: true });
    await space.put('a.json', '{"passed": true, "more": 1}');
    expect((await pack()).blockers).to.eql(['policy.signature_invalid:a']);
    expect(await verify({ public_key: [], policy: 'policy.json' })).to.include({ passed: false });
  });
});
