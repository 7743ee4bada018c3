import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineGate, jsonInput, type GateContext, type OutputFile } from '@dpone/sdk';
import { runGate } from '@dpone/sdk/run-gate';
import { expect } from 'chai';
import { z } from 'zod';

const context = (cwd: string): GateContext => ({
  cwd,
  env: {},
  clock: { now: () => new Date(0) },
  log: { debug() {}, info() {}, warn() {}, error() {} },
  newId: () => 'x',
  host: () => Promise.reject(new Error('none')),
});

describe('running a gate', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'dpone-gate-'));
  });
  afterEach(() => rm(cwd, { recursive: true }));

  const gate = (files: readonly OutputFile[], more: object = {}) =>
    defineGate({
      summary: 's',
      input: z.strictObject({ rows: jsonInput(z.array(z.unknown()), 'Rows.').optional(), output_dir: z.string() }),
      example: { output_dir: 'out' },
      view: { title: 't', facts: [] },
      files: () => files,
      evaluate: ({ rows }) => ({ schema_version: 'x', passed: true, blockers: [], rows: rows ?? null }),
      ...more,
    });
  const code = async (run: Promise<unknown>): Promise<unknown> =>
    run.then(
      () => 'went through',
      (error: { code?: unknown }) => error.code,
    );

  it('writes report, page and other files, keys sorted', async () => {
    const whole = gate([{ path: 'sub/x.txt', text: 'x' }], { artifact: 'report' });
    await runGate(whole, { output_dir: 'out', rows: '[9007199254740993, 0.10]' }, context(cwd));
    expect(await readFile(join(cwd, 'out/report.json'), 'utf8')).to.equal(
      '{\n  "blockers": [],\n  "passed": true,\n  "rows": [\n    9007199254740993,\n    0.1\n  ],\n  "schema_version": "x"\n}\n',
    );
    expect(await readFile(join(cwd, 'out/report.md'), 'utf8')).to.match(/^# dpone t\n/);
    expect(await readFile(join(cwd, 'out/sub/x.txt'), 'utf8')).to.equal('x');
  });

  it('says no word of JSON that it cannot read, and writes nothing', async () => {
    try {
      await runGate(gate([], { artifact: 'report' }), { output_dir: 'out', rows: '["hunter2' }, context(cwd));
      expect.fail('it was taken');
    } catch (error) {
      expect(error).to.include({ code: 'DPONE_USAGE' });
      expect((error as Error).message).to.equal('--rows: this is no JSON');
    }
    expect(await readdir(cwd)).to.eql([]);
  });

  it('writes nothing outside of its folder, neither by name nor through a link', async () => {
    await mkdir(join(cwd, 'out'));
    await mkdir(join(cwd, 'elsewhere'));
    await symlink('../elsewhere', join(cwd, 'out/link'));
    for (const path of ['../evil.txt', '/tmp/dpone-evil.txt', 'link/evil.txt'])
      expect(await code(runGate(gate([{ path, text: 'x' }]), { output_dir: 'out' }, context(cwd))), path).to.equal(
        'DPONE_INPUT_INVALID',
      );
    expect(await readdir(join(cwd, 'elsewhere'))).to.eql([]);
    // A link in the place of a file is replaced, what it points to is not touched.
    await writeFile(join(cwd, 'elsewhere/kept.txt'), 'kept');
    await symlink('../elsewhere/kept.txt', join(cwd, 'out/x.txt'));
    await runGate(gate([{ path: 'x.txt', text: 'new' }]), { output_dir: 'out' }, context(cwd));
    expect(await readFile(join(cwd, 'elsewhere/kept.txt'), 'utf8')).to.equal('kept');
  });

  it('never replaces an exclusive record by another', async () => {
    const record = (text: string) => gate([{ path: 'r.txt', text, exclusive: true }]);
    await runGate(record('a'), { output_dir: 'out' }, context(cwd));
    await runGate(record('a'), { output_dir: 'out' }, context(cwd));
    expect(await code(runGate(record('b'), { output_dir: 'out' }, context(cwd)))).to.equal('DPONE_FILE_EXISTS');
    expect(await readFile(join(cwd, 'out/r.txt'), 'utf8')).to.equal('a');
  });

  it('lets one call after the other read and write a folder', async () => {
    const path = join(cwd, 'out/count.txt');
    const counting = defineGate({
      summary: 's',
      input: z.strictObject({ output_dir: z.string() }),
      example: {},
      serial: true,
      view: { title: 't', facts: [] },
      evaluate: async () => {
        const count = Number(await readFile(path, 'utf8').catch(() => '0')) + 1;
        await new Promise((resolve) => setTimeout(resolve, 20));
        return { schema_version: 'x', passed: true, blockers: [], count };
      },
      files: ({ count }) => [{ path: 'count.txt', text: String(count) }],
    });
    await Promise.all(Array.from({ length: 5 }, () => runGate(counting, { output_dir: 'out' }, context(cwd))));
    expect(await readFile(path, 'utf8')).to.equal('5');
  });

  it('names an output folder that cannot be', async () => {
    await writeFile(join(cwd, 'out'), '');
    expect(await code(runGate(gate([{ path: 'x', text: '' }]), { output_dir: 'out' }, context(cwd)))).to.equal(
      'DPONE_ARTIFACT_WRITE',
    );
  });
});
