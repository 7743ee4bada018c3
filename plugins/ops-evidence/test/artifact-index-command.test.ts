import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDponeError, stableJson } from '@dpone/sdk';
import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { expect } from 'chai';
import { artifactIndex } from '@dpone/ops-evidence';

/** The command as its file has it, printing into a list. */
class Index extends gateCommand({ Command, Flags }, artifactIndex) {
  static readonly printed: string[] = [];
  override log(text: string): void {
    Index.printed.push(text);
  }
}

const root = fileURLToPath(new URL('..', import.meta.url));
const run = async (
  ...argv: string[]
): Promise<{ exit: number | string | null | undefined; stdout: string; error?: unknown }> => {
  const before = process.exitCode;
  Index.printed.length = 0;
  try {
    // The static run() of oclif's Command, which the SDK's types know nothing of.
    await (Index as unknown as { run(argv: string[], options: object): Promise<unknown> }).run(argv, { root });
    return { exit: process.exitCode, stdout: Index.printed.join('\n') };
  } catch (error) {
    return { exit: (error as { oclif?: { exit?: number } }).oclif?.exit, stdout: Index.printed.join('\n'), error };
  } finally {
    process.exitCode = before;
  }
};

describe('the command of artifact-index', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dpone-index-'));
    await mkdir(join(folder, 'in'));
    await writeFile(join(folder, 'in/a.json'), '{"passed": true}');
  });
  afterEach(() => rm(folder, { recursive: true }));
  const flags = (...more: string[]): string[] => [
    '--root',
    join(folder, 'in'),
    '--output-dir',
    join(folder, 'out'),
    ...more,
  ];

  it('is green: 0, prints the report, writes it with sorted keys, and the page', async () => {
    const { exit, stdout } = await run(...flags('--format', 'json', '--release', 'v1'));
    expect(exit).to.equal(0);
    const report = JSON.parse(stdout) as { release: string };
    expect(report.release).to.equal('v1');
    expect(await readFile(join(folder, 'out/artifact_index.json'), 'utf8')).to.equal(`${stableJson(report)}\n`);
    expect(await readFile(join(folder, 'out/artifact_index.md'), 'utf8')).to.match(/^# dpone artifact index\n/);
  });

  it('is red: 1, and writes the report all the same', async () => {
    await writeFile(join(folder, 'in/b.json'), '{"passed": false}');
    const { exit, stdout } = await run(...flags('--format', 'text'));
    expect(exit).to.equal(1);
    expect(stdout).to.match(/^not passed\n- .*in\/b\.json\.not_passed$/);
    expect(await readdir(join(folder, 'out'))).to.have.members(['artifact_index.json', 'artifact_index.md']);
  });

  it('prints the page by default', async () => {
    expect((await run(...flags())).stdout).to.match(/^# dpone artifact index\n/);
  });

  for (const [what, argv] of [
    ['an unknown format', ['--format', 'yaml']],
    ['an unknown flag', ['--no-such-flag']],
    ['a stray argument', ['stray']],
  ] as const) {
    it(`refuses ${what} with 2 and writes nothing`, async () => {
      expect((await run(...flags(...argv))).exit).to.equal(2);
      expect(await readdir(folder)).to.eql(['in']);
    });
  }

  it('refuses roots that are not there with 2 and a dpone error', async () => {
    const { exit, error } = await run('--root', join(folder, 'none'), '--output-dir', join(folder, 'out'));
    expect(exit).to.equal(2);
    expect(isDponeError(error)).to.equal(true);
    expect(await readdir(folder)).to.eql(['in']);
  });

  it('says 3 when the artifact cannot be written', async () => {
    await writeFile(join(folder, 'out'), 'a file where a folder should be');
    const { exit, error } = await run(...flags());
    expect(exit).to.equal(3);
    expect((error as { code?: string }).code).to.equal('DPONE_ARTIFACT_WRITE');
  });
});
