import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { conformance, expectError } from '@dpone/testkit';
import { manifestBundle } from '@dpone/ops-evidence';
import { dpone } from '../support/cli.js';
import { Workspace } from '../support/workspace.js';

const SECRET = 'hunter2-Very-Secret';

describe('manifest-bundle', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'manifest-bundle',
    definition: manifestBundle,
    green: async ({ workdir }) => {
      await writeFile(join(workdir, 'm.yml'), 'a: 1\n');
      return { input: { bundle_id: 'b', file: { m: 'm.yml' } }, evidence: ['m.yml'] };
    },
    waivers: [
      {
        behaviour: 'gate.broken-evidence-is-never-green',
        reason: 'It copies files of any kind for people to look at; only one that is not there is red.',
      },
    ],
  }))
    it(c.name, c.run);

  let space: Workspace;
  beforeEach(async () => (space = await Workspace.make()));
  afterEach(() => space.remove());
  const bundle = (file: Record<string, string>, more: object = {}) =>
    space.run(manifestBundle, { bundle_id: 'b', file, output_dir: 'out', ...more });
  const copyOf = async (name: string, text: string): Promise<string> => {
    const ending = /.\.\w+$/.exec(name)?.[0].slice(1) ?? '.txt';
    await space.put(name, text);
    await bundle({ f: name });
    return space.text(`out/files/f${ending}`);
  };

  for (const [what, name, text] of [
    ['a key of YAML', 'a.yml', `source:\n  password: ${SECRET}\n  port: 1\n`],
    ['a longer key', 'a.yml', `db_password: "${SECRET}"\nport: 1\n`],
    ['an item of a list', 'a.yml', `users:\n  - password: ${SECRET}\n    name: port\n`],
    ['a block scalar', 'a.yml', `private_key: |\n  -- ${SECRET}\n  -- ${SECRET}\nport: 1\n`],
    ['a list below a key', 'a.yml', `tokens:\n- ${SECRET}\n- ${SECRET}\nport: 1\n`],
    ['a map on one line', 'a.yml', `db: {user: a, password: ${SECRET}, port: 1}\n`],
    ['a key of JSON', 'a.json', `{"client_secret": "${SECRET}", "port": 1}`],
    ['a JSON value below a secret name', 'a.json', `{"credentials": {"value": ["${SECRET}"]}, "port": 1}`],
    ['JSON that is broken', 'a.json', `{"password": "${SECRET}",\n "port": 1`],
    ['a variable', '.env', `export API_KEY=${SECRET}\nPORT=port\n`],
    ['TOML over lines', 'a.toml', `secret = """\n${SECRET}\n"""\nport = 1\n`],
    ['an address', 'a.log', `port: connecting to postgres://user:${SECRET}@host/db\n`],
    ['a private key', 'a.md', `port\n-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----\n`],
  ] as const)
    it(`copies no secret of ${what}`, async () => {
      const copy = await copyOf(name, text);
      expect(copy).not.to.include(SECRET);
      expect(copy.toLowerCase()).to.include('port');
      expect(copy).not.to.equal(text);
    });

  it('leaves texts without a secret as they are, byte by byte', async () => {
    const harmless = fc
      .stringMatching(/^[a-z :{}",\n]{0,80}$/)
      .filter((text) => !/pass|pwd|sec|tok|key|cred|dsn|sas|sig/.test(text));
    await fc.assert(
      fc.asyncProperty(harmless, async (text) => {
        expect(await copyOf('a.json', text)).to.equal(text);
      }),
      { numRuns: 30 },
    );
  });

  it('says what it did: checksum and size of the copy, and whether it was changed', async () => {
    await space.put('a.yml', `password: ${SECRET}\n`);
    const { items } = await bundle({ f: 'a.yml' });
    const copy = await space.text('out/files/f.yml');
    expect(items[0]).to.deep.include({
      copied_path: 'out/files/f.yml',
      redacted: true,
      size_bytes: Buffer.byteLength(copy),
      sha256: createHash('sha256').update(copy).digest('hex'),
    });
  });

  it('copies bytes that are no text as they are, and says so', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 1]);
    await space.put('a.bin', bytes);
    expect((await bundle({ f: 'a.bin' })).warnings).to.eql(['f.not_text']);
    const { items } = await bundle({ f: 'a.bin' });
    expect(items[0]?.sha256).to.equal(createHash('sha256').update(bytes).digest('hex'));
  });

  it('is red for what is missing, and keeps the order given', async () => {
    await space.put('a.yml', 'a: 1\n');
    const report = await bundle({ z: 'none.yml', a: 'a.yml' });
    expect(report.blockers).to.eql(['z']);
    expect(report.items.map(({ name }) => name)).to.eql(['z', 'a']);
  });

  it('refuses names that would be one file', async () => {
    await expectError(() => bundle({ 'a/b': 'a.yml', a_b: 'b.yml' }), ['DPONE_USAGE']);
    await expectError(() => bundle({ A: 'a.yml', a: 'b.yml' }), ['DPONE_USAGE']);
  });

  it('copies as it is with --no-redact, and refuses a name that is given twice', async () => {
    await space.put('a.yml', `password: ${SECRET}\n`);
    const call = ['ops', 'manifest-bundle', '--bundle-id', 'b', '--output-dir', 'out', '--file', 'f=a.yml'];
    expect((await dpone(space.cwd, [...call, '--no-redact'])).exit).to.equal(0);
    expect(await space.text('out/files/f.yml')).to.include(SECRET);
    expect((await dpone(space.cwd, [...call, '--file', 'f=b.yml'])).exit).to.equal(2);
  }).timeout(60_000);
});
